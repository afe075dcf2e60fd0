/**
 * Disassembly of MC7: the code of a block as lines of the statement list language. What {@link mc7-operations} does not
 * know is shown as the bytes that it is; nothing is guessed.
 *
 * An instruction has 2, 4 or 6 bytes and an unknown one is taken for 2, so that what follows an unknown one may be read
 * out of step; the bytes beside each line are the truth.
 *
 * cold: once a block that a person looks at, never per message
 *
 * @module
 */

import type { ProgramLine } from '../program-reader.ts';
import { indirect } from './mc7-indirect.ts';
import {
  BIT_AREAS,
  BIT_LOGIC,
  BYTE_OPERAND,
  CALLS,
  INDIRECT_LOGIC,
  INDIRECT_SET,
  IO_OPERAND,
  JUMPS,
  MOVES,
  ON_COUNTER,
  ON_TIMER,
  PLAIN,
  SHIFTS,
  SHORT_LOGIC,
  STATUS_BITS,
  WIDE_AREAS,
} from './mc7-operations.ts';

/** Length in bytes and text of an instruction; '' where it is not known. */
interface Instruction {
  readonly length: number;
  readonly text: string;
}

const UNKNOWN: Instruction = { length: 2, text: '' };
const JU = 0x700b;

/** All of a block's code. Each byte is in one line. */
export function disassemble(code: Uint8Array): ProgramLine[] {
  const view = new DataView(code.buffer, code.byteOffset, code.length);
  const lines: ProgramLine[] = [];
  /** Until where the parameters of the last call reach, which are no instructions. */
  let parameters = 0;
  let called = false;
  for (let at = 0; at < code.length; ) {
    const inParameters = at < parameters;
    const { length, text } = inParameters ? parameter(view, at, parameters) : instruction(view, at);
    lines.push({ at, bytes: code.subarray(at, at + length), text });
    // A call jumps over its parameters: pointers of four bytes.
    if (called && length === 4 && view.getUint16(at) === JU) parameters = at + view.getInt16(at + 2) * 2;
    if (!inParameters) called = /^(UC|CC) S?F[BC] /.test(text);
    at += length;
  }
  return lines;
}

/** A parameter of a call, as a pointer of four bytes or what is left of one. */
function parameter(view: DataView, at: number, end: number): Instruction {
  const length = Math.min(4, end - at, view.byteLength - at);
  const pointed = length === 4 ? pointer(view.getUint32(at)) : '';
  return { length, text: pointed === '' ? '' : `(parameter) ${pointed}` };
}

/** The instruction at `at`; one that does not end within the code is not known. */
export function instruction(view: DataView, at: number): Instruction {
  const left = view.byteLength - at;
  if (left < 2) return { length: left, text: '' };
  const found = decode(view, at, left);
  return found.length <= left ? found : UNKNOWN;
}

function decode(view: DataView, at: number, left: number): Instruction {
  const first = view.getUint8(at);
  const second = view.getUint8(at + 1);
  const both = view.getUint16(at);
  const plain = PLAIN.get(both);
  if (plain !== undefined) return two(plain);
  const byte = BYTE_OPERAND.get(first);
  if (byte !== undefined) return two(`${byte} ${second}`);
  const io = IO_OPERAND.get(first);
  if (io !== undefined) return two(`${io[0]} ${second < 0x80 ? 'I' : 'Q'}${io[1]} ${second & 0x7f}`);
  const shift = SHIFTS.get(first);
  if (shift !== undefined) return second <= shift[1] ? two(`${shift[0]} ${second}`) : UNKNOWN;
  if (first === 0x28) return two(`L B#16#${hex(second, 2)}`);
  if (first >= 0x80 && first < 0xb8)
    return two(`${SHORT_LOGIC[(first - 0x80) >> 3]} M ${second}.${first & 7}`);
  if (first >= 0xc0 && first < 0xf8) {
    const area = second < 0x80 ? 'I' : 'Q';
    return two(`${SHORT_LOGIC[(first - 0xc0) >> 3]} ${area} ${second & 0x7f}.${first & 7}`);
  }
  if (both >= 0xfec0 && both <= 0xfee0) return two(`SRD ${second - 0xc0}`);
  if (first === 0x68 && (second & 0x0f) === 1) return two(`SSI ${second >> 4}`);
  if (first === 0xff && STATUS_BITS.has(second >> 4) && (second & 0x0f) < 6) {
    return two(`${INDIRECT_LOGIC[second & 7]} ${STATUS_BITS.get(second >> 4)}`);
  }
  return left < 4 ? UNKNOWN : decodeLong(view, at, left);
}

