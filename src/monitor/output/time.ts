/**
 * Points in time as records write them.
 *
 * @module
 */

import { type ByteWriter, copyText, Fragment } from './byte-writer.ts';
import { putSix } from './decimal.ts';

/** Digits of a fraction. */
const DIGITS = 6;

/**
 * Seconds since 1970-01-01 UTC, to the microsecond, which is what a double holds of the times of our age: in decimal,
 * or however else `format` writes whole seconds.
 */
export class TimeWriter {
  readonly #format: (second: number) => string;
  readonly #before: string;
  // A fraction from the start, as the times that it is compared with.
  #time = 0.1;
  #second = Number.NaN;
  /** The time that was written last. */
  #text = new Fragment('');

  /** `before`: what stands in front of each. */
  constructor(format: (second: number) => string = String, before = '') {
    this.#format = format;
    this.#before = before;
    this.#set({ time: this.#time });
  }

  /** Writes the time of an operation or whatever else has one: a number of its own would be garbage. */
  write(of: { readonly time: number }, to: ByteWriter): void {
    if (of.time !== this.#time) this.#set(of);
    to.fragment(this.#text);
  }

  /** The same at `at`, where there is room; returns where the next byte goes. */
  put(of: { readonly time: number }, to: DataView, at: number): number {
    if (of.time !== this.#time) this.#set(of);
    return copyText(this.#text.view, 0, this.#text.length, to, at);
  }

  #set(of: { readonly time: number }): void {
    const { time } = of;
    let second = Math.floor(time);
    let micros = Math.round((time - second) * 1e6);
    if (micros === 1e6) {
      second += 1;
      micros = 0;
    }
    if (second !== this.#second) {
      this.#second = second;
      this.#text = new Fragment(`${this.#before}${this.#format(second)}.${'0'.repeat(DIGITS)}`);
    }
    this.#time = time;
    putSix(micros, this.#text.view, this.#text.length - DIGITS);
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
