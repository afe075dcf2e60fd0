/**
 * Where S7 variables lie and how wide they are: memory areas, transport sizes, block types, and the spaces in
 * which operations give them.
 *
 * @module
 */

import { ValueType } from '../../operation/value.ts';
import type { Space as SpaceRow } from '../protocol.ts';

/** Rows of {@link SPACES}. */
export const Space = {
  none: 0,
  I: 1,
  Q: 2,
  M: 3,
  DB: 4,
  DI: 5,
  L: 6,
  V: 7,
  P: 8,
  T: 9,
  C: 10,
  systemInfo: 11,
  systemFlags: 12,
  analogInputs: 13,
  analogOutputs: 14,
  iecCounters: 15,
  iecTimers: 16,
  record: 17,
  OB: 18,
  SDB: 19,
  FC: 20,
  SFC: 21,
  FB: 22,
  SFB: 23,
  SZL: 24,
  symbolic: 25,
  NCK: 26,
  drive: 27,
  R_ID: 28,
} as const;
export type Space = (typeof Space)[keyof typeof Space];

/** One past the last bit that the 24-bit addresses of S7 can name: what a whole area or block spans. */
export const WHOLE = 1 << 24;

export const SPACES: readonly SpaceRow[] = [
  space('', 1, false, ''),
  space('I', 1, false, 'process image of the inputs (E)'),
  space('Q', 1, false, 'process image of the outputs (A)'),
  space('M', 1, false, 'flags'),
  space('DB', 1, true, 'data block, its variables or as a block of the program'),
  space('DI', 1, true, 'instance data block'),
  space('L', 1, false, 'local data'),
  space('V', 1, false, 'local data of the caller; variable memory of a logic module'),
  space('P', 1, false, 'peripheral inputs and outputs, past the process image'),
  space('T', 16, false, 'timers'),
  space('C', 16, false, 'counters (Z)'),
  space('SYSINFO', 1, false, 'system information of the 200 family'),
  space('SM', 1, false, 'system flags of the 200 family'),
  space('AI', 1, false, 'analog inputs of the 200 family'),
  space('AQ', 1, false, 'analog outputs of the 200 family'),
  space('IEC_C', 1, false, 'IEC counters of the 200 family, by number'),
  space('IEC_T', 1, false, 'IEC timers of the 200 family, by number'),
  space('RECORD', 1, true, 'data record'),
  space('OB', 1, true, 'organisation block of the program'),
  space('SDB', 1, true, 'system data block'),
  space('FC', 1, true, 'function of the program'),
  space('SFC', 1, true, 'system function'),
  space('FB', 1, true, 'function block of the program'),
  space('SFB', 1, true, 'system function block'),
  space('SZL', 1, false, 'system status list: address is list id × 65536 + index'),
  space('SYMBOLIC', 1, true, 'symbolic access of the 1200 family; the name is the access path as bytes'),
  space('NCK', 1, true, 'variables of a numerical control: area unit, module, column; address is the line'),
  space('DRIVE', 1, true, 'drive parameters: area is the parameter, address the index'),
  space('R_ID', 1, false, 'job identifier of BSEND and BRECV'),
];

/** Codes of memory areas. */
export const Area = {
  record: 0x01,
  systemInfo: 0x03,
  systemFlags: 0x05,
  analogInputs: 0x06,
  analogOutputs: 0x07,
  C: 0x1c,
  T: 0x1d,
  iecCounters: 0x1e,
  iecTimers: 0x1f,
  P: 0x80,
  I: 0x81,
  Q: 0x82,
  M: 0x83,
  DB: 0x84,
  DI: 0x85,
  L: 0x86,
  V: 0x87,
} as const;
export type Area = (typeof Area)[keyof typeof Area];

const AREA_SPACE = new Uint8Array(256);
for (const [name, code] of Object.entries(Area)) AREA_SPACE[code] = Space[name as keyof typeof Area];

/** Space of a memory area code, or `none`. */
export function areaSpace(area: number): Space {
  return AREA_SPACE[area]! as Space;
}

/** True for spaces whose address counts things (timers, counters), not bits. */
export function isNumbered(space: Space): boolean {
  return space === Space.T || space === Space.C || space === Space.iecTimers || space === Space.iecCounters;
}

/** Transport sizes of a variable's address. */
export const Size = {
  bit: 1,
  byte: 2,
  char: 3,
  word: 4,
  int: 5,
  dword: 6,
  dint: 7,
  real: 8,
  date: 9,
  timeOfDay: 10,
  time: 11,
  s5time: 12,
  dateAndTime: 15,
  counter: 28,
  timer: 29,
  iecTimer: 30,
  iecCounter: 31,
  highSpeedCounter: 32,
} as const;
export type Size = (typeof Size)[keyof typeof Size];

/** Bits of one element, by transport size; 0 where unknown or not public (the IEC types of the 200 family). */
const SIZE_BITS = new Uint8Array(256);
const SIZE_TYPE = new Uint8Array(256);
const SIZE_KNOWN = new Uint8Array(256);

for (const [size, bits, type] of [
  [Size.bit, 1, ValueType.bool],
  [Size.byte, 8, ValueType.u8],
  [Size.char, 8, ValueType.u8],
  [Size.word, 16, ValueType.u16],
  [Size.int, 16, ValueType.i16],
  [Size.dword, 32, ValueType.u32],
  [Size.dint, 32, ValueType.i32],
  [Size.real, 32, ValueType.f32],
  [Size.date, 16, ValueType.u16],
  [Size.timeOfDay, 32, ValueType.u32],
  [Size.time, 32, ValueType.i32],
  [Size.s5time, 16, ValueType.u16],
  [Size.dateAndTime, 64, ValueType.bytes],
  [Size.counter, 16, ValueType.u16],
  [Size.timer, 16, ValueType.u16],
  [Size.iecTimer, 0, ValueType.bytes],
  [Size.iecCounter, 0, ValueType.bytes],
  [Size.highSpeedCounter, 0, ValueType.bytes],
] as const) {
  SIZE_BITS[size] = bits;
  SIZE_TYPE[size] = type;
  SIZE_KNOWN[size] = 1;
}

export function isSize(size: number): boolean {
  return SIZE_KNOWN[size] === 1;
}

/** Bits of one element of a transport size; 0 where not public. */
export function sizeBits(size: number): number {
  return SIZE_BITS[size]!;
}

/** How the elements of a transport size are read. */
export function sizeType(size: number): ValueType {
  return SIZE_TYPE[size]! as ValueType;
}

/** Space of a block type as the wire writes it: two hexadecimal digits as text ('0A'), or `none`. */
export function blockSpace(high: number, low: number): Space {
  if (high !== 0x30) return Space.none;
  switch (low) {
    case 0x38:
      return Space.OB;
    case 0x41:
      return Space.DB;
    case 0x42:
      return Space.SDB;
    case 0x43:
      return Space.FC;
    case 0x44:
      return Space.SFC;
    case 0x45:
      return Space.FB;
    case 0x46:
      return Space.SFB;
    default:
      return Space.none;
  }
}

// cold: for the table above, once
function space(name: string, bits: number, areas: boolean, meaning: string): SpaceRow {
  return { name, bits, areas, meaning };
}
