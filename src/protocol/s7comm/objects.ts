/**
 * How objects are written: as engineers do (`DB1.DBD4`, `MW10`, `I 0.3`, `T 5`), with either the English or the
 * German letters; bytes in ranges (`DB1 0-19`, `M 4-7`); a data block, a block of the program or an area as a
 * whole (`DB1`, `OB1`, `M`). Where one place in memory has several names, they are read as one: `DI1` and `V` as
 * `DB1`, peripheral outputs (`PQ`) as `Q`.
 *
 * @module
 */

import type { Operation } from '../../operation/operation.ts';
import type { ObjectGrammar, ObjectRange } from '../protocol.ts';
import { SPACES, Space, V_BLOCK, WHOLE } from './areas.ts';

const NAMES: Readonly<Record<string, string>> = {
  E: 'I',
  A: 'Q',
  Z: 'C',
  DI: 'DB',
  V: 'DB',
  PI: 'P',
  PE: 'P',
  PQ: 'Q',
  PA: 'Q',
};
const WIDTHS: Readonly<Record<string, number>> = { X: 1, B: 8, W: 16, D: 32 };
/** Letters of the widths within a data block: `DBW`, and `DIW` in an instance data block. */
const BLOCK_WIDTH = /^(DB|DI)(\d+)\s*\.\s*D[BI]([XBWD])\s*(\d+)(?:\.(\d+))?$/;
/** An area, a width and a byte: `MW10`, `QB 4`, `I 0.3`. */
const AREA_WIDTH = /^(SM|AI|AQ|P[IEQA]|[IEQAMLVP])\s*([BWD]?)\s*(\d+)(?:\.(\d+))?$/;
/** Bytes, or bits, from one to another: `DB1 0-19`, `M 4.3-5.2`. */
const RANGE = /^([A-Z_]+)\s*(\d+)?\s+(\d+)(?:\.(\d+))?(?:\s*-\s*(\d+)(?:\.(\d+))?)?$/;
const NUMBERED = /^(T|C|Z|IEC_T|IEC_C|R_ID)\s*(\d+)(?:\s*-\s*(\d+))?$/;
const BLOCK = /^(DB|DI|OB|SDB|FC|SFC|FB|SFB)\s*(\d+)$/;
const SZL = /^SZL\s*(0X[0-9A-F]{1,4}|\d+)(?:\.(\d+))?$/;

const PROBLEM = 'write for example DB1.DBD4, DB1 0-19, M 4.3, MW10, I 0.0, T 5 or OB1';
const MAX_BYTE = WHOLE / 8 - 1;

export const objects: ObjectGrammar = {
  examples: [
    'DB1.DBD4',
    'DB1.DBX4.3',
    'DB1 0-19',
    'DB1',
    'MW10',
    'M 4.3',
    'I 0.0',
    'QB4',
    'T 5',
    'OB1',
    'SZL 0x0011',
  ],
  parse,
  format(op) {
    const row = SPACES[op.space];
    if (op.space === Space.none || row === undefined) return '';
    if (op.space === Space.symbolic) return `SYMBOLIC${op.area} ${symbol(op)}`;
    if (op.extent === 0 && row.areas && op.area === 0) return row.name;
    const from = op.address * row.bits;
    return formatRange({
      space: op.space,
      area: op.area,
      from,
      to: from + op.extent * row.bits,
      sized: true,
    });
  },
  formatRange,
  alias: () => '',
};

function parse(text: string): ObjectRange | { readonly problem: string } {
  const upper = text.trim().toUpperCase();
  const range =
    whole(upper) ?? inBlock(upper) ?? inArea(upper) ?? numbered(upper) ?? list(upper) ?? span(upper);
  if (range === undefined) return { problem: `'${text}' is no S7 object; ${PROBLEM}` };
  if ('problem' in range) return { problem: `'${text}': ${range.problem}` };
  if (range.to > range.from && (range.to <= WHOLE || isFree(range.space))) return range;
  return {
    problem:
      range.to > range.from
        ? `'${text}': addresses end at byte ${MAX_BYTE}`
        : `'${text}': the range ends before it begins`,
  };
}

