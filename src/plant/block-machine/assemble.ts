/**
 * From a listing to the body of a block: one instruction a line, `label:` before it where it is jumped to, comments
 * after `//`. The listing is part of the program, so that a mistake in it is a defect and is thrown.
 *
 * @module
 */

import { AREAS, formLength, INSTRUCTIONS, type Instruction, MARK, placeByte, Width } from './instructions.ts';

/** A line that is no instruction. */
export class AssemblyError extends Error {
  override readonly name = 'AssemblyError';
}

interface Line {
  readonly instruction: Instruction;
  readonly operand: string;
  readonly text: string;
}

/** The body that `listing` describes, with its mark. */
export function assemble(listing: string): Uint8Array {
  const labels = new Map<string, number>();
  const lines: Line[] = [];
  let at = MARK.length;
  for (const raw of listing.split('\n')) {
    let text = raw.replace(/\/\/.*$/, '').trim();
    const label = /^(\w+):\s*/.exec(text);
    if (label !== null) {
      labels.set(label[1]!, at);
      text = text.slice(label[0].length);
    }
    if (text === '') continue;
    const line = recognise(text);
    lines.push(line);
    at += formLength(line.instruction.form);
  }
  const body = new Uint8Array(at);
  body.set(MARK);
  let offset = MARK.length;
  for (const line of lines) {
    encode(new DataView(body.buffer, offset), line, labels);
    offset += formLength(line.instruction.form);
  }
  return body;
}

function recognise(text: string): Line {
  for (const instruction of INSTRUCTIONS) {
    const { mnemonic, form } = instruction;
    if (text !== mnemonic && !text.startsWith(`${mnemonic} `)) continue;
    const operand = text.slice(mnemonic.length).trim();
    if (form === 'none' ? operand !== '' : operand === '') continue;
    if (mnemonic === 'L' && /^-?\d/.test(operand) !== (form === 'number')) continue;
    return { instruction, operand, text };
  }
  throw new AssemblyError(`no such instruction: ${text}`);
}

function encode(
  to: DataView,
  { instruction, operand, text }: Line,
  labels: ReadonlyMap<string, number>,
): void {
  to.setUint8(0, instruction.code);
  switch (instruction.form) {
    case 'none':
      return;
    case 'number':
      to.setFloat32(4, Number(operand));
      return;
    case 'block':
    case 'count':
      to.setUint16(2, Number(operand));
      return;
    case 'instance': {
      const numbers = /^(\d+), DB (\d+)$/.exec(operand);
      if (numbers === null) throw new AssemblyError(`write CALL FB n, DB m: ${text}`);
      to.setUint16(2, Number(numbers[1]));
      to.setUint16(4, Number(numbers[2]));
      return;
    }
    case 'target': {
      const target = labels.get(operand);
      if (target === undefined) throw new AssemblyError(`no such label: ${text}`);
      to.setUint16(2, target);
      return;
    }
    case 'place':
      encodePlace(to, operand, text);
  }
}

/** `IW 4`, `QX 0.0`, `MD 0`, `DBD 4[AR1]`, `DIX 6.0`. */
const PLACE = /^(I|Q|M|DB|DI)([XBWD]) (\d+)(?:\.([0-7]))?(?:\[AR([12])\])?$/;
const WIDTHS = { X: Width.bit, B: Width.byte, W: Width.word, D: Width.real } as const;

function encodePlace(to: DataView, operand: string, text: string): void {
  const found = PLACE.exec(operand);
  if (found === null) throw new AssemblyError(`no such place: ${text}`);
  const [, area, letter, byte, bit, index] = found;
  const width = WIDTHS[letter as keyof typeof WIDTHS];
  if ((width === Width.bit) !== (bit !== undefined)) throw new AssemblyError(`a bit, or none: ${text}`);
  const register = Number(index ?? 0) as 0 | 1 | 2;
  to.setUint8(1, placeByte(AREAS.indexOf(area as (typeof AREAS)[number]), width, register));
  to.setUint16(2, width === Width.bit ? Number(byte) * 8 + Number(bit) : Number(byte));
}
