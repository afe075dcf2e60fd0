/**
 * Rows of numbers of one shape, in one array: a table that an intruder can fill must not make an object of each row.
 *
 * @module
 */

/** Rows as plain data. */
export interface RowData {
  readonly numbers: Float64Array;
  readonly size: number;
}

export class Rows {
  /** How many there are. */
  size = 0;
  /** Row `r` begins at `r * width`. Replaced when there are more. */
  numbers: Float64Array;
  readonly #width: number;
  readonly #limit: number;

  constructor(width: number, limit: number) {
    this.#width = width;
    this.#limit = limit;
    this.numbers = new Float64Array(width * Math.min(64, limit));
  }

  /** Where the new row begins, whose numbers are all 0; -1 where there is no room. */
  add(): number {
    if (this.size >= this.#limit) return -1;
    const at = this.size++ * this.#width;
    if (at >= this.numbers.length) {
      const more = new Float64Array(Math.min(this.numbers.length * 2, this.#width * this.#limit));
      more.set(this.numbers);
      this.numbers = more;
    }
    return at;
  }

  /** A copy of what there is. */
  data(): RowData {
    return { numbers: this.numbers.slice(0, this.size * this.#width), size: this.size };
  }
}
