/**
 * Bytes of one side that wait for those that follow them: the beginning of a message, or of a connection whose
 * protocol is not known yet.
 *
 * @module
 */

import { copyBytes } from '../packet/copy-bytes.ts';

const FIRST_BYTES = 256;
/** What most queues hold all their lives: nothing. */
const NOTHING = new Uint8Array(0);
const NO_VIEW = new DataView(NOTHING.buffer);

export class ByteQueue {
  /** The bytes are at 0..length. Replaced when it grows. */
  view = NO_VIEW;
  length = 0;
  #bytes = NOTHING;

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
    let capacity = Math.max(this.#bytes.length, FIRST_BYTES);
    while (capacity < needed) capacity *= 2;
    const bytes = new Uint8Array(capacity);
    bytes.set(this.#bytes);
    this.#bytes = bytes;
    this.view = new DataView(bytes.buffer);
  }
}
