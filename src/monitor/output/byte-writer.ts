/**
 * Writes text as bytes into one buffer that grows: what operations become is written without a string in between,
 * since to make a string of a line and then bytes of the string costs several times what the rest does.
 *
 * @module
 */

import { putWhole } from './decimal.ts';

/** How many bytes are copied at once. */
export const STRIDE = 32;

/** Bytes that are written often, padded so that they can be copied. */
export class Fragment {
  readonly view: DataView;
  readonly length: number;

  constructor(text: string) {
    const bytes = Buffer.from(text, 'utf8');
    const padded = new Uint8Array(bytes.length + STRIDE);
    padded.set(bytes);
    this.view = new DataView(padded.buffer);
    this.length = bytes.length;
  }
}

/**
 * Copies `length` bytes of UTF-8, and up to 31 more that mean nothing; returns where the next byte goes. By four doubles, which
 * of all that JavaScript can copy by takes the least time up to some hundred bytes. A double that is not a number could
 * come out as another one, but none is made of UTF-8: its last bytes would be a byte of 0xf0 or more, and 0x7f, which
 * cannot follow it.
 */
export function copyText(from: DataView, start: number, length: number, to: DataView, at: number): number {
  for (let i = 0; i < length; i += STRIDE) {
    to.setFloat64(at + i, from.getFloat64(start + i, true), true);
    to.setFloat64(at + i + 8, from.getFloat64(start + i + 8, true), true);
    to.setFloat64(at + i + 16, from.getFloat64(start + i + 16, true), true);
    to.setFloat64(at + i + 24, from.getFloat64(start + i + 24, true), true);
  }
  return at + length;
}

/** Bytes behind the last one that copying may write to. */
const SLACK = STRIDE;
/** Bytes that are there at first. */
const FIRST = 1 << 16;

/** Numbers below this are whole numbers of which the digits are written without making text of them. */
const LARGE = 2 ** 32;

const MINUS = 45;
const QUOTE = 34;
const BACKSLASH = 92;

/** Two hexadecimal digits for each byte, the first in the lowest bits. */
const HEX = Uint16Array.from({ length: 256 }, (_, value) => {
  const digits = value.toString(16).padStart(2, '0');
  return digits.charCodeAt(0) | (digits.charCodeAt(1) << 8);
});

export class ByteWriter {
  bytes: Uint8Array;
  /** The same bytes. */
  view: DataView;
  /** Where the next byte goes. */
  at = 0;
  readonly #shared: boolean;

  /** `shared`: into memory that other threads can look at. */
  constructor(shared = false) {
    this.#shared = shared;
    this.bytes = new Uint8Array(this.memory(FIRST));
    this.view = new DataView(this.bytes.buffer);
  }

  /** So many bytes of the kind of memory that is written to. */
  memory(length: number): ArrayBuffer | SharedArrayBuffer {
    return this.#shared ? new SharedArrayBuffer(length) : new ArrayBuffer(length);
  }

  /** Writes into `bytes`, which are all of their buffer, from now on. */
  begin(bytes: Uint8Array): void {
    this.bytes = bytes;
    this.view = new DataView(bytes.buffer);
    this.at = 0;
  }

  /** Room for `length` bytes. */
  reserve(length: number): void {
    if (this.at + length + SLACK > this.bytes.length) this.#grow(length);
  }

  fragment(fragment: Fragment): void {
    this.part(fragment.view, 0, fragment.length);
  }

  /** `length` bytes of UTF-8 in a view, behind which as many can be read as are copied at once. */
  part(view: DataView, from: number, length: number): void {
    if (this.at + length + SLACK > this.bytes.length) this.#grow(length);
    this.at = copyText(view, from, length, this.view, this.at);
  }

  byte(value: number): void {
    this.reserve(1);
    this.bytes[this.at++] = value;
  }

  /** Text of any characters, as UTF-8. */
  text(text: string): void {
    const { length } = text;
    this.reserve(length * 3);
    const { bytes } = this;
    let { at } = this;
    for (let i = 0; i < length; i++) {
      const code = text.charCodeAt(i);
      if (code < 0x80) bytes[at++] = code;
      else if (code < 0x800) {
        bytes[at++] = 0xc0 | (code >> 6);
        bytes[at++] = 0x80 | (code & 63);
      } else {
        // Seldom, and then the rest is left to whoever knows surrogates.
        this.at = at;
        this.at += Buffer.from(bytes.buffer).write(text.slice(i), at, 'utf8');
        return;
      }
    }
    this.at = at;
  }

  /** Text as JSON, with its quotes. */
  json(text: string): void {
    for (let i = 0; i < text.length; i++) {
      const code = text.charCodeAt(i);
      if (code < 0x20 || code === QUOTE || code === BACKSLASH || code >= 0xd800) {
        this.text(JSON.stringify(text));
        return;
      }
    }
    this.byte(QUOTE);
    this.text(text);
    this.byte(QUOTE);
  }

  /** A number as JSON writes it; what JSON has not (infinities, not-a-number) as text. */
  number(value: number): void {
    if (Number.isInteger(value)) this.integer(value);
    else this.text(numberText(value));
  }

  integer(value: number): void {
    if (value <= -LARGE || value >= LARGE) {
      this.text(String(value));
      return;
    }
    this.reserve(12);
    if (value < 0) this.view.setUint8(this.at++, MINUS);
    this.at = putWhole(Math.abs(value), this.view, this.at);
  }

  /** Bytes of a view as lower-case hexadecimal. */
  hex(view: DataView, from: number, to: number): void {
    this.reserve(2 * (to - from));
    const { view: into } = this;
    let { at } = this;
    for (let i = from; i < to; i++, at += 2) into.setUint16(at, HEX[view.getUint8(i)]!, true);
    this.at = at;
  }

  #grow(length: number): void {
    const bytes = new Uint8Array(this.memory(Math.max(this.bytes.length * 2, this.at + length + SLACK)));
    bytes.set(this.bytes.subarray(0, this.at));
    this.bytes = bytes;
    this.view = new DataView(bytes.buffer);
  }
}

/** A number as JSON writes it; what JSON has not (infinities, not-a-number) as text. */
export function numberText(value: number): string {
  return Number.isFinite(value) ? String(value) : `"${value}"`;
}
