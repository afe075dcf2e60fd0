/**
 * The instructions of the block machine: what stands in the body of a code block (OB, FC, FB) of the rotor hall's
 * controllers. It is a model. It has the shape of the manufacturer's statement list (accumulators, a result of logic
 * operation, address registers, two open data blocks) and none of its encoding: what a real CPU runs, MC7, is neither
 * written nor understood here.
 *
 * A body begins with the four bytes of {@link MARK}. Each instruction has four bytes: code, place, and a 16-bit operand
 * with its high byte first; those marked `long` have four more. Accumulators hold numbers.
 *
 * @module
 */

/** What a body begins with: the letters CFM and the version of the form. */
export const MARK = Uint8Array.of(0x43, 0x46, 0x4d, 0x01);

/** How an instruction writes what it is about. */
export type Form =
  /** Nothing. */
  | 'none'
  /** Byte 2: area, width and index; operand: byte address, or of a bit its number from the area's start. */
  | 'place'
  /** Four more bytes: an IEEE 754 number in single precision. */
  | 'number'
  /** Operand: number of a block. */
  | 'block'
  /** Operand: number of an FB; four more bytes: number of its instance DB, and two zeros. */
  | 'instance'
  /** Operand: offset in the body of the instruction to go on with. */
  | 'target'
  /** Operand: a count of bytes. */
  | 'count';

interface Row {
  readonly code: number;
  readonly mnemonic: string;
  readonly form: Form;
  readonly meaning: string;
}

function row(code: number, mnemonic: string, form: Form, meaning: string): Row {
  return { code, mnemonic, form, meaning };
}

// biome-ignore format: a table
export const INSTRUCTIONS = [
  row(0x01, 'L', 'place', 'accumulator 2 takes accumulator 1, which takes the value'),
  row(0x02, 'L', 'number', 'the same with a constant'),
  row(0x03, 'T', 'place', 'writes accumulator 1; a word takes what fits, to the nearest whole number'),
  row(0x10, '+R', 'none', 'accumulator 1 = 2 + 1'),
  row(0x11, '-R', 'none', 'accumulator 1 = 2 - 1'),
  row(0x12, '*R', 'none', 'accumulator 1 = 2 × 1'),
  row(0x13, '/R', 'none', 'accumulator 1 = 2 / 1'),
  row(0x14, 'MIN', 'none', 'accumulator 1 = the lesser of both'),
  row(0x15, 'MAX', 'none', 'accumulator 1 = the greater of both'),
  row(0x20, '>R', 'none', 'result = 2 > 1'),
  row(0x21, '<R', 'none', 'result = 2 < 1'),
  row(0x22, '>=R', 'none', 'result = 2 ≥ 1'),
  row(0x23, '<=R', 'none', 'result = 2 ≤ 1'),
  row(0x24, '==R', 'none', 'result = 2 equals 1'),
  row(0x30, 'A', 'place', 'result = result and bit; the first of a row takes the bit'),
  row(0x31, 'AN', 'place', 'the same with the bit negated'),
  row(0x32, 'O', 'place', 'result = result or bit; the first of a row takes the bit'),
  row(0x33, '=', 'place', 'the bit takes the result; a new row begins'),
  row(0x34, 'S', 'place', 'sets the bit if the result is 1; a new row begins'),
  row(0x35, 'R', 'place', 'clears the bit if the result is 1; a new row begins'),
  row(0x40, 'JU', 'target', 'goes on at the label'),
  row(0x41, 'JC', 'target', 'the same if the result is 1; a new row begins'),
  row(0x42, 'JCN', 'target', 'the same if the result is 0; a new row begins'),
  row(0x50, 'UC FC', 'block', 'calls the FC'),
  row(0x51, 'CALL FB', 'instance', 'calls the FB with its instance opened as DI'),
  row(0x52, 'BE', 'none', 'ends the block'),
  row(0x60, 'OPN DB', 'block', 'opens a data block as DB'),
  row(0x61, 'OPN DI', 'block', 'opens a data block as DI'),
  row(0x62, 'LAR1', 'none', 'address register 1 takes accumulator 1, in bytes'),
  row(0x63, 'LAR2', 'none', 'the same with address register 2'),
  row(0x70, 'BLKMOV', 'count', 'copies so many bytes from AR1 of DB to AR2 of DI'),
] as const satisfies readonly Row[];

export type Instruction = Row;

/** By code; undefined where there is none. */
export const BY_CODE: readonly (Instruction | undefined)[] = Array.from({ length: 256 }, (_, code) =>
  INSTRUCTIONS.find(each => each.code === code),
);

/** Bytes of an instruction of this form. */
export function formLength(form: Form): number {
  return form === 'number' || form === 'instance' ? 8 : 4;
}

/** Memory areas as byte 2 has them in its lowest three bits, and widths in the next two; above, the index. */
export const AREAS = ['I', 'Q', 'M', 'DB', 'DI'] as const;
export const Width = { bit: 0, byte: 1, word: 2, real: 3 } as const;
export type Width = (typeof Width)[keyof typeof Width];
/** Bytes that each width takes. */
export const WIDTH_BYTES = [1, 1, 2, 4] as const;
/** Letters: of I, Q, M (`IW`), and of data blocks (`DBW`). */
export const WIDTH_LETTERS = ['X', 'B', 'W', 'D'] as const;

export function placeByte(area: number, width: Width, index: 0 | 1 | 2): number {
  return area | (width << 3) | (index << 5);
}
