/**
 * Zeek's logs: lines of values between tabs, with header lines that say what the columns are.
 *
 * @module
 */

import type { RecordLog } from '../record-log.ts';

/** A column's name and type. */
export type Column = readonly [name: string, type: string];

/** What a column can hold; undefined is unset, a list is a vector. */
export type Cell = string | number | boolean | readonly (string | number)[] | undefined;

export interface ZeekLog {
  readonly name: string;
  readonly columns: readonly Column[];
}

const SET_SEPARATOR = ',';
const EMPTY = '(empty)';
const UNSET = '-';

/** When and between whom: how every log begins. */
export const CONNECTION: readonly Column[] = [
  ['ts', 'time'],
  ['uid', 'string'],
  ['id.orig_h', 'addr'],
  ['id.orig_p', 'port'],
  ['id.resp_h', 'addr'],
  ['id.resp_p', 'port'],
];

/** Who sent the message: what logs of ICSNPP go on with. */
export const SOURCE: readonly Column[] = [
  ['is_orig', 'bool'],
  ['source_h', 'addr'],
  ['source_p', 'port'],
  ['destination_h', 'addr'],
  ['destination_p', 'port'],
];

/** The lines in front of the records; `first` are the bytes of the first ones. */
export function headOf({ name, columns }: ZeekLog, first: Uint8Array): string {
  return [
    '#separator \\x09',
    `#set_separator\t${SET_SEPARATOR}`,
    `#empty_field\t${EMPTY}`,
    `#unset_field\t${UNSET}`,
    `#path\t${name}`,
    // As Zeek does where it reads a capture: the time of the traffic.
    `#open\t${dayTime(Number.parseFloat(Buffer.from(first.subarray(0, 32)).toString('latin1')))}`,
    `#fields\t${columns.map(([column]) => column).join('\t')}`,
    `#types\t${columns.map(([, type]) => type).join('\t')}`,
    '',
  ].join('\n');
}

export function footOf(time: number): string {
  return `#close\t${dayTime(time)}\n`;
}

/** One record, behind its time, which is written already. */
export function writeCells(cells: readonly Cell[], log: RecordLog): void {
  let line = '';
  for (const cell of cells) line += `\t${cellText(cell)}`;
  log.text(`${line}\n`);
  log.end();
}

function cellText(cell: Cell): string {
  switch (typeof cell) {
    case 'undefined':
      return UNSET;
    case 'number':
      return String(cell);
    case 'boolean':
      return cell ? 'T' : 'F';
    case 'string':
      return stringText(cell);
    default:
      if (cell.length === 0) return EMPTY;
      return cell.map(one => (typeof one === 'number' ? String(one) : elementText(one))).join(SET_SEPARATOR);
  }
}

function stringText(text: string): string {
  if (text === '') return EMPTY;
  // What would be taken for an unset or empty field.
  if (text === UNSET) return '\\x2d';
  if (text === EMPTY) return '\\x28empty)';
  return escaped(text);
}

function elementText(text: string): string {
  return stringText(text).replaceAll(SET_SEPARATOR, '\\x2c');
}

/** Characters of a byte; those that are not printable ASCII, and the backslash, escaped as Zeek does. */
function escaped(text: string): string {
  return text.replace(/[^ -~]|\\/g, character => {
    if (character === '\\') return '\\\\';
    return [...Buffer.from(character, 'latin1')].map(byte => `\\x${hex(byte)}`).join('');
  });
}

export function hex(value: number, digits = 2): string {
  return value.toString(16).padStart(digits, '0');
}

/** `2026-03-01-06-00-00`. */
function dayTime(time: number): string {
  const date = new Date(Math.floor(time) * 1000);
  if (Number.isNaN(date.getTime())) return '1970-01-01-00-00-00';
  return date.toISOString().slice(0, 19).replace(/[T:]/g, '-');
}
