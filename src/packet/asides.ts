/**
 * What only few flows need and what their cells have no room for: rows of words, numbered from 1. Row 0 is that of all
 * who have none, and all its words are 0.
 *
 * @module
 */

/** A row has four words. */
const SHIFT = 2;
const FIRST_ROWS = 64;

export class Asides {
  #words = new Int32Array(FIRST_ROWS << SHIFT);
  /** Rows that were ever taken, and those that were given back. */
  #taken = 1;
  readonly #spare: number[] = [];

  /** A row of zeros. */
  take(): number {
    const row = this.#spare.pop() ?? this.#taken++;
    if (row << SHIFT === this.#words.length) this.#grow();
    return row;
  }

  giveBack(row: number): void {
    for (let word = 0; word < 1 << SHIFT; word++) this.#words[(row << SHIFT) + word] = 0;
    this.#spare.push(row);
  }

  get(row: number, word: number): number {
    return this.#words[(row << SHIFT) + word]!;
  }

  set(row: number, word: number, value: number): void {
    this.#words[(row << SHIFT) + word] = value;
  }

  // cold: it doubles, so seldom
  #grow(): void {
    const words = new Int32Array(this.#words.length * 2);
    words.set(this.#words);
    this.#words = words;
  }
}
