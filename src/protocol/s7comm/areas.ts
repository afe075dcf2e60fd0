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
  L: 5,
  P: 6,
  T: 7,
  C: 8,
  systemInfo: 9,
  systemFlags: 10,
  analogInputs: 11,
  analogOutputs: 12,
  iecCounters: 13,
  iecTimers: 14,
  record: 15,
  OB: 16,
  SDB: 17,
  FC: 18,
  SFC: 19,
  FB: 20,
  SFB: 21,
  SZL: 22,
  symbolic: 23,
  NCK: 24,
  drive: 25,
  R_ID: 26,
} as const;
export type Space = (typeof Space)[keyof typeof Space];

/** One past the last bit that the 24-bit addresses of S7 can name: what a whole area or block spans. */
export const WHOLE = 1 << 24;

export const SPACES: readonly SpaceRow[] = [
  space('', 1, false, ''),
  space('I', 1, false, 'process image of the inputs (E)'),
  space('Q', 1, false, 'process image of the outputs (A); writes to the peripheral outputs (PQ, PA) too'),
  space('M', 1, false, 'flags'),
  space(
    'DB',
    1,
    true,
    'data block, its variables or as a block of the program; DI1 is DB1, and so is the variable memory V of the 200 family',
  ),
  space('L', 1, false, 'local data'),
  space('P', 1, false, 'peripheral inputs, read past the process image'),
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

/** The data block that the variable memory of the 200 family is. */
export const V_BLOCK = 1;

const AREA_SPACE = new Uint8Array(256);
for (const [name, code] of Object.entries(Area)) {
  AREA_SPACE[code] = name === 'DI' || name === 'V' ? Space.DB : Space[name as keyof typeof Space];
}

/**
 * Space of a memory area code, or `none`. One place in memory has one name, so that what a policy says of it holds
 * however it is written:
 *
 * - Blocks are shared or of an instance by the program that opens them (STEP 7, `OPN DI`); both are one set of blocks.
 * - The 200 family has its variable memory as DB 1.
 * - What is written to the peripheral outputs is in their process image too. What is read are the peripheral inputs,
 *   which are not what the process image has.
 */
export function areaSpace(area: number, writes: boolean): Space {
  return writes && area === Area.P ? Space.Q : (AREA_SPACE[area]! as Space);
}

const IS_NUMBERED = new Uint8Array(SPACES.length);
for (const counted of [Space.T, Space.C, Space.iecTimers, Space.iecCounters]) IS_NUMBERED[counted] = 1;

/** True for spaces whose address counts things (timers, counters), not bits. */
export function isNumbered(space: number): boolean {
  return IS_NUMBERED[space] === 1;
}

const IS_MEMORY = new Uint8Array(256);
for (const code of Object.values(Area)) IS_MEMORY[code] = isNumbered(AREA_SPACE[code]!) ? 0 : 1;

/** True for areas whose address counts bits. */
export function isMemory(area: number): boolean {
  return IS_MEMORY[area] === 1;
}

/** True for the spaces of which a variable names one by its number. */
export function hasNumber(space: number): boolean {
  return space === Space.DB || space === Space.record;
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
/** Bytes of one element as a power of two. */
const SIZE_SHIFT = new Uint8Array(256);

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
  SIZE_SHIFT[size] = bits > 8 ? Math.log2(bits) - 3 : 0;
}

export function isSize(size: number): boolean {
  return SIZE_KNOWN[size] === 1;
}

/** Bits of one element of a transport size; 0 where not public. */
export function sizeBits(size: number): number {
  return SIZE_BITS[size]!;
}

/** True for the transport sizes of memory whose elements are whole bytes. */
export function isWhole(size: number): boolean {
  return size < Size.counter && SIZE_BITS[size]! > 1;
}

/** How the elements of a transport size are read. */
export function sizeType(size: number): ValueType {
  return SIZE_TYPE[size]! as ValueType;
}

/** Elements in `length` bytes of a transport size; a bit takes a byte. */
export function elements(size: number, length: number): number {
  return length >> SIZE_SHIFT[size]!;
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
