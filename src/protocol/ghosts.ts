/**
 * Requests that were given up and whose answers may still come: an answer with such a one's key need not belong to
 * the request that waits under the same key now.
 *
 * @module
 */

/**
 * Answers on which a ghost casts doubt before it is believed that its own never comes. Each answer that is taken
 * for another request may leave that request's own answer outstanding, so one is too few; with no bound, a client
 * that uses one identifier for everything would stay uncertain after one loss.
 */
const DOUBTS = 16;

export class Ghosts {
  // Keys and the doubts they have left, oldest first.
  readonly #keys: Int32Array;
  readonly #doubts: Int32Array;
  #count = 0;

  /** At most `max`: with one more, the oldest is forgotten. */
  constructor(max: number) {
    this.#keys = new Int32Array(max);
    this.#doubts = new Int32Array(max);
  }

  /** How many there are. */
  get count(): number {
    return this.#count;
  }

  /** A request with `key` was given up. */
  add(key: number): void {
    if (this.#count === this.#keys.length) this.#layToRest(0);
    this.#keys[this.#count] = key;
    this.#doubts[this.#count] = DOUBTS;
    this.#count++;
  }

  /** Whether there is one with `key`. */
  has(key: number): boolean {
    return this.#of(key) >= 0;
  }

  /** An answer with `key` has come, and `known` tells whether a request waits for one. */
  fade(key: number, known: boolean): void {
    const ghost = this.#of(key);
    // With no request waiting it can only be the ghost's own answer.
    if (ghost >= 0 && (!known || --this.#doubts[ghost]! === 0)) this.#layToRest(ghost);
  }

  /** The oldest one with `key`, or -1. */
  #of(key: number): number {
    for (let i = 0; i < this.#count; i++) if (this.#keys[i] === key) return i;
    return -1;
  }

  #layToRest(ghost: number): void {
    this.#count--;
    for (let i = ghost; i < this.#count; i++) {
      this.#keys[i] = this.#keys[i + 1]!;
      this.#doubts[i] = this.#doubts[i + 1]!;
    }
  }
}