/** Instructions of four bytes and more. */
function decodeLong(view: DataView, at: number, left: number): Instruction {
  const first = view.getUint8(at);
  const second = view.getUint8(at + 1);
  const both = view.getUint16(at);
  const word = view.getUint16(at + 2);
  const jump = JUMPS.get(both);
  if (jump !== undefined) return four(`${jump} ${hex(at + view.getInt16(at + 2) * 2, 4)}`);
  const logic = BIT_LOGIC.get(first);
  if (logic !== undefined) {
    const operation = logic[second >> 7];
    const area = BIT_AREAS[(second >> 4) & 7];
    if (operation === '' || area === '' || (second & 0x08) !== 0) return UNKNOWN;
    return four(`${operation} ${area} ${word}.${second & 7}`);
  }
  switch (first) {
    case 0x30:
      return constant(second, view, at + 2);
    case 0x38:
      return left < 6 ? UNKNOWN : longConstant(second, view, at + 2);
    case 0x58:
      return four(second === 0 ? `+ ${view.getInt16(at + 2)}` : indirect(first, second, word));
    case 0x60:
      return second === 5 && left >= 6 ? { length: 6, text: `+ L#${view.getInt32(at + 2)}` } : UNKNOWN;
    case 0x68:
      return wordLogic(second, view, at, left);
    case 0x79:
      return registerLogic(second, word);
    case 0x7e:
      return move(second, String(word), second >> 4 === 0);
    case 0xbe:
      return (second & 0x70) === 0 ? UNKNOWN : move(second, registerPlace(second, word), false);
    case 0xfb:
      return decodeFb(second, word);
    case 0xfe:
      return decodeFe(second, view, at, left);
    default:
      return four(indirect(first, second, word));
  }
}

function constant(form: number, view: DataView, at: number): Instruction {
  const word = view.getUint16(at);
  switch (form) {
    case 0x02:
      return four(`L 2#${word.toString(2)}`);
    case 0x03:
      return four(`L ${view.getInt16(at)}`);
    case 0x05:
      return four(`L ${quoted(view, at, 2)}`);
    case 0x06:
      return four(`L B#(${word >> 8}, ${word & 0xff})`);
    case 0x07:
      return four(`L W#16#${hex(word, 4)}`);
    case 0x08:
      return four(`L C#${word.toString(16)}`);
    case 0x0c:
      return four(s5Time(word));
    default:
      return UNKNOWN;
  }
}

function longConstant(form: number, view: DataView, at: number): Instruction {
  const value = view.getUint32(at);
  const text = () => {
    switch (form) {
      case 0x01:
        return `L ${view.getFloat32(at).toExponential(6)}`;
      case 0x02:
        return `L 2#${value.toString(2)}`;
      case 0x03:
        return `L L#${view.getInt32(at)}`;
      case 0x04:
        return pointer(value) === '' ? '' : `L ${pointer(value)}`;
      case 0x05:
        return `L ${quoted(view, at, 4)}`;
      case 0x06:
        return `L B#(${[0, 1, 2, 3].map(i => view.getUint8(at + i)).join(', ')})`;
      case 0x07:
        return `L DW#16#${hex(value, 8)}`;
      case 0x09:
        return `L T#${view.getInt32(at)}MS`;
      default:
        return '';
    }
  };
  const said = text();
  return said === '' ? UNKNOWN : { length: 6, text: said };
}

/** The first letters of AW, OW, XOW and AD, OD, XOD with a constant, by the high four bits. */
const WORD_LOGIC: readonly (string | undefined)[] = [undefined, undefined, undefined, 'A', 'O', 'XO'];

function wordLogic(second: number, view: DataView, at: number, left: number): Instruction {
  const name = WORD_LOGIC[second >> 4];
  if (name === undefined) return UNKNOWN;
  if ((second & 0x0f) === 4) return four(`${name}W W#16#${hex(view.getUint16(at + 2), 4)}`);
  if ((second & 0x0f) !== 6 || left < 6) return UNKNOWN;
  return { length: 6, text: `${name}D DW#16#${hex(view.getUint32(at + 2), 8)}` };
}

/** Bit logic on a place in an area that an address register names. */
function registerLogic(second: number, word: number): Instruction {
  const operation = (second < 0x80 ? INDIRECT_LOGIC : INDIRECT_SET)[second & 7]!;
  const area = BIT_AREAS[(second >> 4) & 7]!;
  return operation === '' || area === ''
    ? UNKNOWN
    : four(`${operation} ${area} ${registerPlace(second, word)}`);
}

