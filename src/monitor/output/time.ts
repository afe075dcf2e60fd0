/**
 * Points in time as records write them.
 *
 * @module
 */

import { type ByteWriter, copyText, Fragment } from './byte-writer.ts';
import { putSix } from './decimal.ts';

/** Bytes that a time takes at most. */
const ROOM = 64;

/**
 * Seconds since 1970-01-01 UTC, to the microsecond, which is what a double holds of the times of our age: in decimal,
 * or however else `format` writes whole seconds.
 */
export class TimeWriter {
  readonly #format: (second: number) => string;
  readonly #before: string;
  #second = Number.NaN;
  #text = new Fragment('');

  /** `before`: what stands in front of each. */
  constructor(format: (second: number) => string = String, before = '') {
    this.#format = format;
    this.#before = before;
  }

  write(time: number, to: ByteWriter): void {
    to.reserve(ROOM + this.#before.length);
    to.at = this.put(time, to.view, to.at);
  }

  /** Writes at `at`, where there is room, and returns where the next byte goes. */
  put(time: number, to: DataView, at: number): number {
    let second = Math.floor(time);
    let micros = Math.round((time - second) * 1e6);
    if (micros === 1e6) {
      second += 1;
      micros = 0;
    }
    if (second !== this.#second) {
      this.#second = second;
      this.#text = new Fragment(`${this.#before}${this.#format(second)}.`);
    }
    return putSix(micros, to, copyText(this.#text.view, 0, this.#text.length, to, at));
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
