/**
 * What system status lists (SZL) say of a controller, as facts: who it is, its firmware, its protection, its mode.
 *
 * Layouts: the manufacturer's "System Software for S7-300/400, System and Standard Functions", chapter on system
 * status lists: 0x0011 module identification, 0x001C component identification, 0x0132 and 0x0232 with index 4 protection
 * level, 0x0424 mode.
 *
 * cold: once an audit, never per message
 *
 * @module
 */

import { hex } from '../../operation/value.ts';
import type { FactKind, ProgramFact } from '../program-reader.ts';

/** Head of a list: id, index, bytes of a record, number of records. */
const LIST_HEAD = 8;

/** The records of a list, as far as they are there. */
export function szlRecords(content: Uint8Array): DataView[] {
  if (content.length < LIST_HEAD) return [];
  const view = new DataView(content.buffer, content.byteOffset, content.length);
  const size = view.getUint16(4);
  const records: DataView[] = [];
  if (size === 0) return records;
  for (let at = LIST_HEAD, i = 0; i < view.getUint16(6) && at + size <= content.length; i++, at += size) {
    records.push(new DataView(content.buffer, content.byteOffset + at, size));
  }
  return records;
}

/** Module identification: index (2), order number (20), type (2), version (4). */
export function moduleFacts(records: readonly DataView[]): ProgramFact[] {
  const facts: ProgramFact[] = [];
  for (const record of records) {
    if (record.byteLength < 28) continue;
    const index = record.getUint16(0);
    if (index === 1) facts.push(fact('order number', 'identity', textOf(record, 2, 20)));
    else if (index === 6)
      facts.push(fact('hardware', 'identity', `${textOf(record, 2, 20)} ${record.getUint16(26)}`));
    else if (index === 7) facts.push(fact('firmware', 'firmware', version(record)));
    else if (index === 0x81)
      facts.push(fact('firmware extension', 'firmware', `${textOf(record, 2, 20)} ${version(record)}`));
  }
  return facts;
}

/** A letter, then three numbers, of which the first may be a blank: `V3.2.7`, `A9.9`. */
function version(record: DataView): string {
  const first = record.getUint8(25) === 0x20 ? '' : `${record.getUint8(25)}.`;
  return `${textOf(record, 24, 1)}${first}${record.getUint8(26)}.${record.getUint8(27)}`;
}

const COMPONENTS: ReadonlyMap<number, string> = new Map([
  [1, 'station name'],
  [2, 'module name'],
  [3, 'plant identification'],
  [5, 'serial number'],
  [7, 'module type'],
  [8, 'memory card'],
]);

/** Component identification: index (2), text (32). */
export function componentFacts(records: readonly DataView[]): ProgramFact[] {
  const facts: ProgramFact[] = [];
  for (const record of records) {
    const name = record.byteLength < 34 ? undefined : COMPONENTS.get(record.getUint16(0));
    if (name !== undefined) facts.push(fact(name, 'identity', textOf(record, 2, 32)));
  }
  return facts;
}

const SELECTOR = ['undefined', 'RUN', 'RUN-P', 'STOP', 'MRES'] as const;

/**
 * Protection: index (2), then words: level by the mode selector, by parameters, valid level, mode selector; at 14 the
 * version identifiers.
 */
export function protectionFacts(records: readonly DataView[]): ProgramFact[] {
  const record = records.find(each => each.byteLength >= 10 && each.getUint16(0) === 4);
  if (record === undefined) return [];
  const selector = record.getUint16(8);
  const facts = [
    fact('protection level', 'protection', String(record.getUint16(6))),
    fact('protection by mode selector', 'protection', String(record.getUint16(2))),
    fact('protection by parameters', 'protection', String(record.getUint16(4))),
    fact('mode selector', 'protection', SELECTOR[selector] ?? String(selector)),
  ];
  // Marked as valid by two letters V. Which of them is of what is not public; recorded ones changed with a download.
  if (record.byteLength >= 24 && record.getUint16(14) === 0x5656) {
    facts.push(fact('version identifiers', 'identity', hex(record, 16, 8)));
  }
  return facts;
}

/** Modes by the low four bits of the fourth byte of list 0x0424. */
const MODES: ReadonlyMap<number, string> = new Map([
  [0x1, 'STOP (update)'],
  [0x2, 'STOP (memory reset)'],
  [0x3, 'STOP (self-initialisation)'],
  [0x4, 'STOP'],
  [0x5, 'STARTUP (cold restart)'],
  [0x6, 'STARTUP (warm restart)'],
  [0x7, 'STARTUP (hot restart)'],
  [0x8, 'RUN'],
  [0xa, 'HOLD'],
  [0xd, 'DEFECT'],
]);

/** Mode: event (2), 0xff, mode before and now. */
export function modeFacts(records: readonly DataView[]): ProgramFact[] {
  const record = records.at(-1);
  if (record === undefined || record.byteLength < 4) return [];
  const mode = record.getUint8(3) & 0x0f;
  return [fact('mode', 'mode', MODES.get(mode) ?? `0x${mode.toString(16)}`)];
}

/**
 * A clock as the time functions carry it: two bytes, of which the second is no century to rely on, then BCD from the year
 * to the milliseconds, whose last digit shares its byte with the day of the week. ms since 1970-01-01 as if it were UTC;
 * undefined where it is no time.
 */
export function clockTime(content: Uint8Array): number | undefined {
  if (content.length < 10) return undefined;
  const [year, month, day, hour, minute, second, hundredths] = [2, 3, 4, 5, 6, 7, 8].map(at =>
    bcd(content[at]!),
  );
  const milliseconds = hundredths! * 10 + (content[9]! >> 4);
  const time = Date.UTC(
    year! + (year! < 90 ? 2000 : 1900),
    month! - 1,
    day,
    hour,
    minute,
    second,
    milliseconds,
  );
  return Number.isNaN(time) ? undefined : time;
}

/** Two decimal digits; not a number where they are none. */
function bcd(byte: number): number {
  const high = byte >> 4;
  const low = byte & 0x0f;
  return high > 9 || low > 9 ? Number.NaN : high * 10 + low;
}

function fact(name: string, kind: FactKind, value: string): ProgramFact {
  return { name, kind, value };
}

/** Text up to the first zero, without spaces around; what is no printable ASCII is a point. */
function textOf(view: DataView, at: number, length: number): string {
  const text = Buffer.from(view.buffer, view.byteOffset + at, length).toString('latin1');
  return (text.split('\0', 1)[0] ?? '').replace(/[^\x20-\x7e]/g, '.').trim();
}
