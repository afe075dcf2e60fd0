/**
 * Loss of noise: the mean square of the latest innovations, which falls when a reading is smoothed, frozen or made up.
 *
 * For n independent normal innovations it is χ² with n degrees of freedom over n. The chance that it falls to a share r
 * is at most exp(-n/2 (r - 1 - ln r)), Chernoff's bound, from which the limit follows.
 *
 * Sources: D. C. Montgomery, "Introduction to Statistical Quality Control", Wiley, chapter 6 (charts for the variance);
 * H. Chernoff, "A measure of asymptotic efficiency for tests of a hypothesis", Ann. Math. Stat. 23 (1952).
 *
 * @module
 */

/** Innovations that count. */
export const QUIET_WINDOW = 60;
/** Squares count for at most so much, so that one step does not hide a minute of silence. */
const MOST = 9;

export class NoiseMeter {
  readonly #squares = new Float64Array(QUIET_WINDOW);
  #at = 0;
  #count = 0;
  #sum = 0;

  /** Takes an innovation (in standard deviations); returns the mean square of the window, NaN until it is full. */
  next(innovation: number): number {
    const square = Math.min(innovation * innovation, MOST);
    this.#sum += square - this.#squares[this.#at]!;
    this.#squares[this.#at] = square;
    if (++this.#at === QUIET_WINDOW) {
      this.#at = 0;
      // Summed anew once a round, so that rounding does not pile up.
      this.#sum = this.#squares.reduce((sum, one) => sum + one, 0);
    }
    if (this.#count < QUIET_WINDOW) this.#count++;
    return this.#count < QUIET_WINDOW ? Number.NaN : Math.max(this.#sum, 0) / QUIET_WINDOW;
  }

  reset(): void {
    this.#count = 0;
    this.#sum = 0;
    this.#at = 0;
    this.#squares.fill(0);
  }
}

/** The share to which the mean square of the window falls by chance with a probability of at most exp(-`nats`). */
export function quietLimit(nats: number): number {
  let low = 0;
  let high = 1;
  for (let i = 0; i < 60; i++) {
    const r = (low + high) / 2;
    if ((QUIET_WINDOW / 2) * (r - 1 - Math.log(r)) > nats) low = r;
    else high = r;
  }
  return low;
}
