/**
 * How Modbus objects and stations are written: `holding 40`, `holding 40-49`, `holding 40.3` (bit 3, the least
 * significant being bit 0), `coil 5`, `file 4 0-9`. Addresses are zero-based as on the wire.
 *
 * @module
 */

import type { Operation } from '../../operation/operation.ts';
import type { ObjectGrammar, ObjectRange, StationGrammar } from '../protocol.ts';
import { RECORDS } from './file-record.ts';
import { SPACES, Spaces } from './spaces.ts';

const EXAMPLES = [
  'holding 40',
  'holding 40-49',
  'holding 40.3',
  'coil 5',
  'input 3',
  'discrete 7',
  'file 4 0-9',
];

/** Space, file number, first address, last address or bit. */
const NOTATION = /^(\w+)(?: (\d+))? (\d+)(?:-(\d+)|\.(\d+))?$/;

/** First digit of the one-based numbering that engineers know (Modicon's reference numbers). */
const REFERENCE_DIGIT = new Map<number, string>([
  [Spaces.coil, '0'],
  [Spaces.discrete, '1'],
  [Spaces.input, '3'],
  [Spaces.holding, '4'],
]);

/** Addresses of a space; file records and identification objects have fewer (V1.1b3, 6.14 and 6.21). */
function addressesOf(space: number): number {
  return space === Spaces.file ? RECORDS : space === Spaces.identity ? 256 : 65_536;
}

function parse(text: string): ObjectRange | { readonly problem: string } {
  const match = NOTATION.exec(text.trim().replace(/\s+/g, ' '));
  if (match === null)
    return { problem: `'${text}' is no Modbus object; write for example ${EXAMPLES.join(', ')}` };
  const [, name = '', areaText, firstText, lastText, bitText] = match;
  const space = SPACES.findIndex(row => row.name === name);
  if (space < 0) {
    const names = SPACES.slice(1).map(row => row.name);
    return { problem: `'${name}' is no Modbus space; there are ${names.join(', ')}` };
  }
  const { areas, bits } = SPACES[space]!;
  if (areas !== (areaText !== undefined)) {
    return {
      problem: areas
        ? `name the file and its records: file 4 ${firstText}`
        : `${name} has one number: ${name} ${firstText}`,
    };
  }
  const area = Number(areaText ?? 0);
  if (areas && (area < 1 || area > 65_535))
    return { problem: `file ${areaText}: files are numbered 1 to 65535` };
  const first = Number(firstText);
  const last = Number(lastText ?? firstText);
  const addresses = addressesOf(space);
  if (first >= addresses || last >= addresses) {
    return { problem: `${name} addresses are 0 to ${addresses - 1}, zero-based as on the wire` };
  }
  if (last < first) return { problem: `the range ${first}-${last} runs backwards; write ${last}-${first}` };
  if (bitText === undefined) {
    const sized = lastText !== undefined || bits === 1;
    return { space, area, from: first * bits, to: (last + 1) * bits, sized };
  }
  const bit = Number(bitText);
  if (bits !== 16) return { problem: `${name} ${first} has no bits to choose from; write ${name} ${first}` };
  if (bit > 15) return { problem: `a register has the bits 0 (least significant) to 15, not ${bit}` };
  return { space, area, from: first * bits + bit, to: first * bits + bit + 1, sized: true };
}

function format(op: Operation): string {
  if (op.space === 0) return '';
  const { bits } = SPACES[op.space]!;
  const units = Math.max(1, op.extent);
  return prefix(op.space, op.area) + numbers(op.address * bits, (op.address + units) * bits, bits, 0);
}

function formatRange(range: ObjectRange): string {
  return prefix(range.space, range.area) + numbers(range.from, range.to, SPACES[range.space]!.bits, 0);
}

function alias(range: ObjectRange): string {
  const digit = REFERENCE_DIGIT.get(range.space);
  if (digit === undefined) return '';
  const { bits } = SPACES[range.space]!;
  // Five digits are customary as far as they reach, six beyond.
  const width = Math.ceil(range.to / bits) <= 9999 ? 4 : 5;
  return numbers(range.from, range.to, bits, 1, number => digit + String(number).padStart(width, '0'));
}

function prefix(space: number, area: number): string {
  const { name, areas } = SPACES[space]!;
  return areas ? `${name} ${area} ` : `${name} `;
}

/** Bits `from..to` in units of `bits` bits, counted from `base`: `40`, `40-49`, `40.3`, `40.3-40.5`. */
function numbers(
  from: number,
  to: number,
  bits: number,
  base: number,
  write: (number: number) => string = String,
): string {
  const first = Math.floor(from / bits);
  const last = Math.ceil(to / bits) - 1;
  if (from % bits === 0 && to % bits === 0) {
    return first === last ? write(first + base) : `${write(first + base)}-${write(last + base)}`;
  }
  const start = `${write(first + base)}.${from % bits}`;
  return to - from === 1 ? start : `${start}-${write(last + base)}.${(to - 1) % bits}`;
}

export const objects: ObjectGrammar = { parse, format, formatRange, alias, examples: EXAMPLES };

/** Units, 0 to 255. 1 is what most devices and clients use unless told otherwise. */
export const stations: StationGrammar = {
  word: 'unit',
  standard: 1,
  // On a serial line all devices obey it (MODBUS over Serial Line V1.02, 2.2), also behind a gateway.
  broadcast: 0,
  parse(text) {
    const unit = /^\d{1,3}$/.test(text) ? Number(text) : 256;
    return unit <= 255 ? unit : { problem: `'${text}' is no Modbus unit; units are 0 to 255` };
  },
  format: String,
};
