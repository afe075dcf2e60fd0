/**
 * Bytes of one side that wait for those that follow them: the beginning of a message, or of a connection whose
 * protocol is not known yet.
 *
 * @module
 */

import { copyBytes } from '../packet/copy-bytes.ts';

const FIRST_BYTES = 256;

export class ByteQueue {
  /** The bytes are at 0..length. Replaced when it grows. */
  view = new DataView(new ArrayBuffer(FIRST_BYTES));
  length = 0;
  #bytes = new Uint8Array(this.view.buffer);

  append(view: DataView, at: number, end: number): void {
    const added = end - at;
    if (this.length + added > this.#bytes.length) this.#grow(this.length + added);
    copyBytes(view, at, this.view, this.length, added);
    this.length += added;
  }

  /** Forgets the first `count` bytes. */
  drop(count: number): void {
    this.length -= count;
    if (this.length > 0) this.#bytes.copyWithin(0, count, count + this.length);
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
