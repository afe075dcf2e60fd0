/**
 * From the body of a block to a listing that a person reads, whatever bytes it has: what is no instruction is shown as
 * bytes.
 *
 * @module
 */

import { AREAS, BY_CODE, formLength, type Instruction, MARK, WIDTH_LETTERS, Width } from './instructions.ts';

/** The instructions of `body`, one a line; labels are L and the offset. */
export function listBody(body: Uint8Array): string[] {
  const view = new DataView(body.buffer, body.byteOffset, body.byteLength);
  if (!MARK.every((byte, i) => body[i] === byte)) return hex(body);
  const targets = new Set<number>();
  const found: { at: number; text: string }[] = [];
  let at = MARK.length;
  while (at + 4 <= body.length) {
    const instruction = BY_CODE[view.getUint8(at)];
    if (instruction === undefined || at + formLength(instruction.form) > body.length) break;
    if (instruction.form === 'target') targets.add(view.getUint16(at + 2));
    found.push({ at, text: describe(instruction, view, at) });
    at += formLength(instruction.form);
  }
  const lines = found.map(({ at: offset, text }) =>
    targets.has(offset) ? `${label(offset)}: ${text}` : `      ${text}`,
  );
  return [...lines, ...hex(body.subarray(at))];
}

function describe({ mnemonic, form }: Instruction, view: DataView, at: number): string {
  const operand = view.getUint16(at + 2);
  switch (form) {
    case 'none':
      return mnemonic;
    case 'number':
      return `${mnemonic} ${Number(view.getFloat32(at + 4).toPrecision(7))}`;
    case 'block':
    case 'count':
      return `${mnemonic} ${operand}`;
    case 'instance':
      return `${mnemonic} ${operand}, DB ${view.getUint16(at + 4)}`;
    case 'target':
      return `${mnemonic} ${label(operand)}`;
    case 'place':
      return `${mnemonic} ${place(view.getUint8(at + 1), operand)}`;
  }
}

function place(byte: number, operand: number): string {
  const area = AREAS[byte & 7] ?? '?';
  const width = ((byte >> 3) & 3) as Width;
  const index = (byte >> 5) & 3;
  const address = width === Width.bit ? `${operand >> 3}.${operand & 7}` : String(operand);
  return `${area}${WIDTH_LETTERS[width]} ${address}${index === 0 ? '' : `[AR${index}]`}`;
}

function label(offset: number): string {
  return `L${String(offset).padStart(3, '0')}`;
}

function hex(bytes: Uint8Array): string[] {
  const lines: string[] = [];
  for (let at = 0; at < bytes.length; at += 16) {
    lines.push(`      ?? ${Buffer.from(bytes.subarray(at, at + 16)).toString('hex')}`);
  }
  return lines;
}
