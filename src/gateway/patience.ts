/**
 * Which requests have waited too long for their answer. Tickets count up, so it is enough to note from time to
 * time which ticket comes next: whatever is below a note that is old enough is as old. Nothing is kept, or done,
 * for each request.
 *
 * @module
 */

/** Notes kept: the precision is a 16th of the time that requests get. */
const NOTES = 16;

export class Patience {
  readonly #seconds: number;
  // A ring: at #times[i] the next ticket was #tickets[i].
  readonly #times = new Float64Array(NOTES + 1).fill(Number.NEGATIVE_INFINITY);
  readonly #tickets = new Float64Array(NOTES + 1);
  #last = 0;
  #over = 0;

  /** Requests get `seconds` to be answered. */
  constructor(seconds: number) {
    this.#seconds = seconds;
  }

  /** Requests with a ticket below this have waited too long. `next` is the ticket of the next request. */
  over(now: number, next: number): number {
    const times = this.#times;
    for (let i = 0; i < times.length; i++) {
      if (times[i]! <= now - this.#seconds && this.#tickets[i]! > this.#over) this.#over = this.#tickets[i]!;
    }
    if (now - times[this.#last]! >= this.#seconds / NOTES) {
      this.#last = (this.#last + 1) % times.length;
      times[this.#last] = now;
      this.#tickets[this.#last] = next;
    }
    return this.#over;
  }
}
