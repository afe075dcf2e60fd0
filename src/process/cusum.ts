/**
 * The tabular CUSUM: sums up what values exceed their mean by beyond an allowance, upwards and downwards, and so finds
 * a small change that lasts.
 *
 * Sources: E. S. Page, "Continuous inspection schemes", Biometrika 41 (1954); NIST/SEMATECH e-Handbook of Statistical
 * Methods, 6.3.2.3; D. Siegmund, "Sequential Analysis", Springer (1985), for the run length.
 *
 * @module
 */

export interface CusumOptions {
  /** What the values are about, in their unit. */
  readonly mean: number;
  /** Half of the change that is to be found, in the unit of the values. */
  readonly allowance: number;
  /** Sum that raises the alarm, in the unit of the values. */
  readonly limit: number;
}

export class Cusum {
  high = 0;
  low = 0;
  readonly #options: CusumOptions;

  constructor(options: CusumOptions) {
    this.#options = options;
  }

  /** Takes the next value; true where a sum is beyond the limit. */
  next(value: number): boolean {
    const { mean, allowance, limit } = this.#options;
    this.high = Math.max(0, this.high + value - mean - allowance);
    this.low = Math.max(0, this.low + mean - allowance - value);
    return this.high > limit || this.low > limit;
  }

  /** Keeps the sums from growing without end after an alarm, so that it ends when the cause does. */
  restrain(): void {
    this.high = Math.min(this.high, 2 * this.#options.limit);
    this.low = Math.min(this.low, 2 * this.#options.limit);
  }
}

/**
 * Values until a false alarm, on average, of a two-sided CUSUM with allowance `k` and limit `h` in standard deviations
 * of independent normal values: Siegmund's approximation.
 */
export function cusumRunLength(k: number, h: number, shift = 0): number {
  const oneSide = (delta: number): number => {
    const b = h + 1.166;
    if (Math.abs(delta) < 1e-9) return b * b;
    return (Math.exp(-2 * delta * b) + 2 * delta * b - 1) / (2 * delta * delta);
  };
  return 1 / (1 / oneSide(shift - k) + 1 / oneSide(-shift - k));
}

/** The least limit, in standard deviations, at which false alarms are `runLength` values apart on average. */
export function cusumLimit(k: number, runLength: number): number {
  let low = 0;
  let high = 200;
  for (let i = 0; i < 60; i++) {
    const middle = (low + high) / 2;
    if (cusumRunLength(k, middle) < runLength) low = middle;
    else high = middle;
  }
  return high;
}
