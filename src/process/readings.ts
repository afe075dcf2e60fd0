/**
 * The latest readings of one tag from one source, with their times.
 *
 * @module
 */

const MEMORY = 256;

export class Readings {
  readonly #times = new Float64Array(MEMORY);
  readonly #values = new Float64Array(MEMORY);
  #count = 0;

  add(time: number, value: number): void {
    const slot = this.#count++ % MEMORY;
    this.#times[slot] = time;
    this.#values[slot] = value;
  }

  clear(): void {
    this.#count = 0;
  }

  get lastTime(): number {
    return this.#count === 0 ? Number.NaN : this.#times[(this.#count - 1) % MEMORY]!;
  }

  get lastValue(): number {
    return this.#count === 0 ? Number.NaN : this.#values[(this.#count - 1) % MEMORY]!;
  }

  /** Mean of the last `wanted` readings up to `time`; NaN where they are not there any more. */
  meanUntil(time: number, wanted: number): number {
    const oldest = Math.max(0, this.#count - MEMORY);
    let at = this.#count - 1;
    while (at >= oldest && this.#times[at % MEMORY]! > time) at--;
    return at - wanted + 1 < oldest ? Number.NaN : this.#mean(at - wanted + 1, wanted);
  }

  /** Mean of the first `wanted` readings after `time`; NaN where they are not there yet, or any more. */
  meanAfter(time: number, wanted: number): number {
    const oldest = Math.max(0, this.#count - MEMORY);
    let at = this.#count;
    while (at > oldest && this.#times[(at - 1) % MEMORY]! > time) at--;
    return at + wanted > this.#count || (at === oldest && oldest > 0) ? Number.NaN : this.#mean(at, wanted);
  }

  #mean(at: number, wanted: number): number {
    let sum = 0;
    for (let i = 0; i < wanted; i++) sum += this.#values[(at + i) % MEMORY]!;
    return sum / wanted;
  }
}
