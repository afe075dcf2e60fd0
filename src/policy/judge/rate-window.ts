/**
 * A rate: at most so many operations in any stretch of so many seconds, exactly (a sliding window). The times of
 * the last ones are kept; the next is admitted when the one that many before it is old enough.
 *
 * @module
 */

import type { Rate } from '../model.ts';

export class RateWindow {
  readonly #seconds: number;
  /** Times of those that went through, a ring; the oldest at `#head`. */
  readonly #times: Float64Array;
  #head = 0;
  // The message being judged: items of it that would count, as yet.
  #message = -1;
  #item = -1;
  #items = 0;
  #counted = -1;

  constructor(rate: Rate) {
    this.#seconds = rate.seconds;
    this.#times = new Float64Array(rate.count).fill(Number.NEGATIVE_INFINITY);
  }

  /** Goes on from where a window of the same rate is. */
  inherit(before: RateWindow): void {
    this.#times.set(before.#times);
    this.#head = before.#head;
  }

  /** Would item `item` of message `message`, on top of the message's earlier ones, keep within the rate? */
  admits(now: Float64Array, message: number, item: number): boolean {
    if (this.#message !== message) {
      this.#message = message;
      this.#item = -1;
      this.#items = 0;
    }
    if (this.#item !== item) {
      this.#item = item;
      this.#items++;
    }
    const count = this.#times.length;
    if (this.#items > count) return false;
    return this.#times[(this.#head + this.#items - 1) % count]! <= now[0]! - this.#seconds;
  }

  /** Counts one; a second time with the same `serial` does nothing. */
  count(now: Float64Array, serial: number): void {
    if (this.#counted === serial) return;
    this.#counted = serial;
    this.#times[this.#head] = now[0]!;
    this.#head = (this.#head + 1) % this.#times.length;
  }
}
