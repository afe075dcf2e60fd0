/**
 * Bytes of one side that wait for those that follow them: the beginning of a message, or of a connection whose
 * protocol is not known yet.
 *
 * @module
 */

const FIRST_BYTES = 256;

export class ByteQueue {
  /** The bytes are at 0..length. Replaced when it grows. */
  view = new DataView(new ArrayBuffer(FIRST_BYTES));
  length = 0;
  #bytes = new Uint8Array(this.view.buffer);

  append(view: DataView, at: number, end: number): void {
    const added = end - at;
    if (this.length + added > this.#bytes.length) this.#grow(this.length + added);
    const bytes = this.#bytes;
    const to = this.length;
    for (let i = 0; i < added; i++) bytes[to + i] = view.getUint8(at + i);
    this.length += added;
  }

  /** Forgets the first `count` bytes. */
  drop(count: number): void {
    this.#bytes.copyWithin(0, count, this.length);
    this.length -= count;
  }

  #grow(needed: number): void {
    let capacity = this.#bytes.length;
    while (capacity < needed) capacity *= 2;
    const bytes = new Uint8Array(capacity);
    bytes.set(this.#bytes);
    this.#bytes = bytes;
    this.view = new DataView(bytes.buffer);
  }
}
