/**
 * The collected objects as text for people: a table for each station. Neighbours that nobody wrote and that never changed
 * share a line.
 *
 * @module
 */

import { counted } from '../../operation/counted.ts';
import type { PolicyTagRecord } from './policy-tags.ts';
import type { RefusalRecord, Row, StationRows, TagRecord } from './tag-records.ts';

/** Lines of a table; --json and --csv have all. */
const MAX_LINES = 400;

export interface Shown {
  readonly stations: Iterable<StationRows>;
  readonly refusals: readonly RefusalRecord[];
  readonly policyTags: readonly PolicyTagRecord[];
  readonly lostValues: number;
  readonly lostRefusals: number;
}

/** Piece by piece, a station each: a text of all of them may be larger than memory. */
export function* describeTags(shown: Shown): Iterable<string> {
  const { refusals, policyTags, lostValues, lostRefusals } = shown;
  let [objects, stations] = [0, 0];
  for (const { title, rows } of shown.stations) {
    const { count, text } = station(title, rows);
    objects += count;
    stations++;
    yield `${text}\n\n`;
  }
  if (policyTags.length > 0) yield `${ofPolicy(policyTags)}\n\n`;
  if (refusals.length > 0) yield `${refused(refusals)}\n\n`;
  const last = [`${counted(objects, 'object')}, ${counted(stations, 'station')}`];
  if (lostValues > 0)
    last.push(
      `  to stay within memory: ${counted(lostValues, 'value')} of further objects ${lostValues === 1 ? 'was' : 'were'} not kept`,
    );
  if (lostRefusals > 0)
    last.push(
      `  to stay within memory: ${counted(lostRefusals, 'further refusal')} ${lostRefusals === 1 ? 'was' : 'were'} not kept`,
    );
  yield `${last.join('\n')}\n`;
}

function station(title: string, rows: Iterable<Row>): { readonly count: number; readonly text: string } {
  const table = [
    [
      'object',
      'type',
      'latest',
      'least',
      'greatest',
      'reads',
      '/s',
      'writes',
      'changes',
      'errors',
      'readers',
      'writers',
      '',
    ],
  ];
  let [count, lines] = [0, 0];
  for (const run of runs(rows)) {
    count += run.count;
    // Two neighbours need no line that sums them up.
    const together = run.count > 2;
    const { record } = run.first;
    const each = together ? [record] : [record, run.last.record].slice(0, run.count);
    for (const one of each) {
      if (++lines > MAX_LINES) continue;
      const object = together ? `${record.object} to ${run.last.record.object}` : one.object;
      table.push(cells(one, object, together ? run.count : 1));
    }
  }
  const more = lines - MAX_LINES;
  const text = [
    title,
    ...columns(table),
    ...(more > 0 ? [`  … and ${counted(more, 'more line')} (--json and --csv have all)`] : []),
  ].join('\n');
  return { count, text };
}

/** Quiet neighbours, from the first to the last. */
interface Run {
  readonly first: Row;
  last: Row;
  count: number;
}

function* runs(rows: Iterable<Row>): Iterable<Run> {
  let run: Run | undefined;
  for (const row of rows) {
    if (run !== undefined && isRun(run.first, run.last, row)) {
      run.last = row;
      run.count++;
      continue;
    }
    if (run !== undefined) yield run;
    run = { first: row, last: row, count: 1 };
  }
  if (run !== undefined) yield run;
}

/** Do both belong to one run that began with `first`? */
function isRun(first: Row, before: Row, row: Row): boolean {
  const [a, b] = [first.record, row.record];
  return (
    row.plane !== undefined &&
    row.plane === first.plane &&
    row.address === before.address + row.plane.width &&
    [a, b].every(
      one => one.writes === 0 && one.changes === 0 && one.tag === null && one.guess === undefined,
    ) &&
    a.reads === b.reads &&
    a.errors === b.errors &&
    first.cell?.readers === row.cell?.readers
  );
}

function cells(record: TagRecord, object: string, count: number): string[] {
  const {
    tag,
    type,
    latest,
    least,
    greatest,
    reads,
    readsPerSecond,
    writes,
    changes,
    errors,
    readers,
    writers,
    guess,
  } = record;
  const alone = count === 1;
  const note = [tag === null ? '' : tag, guess ?? '', alone ? '' : `${count} objects, none of which changed`];
  return [
    object,
    type ?? '',
    alone ? value(latest) : '',
    alone ? value(least) : '',
    alone ? value(greatest) : '',
    String(reads),
    readsPerSecond === null ? '' : String(readsPerSecond),
    writes === 0 ? '' : String(writes),
    changes === 0 ? '' : String(changes),
    errors === 0 ? '' : String(errors),
    names(readers),
    names(writers),
    note.filter(part => part !== '').join('  '),
  ];
}

function ofPolicy(tags: readonly PolicyTagRecord[]): string {
  const table = [
    ['tag', 'latest', 'least', 'greatest', 'unit', 'range', 'readings', 'commands', 'outside'],
    ...tags.map(({ tag, latest, least, greatest, unit, range, readings, commands, outside }) => [
      tag,
      value(latest),
      value(least),
      value(greatest),
      unit,
      range === null ? '' : `${range[0]} to ${range[1]}`,
      String(readings),
      commands === 0 ? '' : String(commands),
      outside === 0 ? '' : `${outside} OUTSIDE`,
    ]),
  ];
  return ['tags of the policy', ...columns(table)].join('\n');
}

function refused(refusals: readonly RefusalRecord[]): string {
  const lines = refusals
    .slice(0, 50)
    .map(
      ({ server, protocol, station, verb, object, error, count }) =>
        `  ${count} × ${verb} ${object === '' ? '(no object)' : object} at ${server} ${protocol} ${station}: ${error}`,
    );
  if (refusals.length > 50) lines.push(`  … and ${refusals.length - 50} more (--json has all)`);
  return ['refused by the devices', ...lines].join('\n');
}

function names(clients: readonly string[]): string {
  return clients.length > 3 ? `${clients.slice(0, 3).join(' ')} … (${clients.length})` : clients.join(' ');
}

function value(one: number | string | null): string {
  if (one === null) return '';
  return typeof one === 'string' ? one.slice(0, 32) : String(Number(one.toPrecision(7)));
}

/** Columns in line; a column of nothing but its head is left out. */
function columns(table: readonly string[][]): string[] {
  const widths = table[0]!.map((_, column) => Math.max(...table.map(row => row[column]!.length)));
  const used = table[0]!.map((_, column) => column === 0 || table.slice(1).some(row => row[column] !== ''));
  return table.map(row =>
    `  ${row
      .map((cell, column) => (used[column] ? cell.padEnd(widths[column]!) : ''))
      .filter((_, column) => used[column])
      .join('  ')}`.trimEnd(),
  );
}
