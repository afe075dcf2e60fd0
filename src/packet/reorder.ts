/**
 * Bytes of one direction of a stream that came before those in front of them: copied, and kept in order until the
 * hole is filled or given up. Where segments overlap, the bytes that came first win.
 *
 * @module
 */

import { copyBytes } from './copy-bytes.ts';
import type { Packet } from './packet.ts';

/** Bytes and pieces that one direction may hold. */
const MAX_HELD_BYTES = 131_072;
const MAX_PIECES = 256;

const FIRST_BYTES = 2048;
const FIRST_PIECES = 8;

/** Words of a piece. */
const SEQUENCE = 0;
const AT = 1;
const LENGTH = 2;
const ROW = 3;
/** Of a piece's packet: its time and its number. */
const WHEN = 2;

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
  // Rows of sequence number, where the bytes are and how many, in order of sequence number, never overlapping. Most
  // hold a piece or two.
  #pieces = new Int32Array(FIRST_PIECES * ROW);
  // When each of them came.
  #when = new Float64Array(FIRST_PIECES * WHEN);

  /** Bytes that this takes, for the account of all directions. */
  get capacity(): number {
    return this.#bytes.length + 4 * this.#pieces.length + 8 * this.#when.length;
  }

  /** True where it takes more than when it was new. */
  get grew(): boolean {
    return this.#bytes.length > FIRST_BYTES || this.#pieces.length > FIRST_PIECES * ROW;
  }

  /** Sequence number of the first piece. */
  get sequence(): number {
    return this.#pieces[SEQUENCE]!;
  }

  /** Where the first piece lies in `view`. */
  get at(): number {
    return this.#pieces[AT]!;
  }

  get end(): number {
    return this.#pieces[AT]! + this.#pieces[LENGTH]!;
  }

  /** Time of the packet that brought the first piece, in seconds, and its number. */
  get time(): number {
    return this.#when[0]!;
  }

  get number(): number {
    return this.#when[1]!;
  }

  /** Bytes that are held. */
  get length(): number {
    let length = 0;
    for (let i = 0; i < this.count; i++) length += this.#pieces[i * ROW + LENGTH]!;
    return length;
  }

  /** Forgets the first piece. Its bytes stay readable until the next `add`. */
  shift(): void {
    this.count--;
    if (this.count === 0) this.#head = 0;
    else {
      this.#pieces.copyWithin(0, ROW, (this.count + 1) * ROW);
      this.#when.copyWithin(0, WHEN, (this.count + 1) * WHEN);
    }
  }

  /** Forgets all. */
  clear(): void {
    this.count = 0;
    this.#head = 0;
  }

  /** Keeps what is new of a packet's bytes `at..end`, whose first is number `sequence`; false where there is no room. */
  add(sequence: number, packet: Packet, at: number, end: number): boolean {
    // From here on, positions count from `sequence`.
    const length = end - at;
    let from = 0;
    for (let i = 0; i < this.count && from < length; i++) {
      const start = (this.#pieces[i * ROW + SEQUENCE]! - sequence) | 0;
      const stop = start + this.#pieces[i * ROW + LENGTH]!;
      if (stop <= from) continue;
      if (start > from) {
        const part = Math.min(start, length);
        if (!this.#insert(i, (sequence + from) | 0, packet, at + from, at + part)) return false;
        i++;
      }
      from = stop;
    }
    return (
      from >= length ||
      this.#insert(this.#place(sequence + from), (sequence + from) | 0, packet, at + from, end)
    );
  }

  /** Index of the first piece behind `sequence`. */
  #place(sequence: number): number {
    let i = this.count;
    while (i > 0 && ((this.#pieces[(i - 1) * ROW + SEQUENCE]! - sequence) | 0) > 0) i--;
    return i;
  }

  #insert(index: number, sequence: number, packet: Packet, at: number, end: number): boolean {
    const length = end - at;
    if (this.count === MAX_PIECES || this.#head + length > MAX_HELD_BYTES) return false;
    if (this.#head + length > this.#bytes.length) this.#grow(this.#head + length);
    if ((this.count + 1) * ROW > this.#pieces.length) this.#growPieces();
    const head = this.#head;
    copyBytes(packet.view, at, this.view, head, length);
    const pieces = this.#pieces;
    const when = this.#when;
    const row = index * ROW;
    const whenRow = index * WHEN;
    if (index < this.count) {
      pieces.copyWithin(row + ROW, row, this.count * ROW);
      when.copyWithin(whenRow + WHEN, whenRow, this.count * WHEN);
    }
    when[whenRow] = packet.time;
    when[whenRow + 1] = packet.number;
    pieces[row + SEQUENCE] = sequence;
    pieces[row + AT] = head;
    pieces[row + LENGTH] = length;
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
  // cold: it doubles, so seldom
  #growPieces(): void {
    const pieces = new Int32Array(this.#pieces.length * 2);
    pieces.set(this.#pieces);
    this.#pieces = pieces;
    const when = new Float64Array(this.#when.length * 2);
    when.set(this.#when);
    this.#when = when;
  }
}
