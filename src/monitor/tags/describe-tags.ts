/**
 * The collected objects as text for people: a table for each station. Neighbours that nobody wrote and that never changed
 * share a line.
 *
 * @module
 */

import type { PolicyTagRecord } from './policy-tags.ts';
import type { RefusalRecord, Row, TagRecord } from './tag-records.ts';

/** Lines of a table; --json and --csv have all. */
const MAX_LINES = 400;

export interface Shown {
  readonly rows: readonly Row[];
  readonly refusals: readonly RefusalRecord[];
  readonly policyTags: readonly PolicyTagRecord[];
  readonly lostValues: number;
  readonly lostRefusals: number;
}

export function describeTags({ rows, refusals, policyTags, lostValues, lostRefusals }: Shown): string {
  const blocks: string[] = [];
  const stations = Map.groupBy(rows, ({ record }) => `${record.server} ${record.protocol} ${record.station}`);
  for (const [title, members] of stations) blocks.push(station(title, members));
  if (policyTags.length > 0) blocks.push(ofPolicy(policyTags));
  if (refusals.length > 0) blocks.push(refused(refusals));
  const last = [`${rows.length} objects, ${stations.size} stations`];
  if (lostValues > 0)
    last.push(`  to stay within memory: ${lostValues} values of further objects were not kept`);
  if (lostRefusals > 0) last.push(`  to stay within memory: ${lostRefusals} further refusals were not kept`);
  return [...blocks, last.join('\n')].join('\n\n');
}

function station(title: string, rows: readonly Row[]): string {
  const lines = runs(rows);
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
    ...lines.slice(0, MAX_LINES),
  ];
  const more = lines.length - MAX_LINES;
  return [
    title,
    ...columns(table),
    ...(more > 0 ? [`  … and ${more} more lines (--json and --csv have all)`] : []),
  ].join('\n');
}

/** Rows as cells; a run of quiet neighbours is one. */
function runs(rows: readonly Row[]): string[][] {
  const lines: string[][] = [];
  for (let i = 0; i < rows.length; ) {
    let next = i + 1;
    while (next < rows.length && isRun(rows[i]!, rows[next - 1]!, rows[next]!)) next++;
    const { record } = rows[i]!;
    if (next - i > 2)
      lines.push(cells(record, `${record.object} to ${rows[next - 1]!.record.object}`, next - i));
    else for (const { record } of rows.slice(i, next)) lines.push(cells(record, record.object, 1));
    i = next;
  }
  return lines;
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
