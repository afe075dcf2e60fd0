/**
 * Small numbers for keys of nine words, such as two addresses and what they speak: a table by open addressing over typed
 * arrays, with the flow table's keyed hash, for whoever counts by such keys and names them only at the end.
 *
 * @module
 */

import { FlowHash } from '../packet/hash.ts';

const FIRST_KEYS = 64;
/** Slots for each key there is room for. */
const SLOTS = 4;

/** Words of a row: those of the key's bytes, and the one that goes with them. */
const WORDS = 8;
const WORD = WORDS;
const ROW = WORDS + 1;
const HALF = WORDS * 2;

export class KeyTable {
  /** Words of a row of {@link KeyTable.rows}: those of the key, then the one that goes with it. */
  static readonly ROW = ROW;

  /** Keys that have a number: 0 and up. */
  size = 0;
  /** The 32 bytes of the key that is looked for, or was recalled. */
  readonly key = new DataView(new ArrayBuffer(WORDS * 4));

  readonly #hash = new FlowHash();
  #rows = new Int32Array(FIRST_KEYS * ROW);
  /** Number of a key + 1; 0 where the slot is free. Probed linearly. */
  #slots = new Int32Array(FIRST_KEYS * SLOTS);

  /** Sets `key` to zeros. */
  clear(): void {
    for (let i = 0; i < WORDS; i++) this.key.setInt32(i * 4, 0);
  }

  /** Number of `key` with `word`; -1 where it has none. */
  find(word: number): number {
    return this.#slots[this.#slotOf(word)]! - 1;
  }

  /** Gives `key` with `word`, which has none, a number. */
  add(word: number): number {
    const number = this.size++;
    const row = number * ROW;
    for (let i = 0; i < WORDS; i++) this.#rows[row + i] = this.key.getInt32(i * 4);
    this.#rows[row + WORD] = word;
    this.#slots[this.#slotOf(word)] = number + 1;
    if (this.size * ROW === this.#rows.length) this.#grow();
    return number;
  }

  /** The word that goes with a key. */
  word(number: number): number {
    return this.#rows[number * ROW + WORD]!;
  }

  /** Makes `key` what it was for that number. */
  recall(number: number): void {
    for (let i = 0; i < WORDS; i++) this.key.setInt32(i * 4, this.#rows[number * ROW + i]!);
  }

  /** A copy of all keys, by number. */
  rows(): Int32Array {
    return this.#rows.slice(0, this.size * ROW);
  }

  /** Slot of `key` with `word`, or the free one where it belongs. */
  #slotOf(word: number): number {
    const slots = this.#slots;
    const mask = slots.length - 1;
    let slot = this.#hash.of6(this.key, 0, HALF, word) & mask;
    while (slots[slot] !== 0 && !this.#is((slots[slot]! - 1) * ROW, word)) slot = (slot + 1) & mask;
    return slot;
  }

  #is(row: number, word: number): boolean {
    const rows = this.#rows;
    if (rows[row + WORD] !== word) return false;
    for (let i = 0; i < WORDS; i++) if (rows[row + i] !== this.key.getInt32(i * 4)) return false;
    return true;
  }

  #grow(): void {
    const rows = new Int32Array(this.#rows.length * 2);
    rows.set(this.#rows);
    this.#rows = rows;
    this.#slots = new Int32Array((rows.length / ROW) * SLOTS);
    for (let number = 0; number < this.size; number++) {
      this.recall(number);
      this.#slots[this.#slotOf(this.word(number))] = number + 1;
    }
  }
}