/** Load or transfer: the area in the high, the width in the low bits. */
function move(second: number, place: string, peripheral: boolean): Instruction {
  const [operation, width] = MOVES[second & 7]!.split(' ');
  const area = peripheral ? (operation === 'L' ? 'PI' : 'PQ') : WIDE_AREAS[second >> 4];
  // Bit 3 chooses the address register, and stands for nothing where there is none.
  const direct = !place.startsWith('[');
  if (width === undefined || area === undefined || area === '' || (direct && (second & 0x08) !== 0))
    return UNKNOWN;
  return four(`${operation} ${area}${width} ${place}`);
}

/** Calls, timers and counters, formal parameters, and what address registers name with its area. */
function decodeFb(second: number, word: number): Instruction {
  const call = CALLS.get(second);
  if (call !== undefined) return four(`${call} ${word}`);
  const low = second & 0x0f;
  if (second >= 0xf0) return ON_COUNTER[low] === '-' ? UNKNOWN : four(`${ON_COUNTER[low]} C ${word}`);
  if (second >= 0xe0) return ON_TIMER[low] === '-' ? UNKNOWN : four(`${ON_TIMER[low]} T ${word}`);
  const place = registerPlace(second, word);
  if (second < 0x10) {
    const [operation, width] = MOVES[second & 7]!.split(' ');
    return width === undefined ? UNKNOWN : four(`${operation} ${width} ${place}`);
  }
  if (second < 0x30) {
    const operation = (second < 0x20 ? INDIRECT_LOGIC : INDIRECT_SET)[second & 7]!;
    return operation === '' ? UNKNOWN : four(`${operation} ${place}`);
  }
  return four(indirect(0xfb, second, word));
}

/** Where address registers are loaded from and stored to, by the high four bits. */
const REGISTER_PLACES: readonly (string | undefined)[] = [
  undefined,
  undefined,
  undefined,
  'MD',
  'DBD',
  'DID',
  'LD',
];

/** Address registers. */
function decodeFe(second: number, view: DataView, at: number, left: number): Instruction {
  const word = view.getUint16(at + 2);
  const register = (second & 0x08) === 0 ? 1 : 2;
  if (second === 0x02 || second === 0x0a) return four(`+AR${register} P#${word >> 3}.${word & 7}`);
  if (second === 0x03 || second === 0x0b) {
    const pointed = left < 6 ? '' : pointer(view.getUint32(at + 2));
    return pointed === '' ? UNKNOWN : { length: 6, text: `LAR${register} ${pointed}` };
  }
  const area = REGISTER_PLACES[second >> 4];
  if (area === undefined || (second & 3) !== 3) return UNKNOWN;
  return four(`${(second & 0x04) === 0 ? 'L' : 'T'}AR${register} ${area} ${word}`);
}

/** `[AR1,P#2.0]`: bit 3 of the second byte says which register. */
function registerPlace(second: number, word: number): string {
  return `[AR${(second & 0x08) === 0 ? 1 : 2},P#${word >> 3}.${word & 7}]`;
}

const POINTED = ['', 'I', 'Q', 'M', 'DBX', 'DIX', 'L', 'V'] as const;

/** A pointer with its area: `P#DBX 4.0`; '' where it is none. */
function pointer(value: number): string {
  const area = value >>> 24;
  if ((value & 0x00f80000) !== 0) return '';
  const place = `${(value >>> 3) & 0xffff}.${value & 7}`;
  if (area === 0) return `P#${place}`;
  return area > 0x80 && area <= 0x87 ? `P#${POINTED[area - 0x80]} ${place}` : '';
}

/** Three digits in BCD, in units of 10 ms, 100 ms, 1 s or 10 s. */
function s5Time(word: number): string {
  const number = Number((word & 0xfff).toString(16));
  if (Number.isNaN(number) || word > 0x3fff) return '';
  return `L S5T#${number * 10 ** (1 + (word >> 12))}MS`;
}

function quoted(view: DataView, at: number, length: number): string {
  const bytes = Buffer.from(view.buffer, view.byteOffset + at, length);
  return `'${bytes.toString('latin1').replace(/[^\x20-\x7e]/g, '.')}'`;
}

function hex(value: number, digits: number): string {
  const text = Math.abs(value).toString(16).padStart(digits, '0');
  return value < 0 ? `-${text}` : text;
}

function two(text: string): Instruction {
  return { length: 2, text };
}

function four(text: string): Instruction {
  return text === '' ? UNKNOWN : { length: 4, text };
}