type Parsed = ObjectRange | { readonly problem: string } | undefined;

/** A block, or an area without address. */
function whole(text: string): Parsed {
  const block = BLOCK.exec(text);
  if (block !== null) {
    const number = Number(block[2]);
    if (number > 65535) return { problem: `blocks have numbers from 0 to 65535` };
    return { space: spaceNamed(block[1]!)!, area: number, from: 0, to: WHOLE, sized: true };
  }
  const space = spaceNamed(text);
  if (space === undefined) return undefined;
  const area = areaOf(text);
  if (SPACES[space]!.areas && area === 0) return { problem: `which one? write ${text}1` };
  return { space, area, from: 0, to: extentOf(space), sized: true };
}

/** `DB1.DBW4`. */
function inBlock(text: string): Parsed {
  const match = BLOCK_WIDTH.exec(text);
  if (match === null) return undefined;
  const [, name, number, letter, byte, bit] = match;
  const area = Number(number);
  if (area > 65535) return { problem: 'blocks have numbers from 0 to 65535' };
  return single(spaceNamed(name!)!, area, WIDTHS[letter!]!, byte!, bit, true);
}

/** `MW4`, `M 4.3`. */
function inArea(text: string): Parsed {
  const match = AREA_WIDTH.exec(text);
  if (match === null) return undefined;
  const [, name, letter, byte, bit] = match;
  const space = spaceNamed(name!)!;
  const area = areaOf(name!);
  if (letter === '') return single(space, area, bit === undefined ? 8 : 1, byte!, bit, bit !== undefined);
  return single(space, area, WIDTHS[letter!]!, byte!, bit, true);
}

function single(
  space: Space,
  area: number,
  width: number,
  byte: string,
  bit: string | undefined,
  sized: boolean,
): Parsed {
  if ((width === 1) !== (bit !== undefined)) {
    return {
      problem: width === 1 ? 'a bit needs its number, as in 4.3' : 'only a bit has a number after the dot',
    };
  }
  if (Number(bit ?? 0) > 7) return { problem: 'bits are 0 to 7' };
  const from = Number(byte) * 8 + Number(bit ?? 0);
  return { space, area, from, to: from + width, sized };
}

/** Timers and counters, one or several. */
function numbered(text: string): Parsed {
  const match = NUMBERED.exec(text);
  if (match === null) return undefined;
  const [, name, first, last] = match;
  const space = spaceNamed(name!)!;
  const { bits } = SPACES[space]!;
  return {
    space,
    area: 0,
    from: Number(first) * bits,
    to: (Number(last ?? first) + 1) * bits,
    sized: last !== undefined,
  };
}

/** A system status list, all of it or one index. */
function list(text: string): Parsed {
  const match = SZL.exec(text);
  if (match === null) return undefined;
  const id = Number(match[1]);
  if (id > 0xffff || Number(match[2] ?? 0) > 0xffff) return { problem: 'list and index are 0 to 0xffff' };
  const from = id * 0x10000 + Number(match[2] ?? 0);
  return { space: Space.SZL, area: 0, from, to: from + (match[2] === undefined ? 0x10000 : 1), sized: true };
}

