/**
 * The exponentially weighted moving average as a control chart: finds a shift of the mean.
 *
 * Sources: S. W. Roberts, "Control chart tests based on geometric moving averages", Technometrics 1 (1959);
 * NIST/SEMATECH e-Handbook of Statistical Methods, 6.3.2.4; J. M. Lucas, M. S. Saccucci, "Exponentially weighted moving
 * average control schemes", Technometrics 32 (1990).
 *
 * @module
 */

export interface EwmaOptions {
  readonly mean: number;
  /** Standard deviation of the values. */
  readonly sigma: number;
  /** Weight of the newest value, above 0 and up to 1. */
  readonly weight: number;
  /** Distance of the limits from the mean, in standard deviations of the average. */
  readonly width: number;
}

export class Ewma {
  average: number;
  readonly upper: number;
  readonly lower: number;
  readonly #options: EwmaOptions;

  constructor(options: EwmaOptions) {
    const { mean, sigma, weight, width } = options;
    const reach = width * sigma * Math.sqrt(weight / (2 - weight));
    this.#options = options;
    this.average = mean;
    this.upper = mean + reach;
    this.lower = mean - reach;
  }

  /** Takes the next value; true where the average is beyond a limit. */
  next(value: number): boolean {
    const { weight } = this.#options;
    this.average += weight * (value - this.average);
    return this.average > this.upper || this.average < this.lower;
  }
}
