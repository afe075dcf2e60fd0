/**
 * Outliers: a reading far from the median of those around it, before and after, so that a step is none. Hampel's
 * identifier with a window of seven readings; it speaks three readings late.
 *
 * Sources: L. Davies, U. Gather, "The identification of multiple outliers", JASA 88 (1993); R. K. Pearson, "Outliers in
 * process modeling and identification", IEEE Trans. Control Syst. Technol. 10 (2002); for the score NIST/SEMATECH
 * e-Handbook of Statistical Methods, 1.3.5.17.
 *
 * @module
 */

const WINDOW = 7;
export const OUTLIER_DELAY = 3;

export class OutlierFilter {
  readonly #values = new Float64Array(WINDOW);
  readonly #sorted = new Float64Array(WINDOW);
  #count = 0;

  /** Takes a reading; returns how far the one three readings ago was from the median about it, NaN at first. */
  next(value: number): number {
    const values = this.#values;
    values.copyWithin(0, 1);
    values[WINDOW - 1] = value;
    if (this.#count < WINDOW) this.#count++;
    if (this.#count < WINDOW) return Number.NaN;
    return values[WINDOW - 1 - OUTLIER_DELAY]! - this.#median();
  }

  /** The reading that the last answer was about. */
  get judged(): number {
    return this.#values[WINDOW - 1 - OUTLIER_DELAY]!;
  }

  reset(): void {
    this.#count = 0;
  }

  #median(): number {
    const sorted = this.#sorted;
    for (let i = 0; i < WINDOW; i++) {
      const value = this.#values[i]!;
      let at = i;
      while (at > 0 && sorted[at - 1]! > value) {
        sorted[at] = sorted[at - 1]!;
        at--;
      }
      sorted[at] = value;
    }
    return sorted[WINDOW >> 1]!;
  }
}
