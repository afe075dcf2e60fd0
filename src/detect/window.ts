/**
 * Counting within a window of time: how many, or how many different ones. A window begins with the first thing in
 * it and is over after its seconds; time that runs backwards begins a new one.
 *
 * @module
 */

import type { Threshold } from './thresholds.ts';

/** How many. */
export class Window {
  #since = 0;
  #count = 0;

  /** Counts one at `time`; true from the one that reaches the threshold on, until the window is over. */
  reaches({ count, within }: Threshold, time: number): boolean {
    const age = time - this.#since;
    if (age > within || age < 0 || this.#count === 0) {
      this.#since = time;
      this.#count = 0;
    }
    return ++this.#count >= count;
  }
}

/** How many different ones, by a number for each. Holds as many as the threshold, and takes all others for new. */
export class Distinct {
  #since = 0;
  readonly #seen = new Set<number>();

  /** True from the one that reaches the threshold on, for each new one until the window is over. */
  reaches({ count, within }: Threshold, time: number, which: number): boolean {
    const age = time - this.#since;
    if (age > within || age < 0 || this.#seen.size === 0) {
      this.#since = time;
      this.#seen.clear();
    }
    if (this.#seen.has(which)) return false;
    if (this.#seen.size < count) this.#seen.add(which);
    return this.#seen.size >= count;
  }
}