/** Bytes or bits of an area or block; units of the spaces that have neither. */
function span(text: string): Parsed {
  const match = RANGE.exec(text);
  if (match === null) return undefined;
  const [, name, number, first, firstBit, last, lastBit] = match;
  const space = spaceNamed(name!);
  if (space === undefined) return undefined;
  const alone = areaOf(name!);
  const areas = SPACES[space]!.areas && alone === 0;
  if (areas !== (number !== undefined)) {
    return { problem: areas ? `which one? write ${name}1 ${first}` : `${name} has no number of its own` };
  }
  if (isProgram(space)) return { problem: 'a block of the program is named as a whole, as in OB1' };
  const area = Number(number ?? alone);
  if (isFree(space)) {
    const from = Number(first);
    return { space, area, from, to: Number(last ?? first) + 1, sized: last !== undefined };
  }
  if (Number(firstBit ?? 0) > 7 || Number(lastBit ?? 0) > 7) return { problem: 'bits are 0 to 7' };
  const from = Number(first) * 8 + Number(firstBit ?? 0);
  if (last === undefined) {
    return { space, area, from, to: from + (firstBit === undefined ? 8 : 1), sized: firstBit !== undefined };
  }
  if ((firstBit === undefined) !== (lastBit === undefined)) {
    return { problem: 'give a bit at both ends of the range, or at none' };
  }
  const end = lastBit === undefined ? (Number(last) + 1) * 8 : Number(last) * 8 + Number(lastBit) + 1;
  return { space, area, from, to: end, sized: true };
}

function formatRange({ space, area, from, to }: ObjectRange): string {
  const row = SPACES[space]!;
  const name = row.areas ? `${row.name}${area}` : row.name;
  if (from === 0 && (to === extentOf(space as Space) || (row.areas && to === 0))) return name;
  if (space === Space.SZL) return formatList(from, to);
  if (isFree(space)) return to - from === 1 ? `${name} ${from}` : `${name} ${from}-${to - 1}`;
  if (row.bits > 1) {
    const first = Math.floor(from / row.bits);
    const last = Math.ceil(to / row.bits) - 1;
    return last <= first ? `${name} ${first}` : `${name} ${first}-${last}`;
  }
  const byte = Math.floor(from / 8);
  const inBlock = space === Space.DB;
  if (to - from <= 1)
    return inBlock ? `${name}.${row.name}X${byte}.${from % 8}` : `${name} ${byte}.${from % 8}`;
  if (from % 8 !== 0 || to % 8 !== 0) {
    return `${name} ${byte}.${from % 8}-${Math.floor((to - 1) / 8)}.${(to - 1) % 8}`;
  }
  const letter = to - from === 8 ? 'B' : to - from === 16 ? 'W' : to - from === 32 ? 'D' : '';
  if (letter !== '' && inBlock) return `${name}.${row.name}${letter}${byte}`;
  if (letter !== '' && hasWidths(space)) return `${name}${letter}${byte}`;
  return `${name} ${byte}-${to / 8 - 1}`;
}

function formatList(from: number, to: number): string {
  const id = `SZL 0x${Math.floor(from / 0x10000)
    .toString(16)
    .padStart(4, '0')}`;
  return to - from === 0x10000 ? id : `${id}.${from % 0x10000}`;
}

function symbol(op: Operation): string {
  return Buffer.from(op.name(), 'latin1').toString('hex');
}

function spaceNamed(name: string): Space | undefined {
  const wanted = NAMES[name] ?? name;
  const index = SPACES.findIndex((row, i) => i > 0 && row.name === wanted);
  return index < 0 ? undefined : (index as Space);
}

/** The block that an area without a number is. */
function areaOf(name: string): number {
  return name === 'V' ? V_BLOCK : 0;
}

/** One past the last unit of an area as a whole, in bits. */
function extentOf(space: Space): number {
  return space === Space.SZL || space === Space.R_ID ? 2 ** 32 : WHOLE;
}

function hasWidths(space: number): boolean {
  return (
    (space >= Space.I && space <= Space.M) ||
    (space >= Space.L && space <= Space.P) ||
    (space >= Space.systemFlags && space <= Space.analogOutputs)
  );
}

function isProgram(space: number): boolean {
  return space >= Space.OB && space <= Space.SFB;
}

/** Spaces whose addresses are not bytes. */
function isFree(space: number): boolean {
  return space >= Space.SZL || space === Space.iecTimers || space === Space.iecCounters;
}
