/**
 * How much may be told in a second: whoever floods a gateway with what it refuses shall not flood its records too.
 *
 * @module
 */

export class Budget {
  readonly #each: number;
  #left: number;
  #second = 0;
  #withheld = 0;

  /** Allows `each` in every second. */
  constructor(each: number) {
    this.#each = each;
    this.#left = each;
  }

  /** Whether one more may be told; where not, it is counted. */
  take(now: number): boolean {
    if (now - this.#second >= 1) {
      this.#second = now;
      this.#left = this.#each;
    }
    if (this.#left === 0) {
      this.#withheld++;
      return false;
    }
    this.#left--;
    return true;
  }

  /** How many were withheld, once the second is over in which they were; they are forgotten with that. */
  withheld(now: number): number {
    if (now - this.#second < 1) return 0;
    const count = this.#withheld;
    this.#withheld = 0;
    return count;
  }
}
