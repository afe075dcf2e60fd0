/**
 * Refusals that wait for their turn. A client that pipelines may take answers in the order of its requests, so a
 * refusal goes out only when every request before it has its answer. First in, first out, in one bounded buffer
 * that is made when the first refusal has to wait.
 *
 * @module
 */

export class Hold {
  readonly #slots: number;
  readonly #capacity: number;
  // Slots in ring order from #first. Tickets count requests and outgrow 32 bits.
  #tickets = new Float64Array(0);
  #lengths = new Int32Array(0);
  #first = 0;
  /** The bytes of all that is held, one after another; the answers in front begin at `at`. */
  bytes: Uint8Array = new Uint8Array(0);
  at = 0;
  #end = 0;
  /** How many are held. */
  count = 0;

  /** Holds at most `slots` refusals of `bytes` bytes together. */
  constructor(slots: number, bytes: number) {
    this.#slots = slots;
    this.#capacity = bytes;
  }

  /** Ticket that the first in line waits for: it may go when all requests with lower tickets are done with. */
  get ticket(): number {
    return this.#tickets[this.#first]!;
  }

  /** One past the last byte of the first in line. */
  get end(): number {
    return this.at + this.#lengths[this.#first]!;
  }

  /** Appends the first `length` of `bytes`. False where there is no room. */
  add(ticket: number, bytes: Uint8Array, length: number): boolean {
    if (this.#tickets.length === 0) {
      this.#tickets = new Float64Array(this.#slots);
      this.#lengths = new Int32Array(this.#slots);
      this.bytes = new Uint8Array(this.#capacity);
    }
    if (this.count === this.#slots) return false;
    if (this.#end + length > this.bytes.length) {
      this.bytes.copyWithin(0, this.at, this.#end);
      this.#end -= this.at;
      this.at = 0;
      if (this.#end + length > this.bytes.length) return false;
    }
    for (let i = 0; i < length; i++) this.bytes[this.#end + i] = bytes[i]!;
    const slot = (this.#first + this.count) % this.#slots;
    this.#tickets[slot] = ticket;
    this.#lengths[slot] = length;
    this.#end += length;
    this.count++;
    return true;
  }

  /** Removes the first in line. */
  shift(): void {
    this.at += this.#lengths[this.#first]!;
    this.#first = (this.#first + 1) % this.#slots;
    this.count--;
    if (this.count === 0) {
      this.at = 0;
      this.#end = 0;
    }
  }
}
