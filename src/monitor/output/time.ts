/**
 * Points in time as records write them.
 *
 * @module
 */

import { type ByteWriter, Fragment } from './byte-writer.ts';

const DOT = 46;

/**
 * Seconds since 1970-01-01 UTC, to the microsecond, which is what a double holds of the times of our age: in decimal,
 * or however else `second` writes whole seconds.
 */
export class TimeWriter {
  readonly #format: (second: number) => string;
  #second = Number.NaN;
  #text = new Fragment('');

  constructor(format: (second: number) => string = String) {
    this.#format = format;
  }

  write(time: number, to: ByteWriter): void {
    let second = Math.floor(time);
    let micros = Math.round((time - second) * 1e6);
    if (micros === 1e6) {
      second += 1;
      micros = 0;
    }
    if (second !== this.#second) {
      this.#second = second;
      this.#text = new Fragment(this.#format(second));
    }
    to.fragment(this.#text);
    to.byte(DOT);
    to.padded(micros, 6);
  }
}

/** `2016-12-15 18:30:00`; the number alone where no calendar reaches that far. */
export function dateText(second: number): string {
  const date = new Date(second * 1000);
  return Number.isNaN(date.getTime()) ? String(second) : date.toISOString().slice(0, 19).replace('T', ' ');
}

/** `2016-12-15T18:30:00`. */
export function isoText(second: number): string {
  return dateText(second).replace(' ', 'T');
}
