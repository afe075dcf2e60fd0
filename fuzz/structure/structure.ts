/**
 * What a mutator knows of the bytes that it changes: where their lengths, counts, codes, numbers and items are. It is
 * found by reading the bytes as their sender would have meant them, as far as they go.
 *
 * @module
 */

/** A number on the wire. */
export interface Field {
  readonly at: number;
  /** Bytes: 1, 2, 3 or 4. */
  readonly width: number;
  readonly little?: boolean;
}

/** A number that says how long the bytes `from..to` are, or how many items there are in them. */
export interface LengthField extends Field {
  readonly from: number;
  readonly to: number;
  /** Bytes that one of the number counts: 1, 2 for registers, 1/8 for bits. */
  readonly unit: number;
}

/** A range that may be doubled, left out or moved as one. */
export interface Item {
  readonly from: number;
  readonly to: number;
}

export class Structure {
  readonly lengths: LengthField[] = [];
  /** Function codes, types, versions: what decides how the rest is read. */
  readonly codes: Field[] = [];
  /** Addresses, quantities, identifiers. */
  readonly numbers: Field[] = [];
  /** In order of their place; those of one list lie side by side. */
  readonly items: Item[] = [];

  length(at: number, width: number, from: number, to: number, unit = 1, little = false): this {
    this.lengths.push({ at, width, from, to, unit, little });
    return this;
  }

  code(at: number, width = 1, little = false): this {
    this.codes.push({ at, width, little });
    return this;
  }

  number(at: number, width = 2, little = false): this {
    this.numbers.push({ at, width, little });
    return this;
  }

  item(from: number, to: number): this {
    this.items.push({ from, to });
    return this;
  }
}

/** How the bytes of one kind of part are read, and what is worth trying in them. */
export interface Grammar {
  structure(bytes: Uint8Array, kind: number): Structure;
  /** Byte strings that mean something. */
  readonly words: readonly Uint8Array[];
  /** Values of codes. */
  readonly codes: readonly number[];
}

/** The number that stands in a field; 0 where it does not lie within the bytes. */
export function read(bytes: Uint8Array, { at, width, little = false }: Field): number {
  let value = 0;
  if (at < 0 || at + width > bytes.length) return 0;
  for (let i = 0; i < width; i++) value = value * 256 + bytes[little ? at + width - 1 - i : at + i]!;
  return value;
}

/** Writes a number into a field, modulo what it holds; nothing where it does not lie within the bytes. */
export function write(bytes: Uint8Array, { at, width, little = false }: Field, value: number): void {
  if (at < 0 || at + width > bytes.length) return;
  let rest = Math.floor(value);
  for (let i = 0; i < width; i++) {
    bytes[little ? at + i : at + width - 1 - i] = rest & 0xff;
    rest = Math.floor(rest / 256);
  }
}

export function words(...hex: readonly string[]): Uint8Array[] {
  return hex.map(digits => Uint8Array.from(Buffer.from(digits, 'hex')));
}
