/**
 * The collected objects as CSV (RFC 4180), a line for each.
 *
 * @module
 */

import type { TagRecord } from './tag-records.ts';

const COLUMNS = [
  'server',
  'protocol',
  'station',
  'object',
  'tag',
  'type',
  'latest',
  'least',
  'greatest',
  'reads',
  'readsPerSecond',
  'writes',
  'changes',
  'errors',
  'readers',
  'writers',
  'first',
  'last',
  'guess',
] as const satisfies readonly (keyof TagRecord)[];

export const CSV_HEAD = `${COLUMNS.join(',')}\r\n`;

export function csvLine(record: TagRecord): string {
  return `${COLUMNS.map(column => field(record[column])).join(',')}\r\n`;
}

function field(value: TagRecord[keyof TagRecord]): string {
  if (value === null || value === undefined) return '';
  const text = Array.isArray(value) ? value.join(' ') : String(value);
  // What a spreadsheet would take for a formula is written so that it does not; devices and intruders choose texts.
  const safe = typeof value === 'string' && /^[=+@\t\r-]/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replace(/"/g, '""')}"` : safe;
}
