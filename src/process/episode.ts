/**
 * An episode: a condition that lasts, or comes again soon, is told once.
 *
 * @module
 */

export class Episode {
  readonly #rest: number;
  #last = Number.NEGATIVE_INFINITY;

  /** An episode has ended when its condition was not met for `rest` seconds. */
  constructor(rest: number) {
    this.#rest = rest;
  }

  /** The condition is met at `time`; true where an episode begins with that. */
  met(time: number): boolean {
    const begins = time - this.#last > this.#rest;
    this.#last = Math.max(this.#last, time);
    return begins;
  }
}
