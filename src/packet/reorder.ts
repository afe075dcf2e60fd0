/**
 * Bytes of one direction of a stream that came before those in front of them: copied, and kept in order until the
 * hole is filled or given up. Where segments overlap, the bytes that came first win.
 *
 * @module
 */

/** Bytes and pieces that one direction may hold. */
const MAX_HELD_BYTES = 131_072;
const MAX_PIECES = 256;

const FIRST_BYTES = 2048;

export class Reorder {
  /** The bytes of all pieces. Replaced when it grows. */
  view = new DataView(new ArrayBuffer(FIRST_BYTES));
  /** Pieces that are held. */
  count = 0;
  /** When the first of them came, in seconds. */
  // A fraction, as in Packet.time.
  since = 0.1;

  #bytes = new Uint8Array(this.view.buffer);
  #head = 0;
  // In order of sequence number, never overlapping.
  readonly #sequence = new Int32Array(MAX_PIECES);
  readonly #at = new Int32Array(MAX_PIECES);
  readonly #length = new Int32Array(MAX_PIECES);

  /** Bytes that this takes, for the account of all directions. */
  get capacity(): number {
    return this.#bytes.length + 3 * 4 * MAX_PIECES;
  }

  /** Sequence number of the first piece. */
  get sequence(): number {
    return this.#sequence[0]!;
  }

  /** Where the first piece lies in `view`. */
  get at(): number {
    return this.#at[0]!;
  }

  get end(): number {
    return this.#at[0]! + this.#length[0]!;
  }

  /** Forgets the first piece. Its bytes stay readable until the next `add`. */
  shift(): void {
    this.count--;
    this.#sequence.copyWithin(0, 1, this.count + 1);
    this.#at.copyWithin(0, 1, this.count + 1);
    this.#length.copyWithin(0, 1, this.count + 1);
    if (this.count === 0) this.#head = 0;
  }

  /** Keeps what is new of the bytes `at..end`, whose first is number `sequence`; false where there is no room. */
  add(sequence: number, view: DataView, at: number, end: number): boolean {
    // From here on, positions count from `sequence`.
    const length = end - at;
    let from = 0;
    for (let i = 0; i < this.count && from < length; i++) {
      const start = (this.#sequence[i]! - sequence) | 0;
      const stop = start + this.#length[i]!;
      if (stop <= from) continue;
      if (start > from) {
        const part = Math.min(start, length);
        if (!this.#insert(i, (sequence + from) | 0, view, at + from, at + part)) return false;
        i++;
      }
      from = stop;
    }
    return (
      from >= length ||
      this.#insert(this.#place(sequence + from), (sequence + from) | 0, view, at + from, end)
    );
  }

  /** Index of the first piece behind `sequence`. */
  #place(sequence: number): number {
    let i = this.count;
    while (i > 0 && ((this.#sequence[i - 1]! - sequence) | 0) > 0) i--;
    return i;
  }

  #insert(index: number, sequence: number, view: DataView, at: number, end: number): boolean {
    const length = end - at;
    if (this.count === MAX_PIECES || this.#head + length > MAX_HELD_BYTES) return false;
    if (this.#head + length > this.#bytes.length) this.#grow(this.#head + length);
    for (let i = 0; i < length; i++) this.#bytes[this.#head + i] = view.getUint8(at + i);
    this.#sequence.copyWithin(index + 1, index, this.count);
    this.#at.copyWithin(index + 1, index, this.count);
    this.#length.copyWithin(index + 1, index, this.count);
    this.#sequence[index] = sequence;
    this.#at[index] = this.#head;
    this.#length[index] = length;
    this.#head += length;
    this.count++;
    return true;
  }

  // cold: it doubles, so seldom
  #grow(needed: number): void {
    let length = this.#bytes.length;
    while (length < needed) length *= 2;
    const bytes = new Uint8Array(length);
    bytes.set(this.#bytes);
    this.#bytes = bytes;
    this.view = new DataView(bytes.buffer);
  }
}
