/**
 * Writes text as bytes into one buffer that grows: what operations become is written without a string in between,
 * since to make a string of a line and then bytes of the string costs several times what the rest does.
 *
 * @module
 */

/** Bytes that are written often, padded so that they can be copied eight at a time. */
export class Fragment {
  readonly view: DataView;
  readonly length: number;

  constructor(text: string) {
    const bytes = Buffer.from(text, 'utf8');
    const padded = new Uint8Array((bytes.length + 7) & ~7);
    padded.set(bytes);
    this.view = new DataView(padded.buffer);
    this.length = bytes.length;
  }
}

/** Bytes behind the last one that copying may write to. */
const SLACK = 8;
/** Bytes that are there at first. */
const FIRST = 1 << 16;
/** Numbers below this have their digits written one by one. */
const SMALL = 1_000_000_000;

const ZERO = 48;
const MINUS = 45;
const QUOTE = 34;
const BACKSLASH = 92;
const HEX = Uint8Array.from('0123456789abcdef', digit => digit.charCodeAt(0));

export class ByteWriter {
  bytes: Uint8Array<ArrayBuffer>;
  /** Where the next byte goes. */
  at = 0;
  #view: DataView;

  constructor() {
    this.bytes = new Uint8Array(FIRST);
    this.#view = new DataView(this.bytes.buffer);
  }

  /** Writes into `buffer` from now on, from its first byte. */
  begin(buffer: ArrayBuffer): void {
    this.bytes = new Uint8Array(buffer);
    this.#view = new DataView(buffer);
    this.at = 0;
  }

  /** Room for `length` bytes. */
  reserve(length: number): void {
    if (this.at + length + SLACK > this.bytes.length) this.#grow(length);
  }

  fragment(fragment: Fragment): void {
    this.part(fragment.view, 0, fragment.length);
  }

  /** `length` bytes of a view, behind which seven more can be read. */
  part(view: DataView, from: number, length: number): void {
    if (this.at + length + SLACK > this.bytes.length) this.#grow(length);
    const to = this.#view;
    const { at } = this;
    for (let i = 0; i < length; i += 8) {
      to.setInt32(at + i, view.getInt32(from + i, true), true);
      to.setInt32(at + i + 4, view.getInt32(from + i + 4, true), true);
    }
    this.at = at + length;
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
    if (Number.isInteger(value) && value > -SMALL && value < SMALL) this.integer(value);
    else if (Number.isFinite(value)) this.text(String(value));
    else this.text(`"${value}"`);
  }

  integer(value: number): void {
    if (value <= -SMALL || value >= SMALL) {
      this.text(String(value));
      return;
    }
    this.reserve(12);
    let rest = value | 0;
    if (rest < 0) {
      this.bytes[this.at++] = MINUS;
      rest = -rest;
    }
    this.#digits(rest, digitsOf(rest));
  }

  /** `count` digits, with zeros in front; `value` is below 10^9. */
  padded(value: number, count: number): void {
    this.reserve(12);
    this.#digits(value, count);
  }

  /** Bytes of a view as lower-case hexadecimal. */
  hex(view: DataView, from: number, to: number): void {
    this.reserve(2 * (to - from));
    const { bytes } = this;
    let { at } = this;
    for (let i = from; i < to; i++) {
      const value = view.getUint8(i);
      bytes[at++] = HEX[value >> 4]!;
      bytes[at++] = HEX[value & 15]!;
    }
    this.at = at;
  }

  #digits(value: number, count: number): void {
    const { bytes } = this;
    let rest = value;
    for (let i = this.at + count - 1; i >= this.at; i--) {
      const tens = (rest / 10) | 0;
      bytes[i] = ZERO + rest - tens * 10;
      rest = tens;
    }
    this.at += count;
  }

  #grow(length: number): void {
    const bytes = new Uint8Array(Math.max(this.bytes.length * 2, this.at + length + SLACK));
    bytes.set(this.bytes.subarray(0, this.at));
    this.bytes = bytes;
    this.#view = new DataView(bytes.buffer);
  }
}

function digitsOf(value: number): number {
  if (value < 100_000) {
    if (value < 100) return value < 10 ? 1 : 2;
    return value < 1000 ? 3 : value < 10_000 ? 4 : 5;
  }
  if (value < 10_000_000) return value < 1_000_000 ? 6 : 7;
  return value < 100_000_000 ? 8 : 9;
}
