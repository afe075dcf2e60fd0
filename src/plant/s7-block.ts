/**
 * Program blocks of an S7 controller as they lie in its load memory: a header of 36 bytes, the code (for a data
 * block its values), and a footer with author, family, name and version.
 *
 * Source: the block structures in the public headers of Snap7 (TS7CompactBlockInfo, TS7BlockFooter).
 *
 * @module
 */

export const BlockType = { OB: 0x08, DB: 0x0a, SDB: 0x0b, FC: 0x0c, SFC: 0x0d, FB: 0x0e, SFB: 0x0f } as const;
export type BlockType = (typeof BlockType)[keyof typeof BlockType];

const HEADER = 36;
const FOOTER = 36;
/** Every block begins with these two letters. */
const MAGIC = 0x7070;
const LANGUAGE_STL = 1;
const LANGUAGE_DB = 5;
/** Dates count days from here. */
const EPOCH = Date.UTC(1984, 0, 1);
const DAY = 86_400_000;

export interface S7Block {
  readonly type: BlockType;
  readonly number: number;
  /** The whole block. */
  readonly bytes: Uint8Array;
  /** Its code, or a data block's values: part of `bytes`. */
  readonly code: Uint8Array;
}

/** A block around `code`. */
export function makeBlock(
  type: BlockType,
  number: number,
  code: Uint8Array,
  name = '',
  when = EPOCH,
): S7Block {
  const bytes = new Uint8Array(HEADER + code.length + FOOTER);
  const view = new DataView(bytes.buffer);
  const days = Math.floor((when - EPOCH) / DAY);
  const milliseconds = when - EPOCH - days * DAY;
  view.setUint16(0, MAGIC);
  bytes[2] = 1;
  bytes[3] = 1;
  bytes[4] = type === BlockType.DB ? LANGUAGE_DB : LANGUAGE_STL;
  bytes[5] = type;
  view.setUint16(6, number);
  view.setUint32(8, bytes.length);
  view.setUint32(16, milliseconds);
  view.setUint16(20, days);
  view.setUint32(22, milliseconds);
  view.setUint16(26, days);
  view.setUint16(34, code.length);
  bytes.set(code, HEADER);
  const footer = HEADER + code.length;
  put(bytes, footer, 'COFFER');
  put(bytes, footer + 8, 'TRAIN');
  put(bytes, footer + 16, name.slice(0, 8));
  bytes[footer + 24] = 0x10;
  return { type, number, bytes, code: bytes.subarray(HEADER, footer) };
}

/** Reads a block from a copy of its bytes; undefined where they are none. */
export function readBlock(given: Uint8Array): S7Block | undefined {
  if (given.length < HEADER) return undefined;
  const bytes = Uint8Array.from(given);
  const view = new DataView(bytes.buffer);
  const type = bytes[5] as BlockType;
  const length = view.getUint16(34);
  if (view.getUint16(0) !== MAGIC || HEADER + length > bytes.length || blockTypeName(type) === '') {
    return undefined;
  }
  return { type, number: view.getUint16(6), bytes, code: bytes.subarray(HEADER, HEADER + length) };
}

/** `OB`, `DB` …, or '' where there is no such type. */
export function blockTypeName(type: number): string {
  return Object.entries(BlockType).find(([, value]) => value === type)?.[0] ?? '';
}

/** A type as block lists and requests write it: two hexadecimal digits in text. */
export function typeDigits(type: number): number[] {
  return [...Buffer.from(type.toString(16).toUpperCase().padStart(2, '0'))];
}

/** `OB1`. */
export function blockName(type: number, number: number): string {
  return `${blockTypeName(type)}${number}`;
}

function put(bytes: Uint8Array, at: number, text: string): void {
  bytes.set(Buffer.from(text, 'latin1'), at);
}
