/**
 * The figures for people: as aligned text, or as the Markdown of bench/README.md.
 *
 * @module
 */

import type { Figures } from './figures.ts';
import type { GatewayFigures, PathFigures } from './gateway.ts';
import type { CaptureFigures, InspectFigures } from './inspect.ts';
import type { Machine } from './machine.ts';

type Layout = 'text' | 'markdown';
type Row = readonly string[];

export function report({ machine, inspect, gateway }: Figures, layout: Layout): string {
  const parts = [aboutMachine(machine)];
  if (inspect !== undefined) parts.push(...aboutInspect(inspect, layout));
  if (gateway !== undefined) parts.push(...aboutGateway(gateway, layout));
  return parts.join('\n\n');
}

function aboutMachine(m: Machine): string {
  return [
    `Measured ${m.date} on ${m.cpu}, ${m.cores} core(s), ${Math.round(m.memory / 2 ** 30)} GiB; ${m.system}, Linux ${m.kernel};`,
    `Cofferdam ${m.cofferdam} on Node ${m.node}; HAProxy ${m.haproxy ?? 'missing'}.`,
  ].join('\n');
}

function aboutInspect(
  { captures, rounds, oneCore, versions, missing }: InspectFigures,
  layout: Layout,
): string[] {
  const peers = Object.entries(versions).map(([name, version]) => `${name} ${version}`);
  return [
    title('Reading captures', layout),
    `Medians of ${rounds} rounds in turn, whole processes${oneCore ? ', each on one core' : ''}, beside ${peers.join(', ')}. The last two columns: how many\n` +
      'times as many packets per CPU second summary and NDJSON read as the reader of the row, in the same round.',
    ...captures.flatMap(capture => [aboutCapture(capture), captureTable(capture, layout)]),
    commands(captures[0]?.readers.map(reader => reader.command) ?? []),
    ...missing,
  ];
}

function aboutCapture({ capture, about }: CaptureFigures): string {
  return `${capture}: ${about}.`;
}

function captureTable({ readers }: CaptureFigures, layout: Layout): string {
  const head = [
    'reader',
    'packets',
    'kpackets/s of CPU',
    'kpackets/s',
    'Gbit/s',
    'memory',
    'summary',
    'NDJSON',
  ];
  const rows = readers.map(reader => [
    reader.reader,
    count(reader.packets),
    thousands(reader.perCpuSecond),
    thousands(reader.perSecond),
    reader.gigabitsPerSecond.toFixed(2),
    `${Math.round(reader.memory / 1e6)} MB`,
    `${reader.bySummary.toFixed(2)} ×`,
    `${reader.byNdjson.toFixed(2)} ×`,
  ]);
  return table(head, rows, layout);
}

function aboutGateway(figures: GatewayFigures, layout: Layout): string[] {
  const head = ['path', 'connections', 'p50 µs', 'p99 µs', 'requests/s', 'CPU µs/request', 'share of a core'];
  const ratioHead = ['by', 'connections', 'p50', 'p99', 'requests/s', 'CPU/request'];
  const rows = figures.paths.map(path => [
    path.path,
    String(path.connections),
    path.p50.toFixed(1),
    path.p99.toFixed(1),
    count(path.requestsPerSecond),
    path.path === 'direct' ? '' : path.cpuPerRequest.toFixed(1),
    path.path === 'direct' ? '' : `${Math.round(path.cpuShare * 100)} %`,
  ]);
  const ratios = figures.paths.filter(path => path.path !== 'direct').flatMap(ratioRows);
  return [
    title('Standing in line', layout),
    `12-byte requests, 259-byte answers; medians of ${figures.paths[0]?.rounds} rounds in turn. Pinning: ${figures.pinning}.`,
    table(head, rows, layout),
    'Medians of the ratios of runs of the same round:',
    table(ratioHead, ratios, layout),
    ...figures.missing,
  ];
}

function ratioRows(path: PathFigures): Row[] {
  const { ofDirect, ofHaproxy, connections } = path;
  const cells = (r: typeof ofDirect) => [r.p50, r.p99, r.requestsPerSecond].map(ratio => ratio.toFixed(2));
  const rows: Row[] = [[`${path.path} / direct`, String(connections), ...cells(ofDirect), '']];
  if (ofHaproxy !== undefined && path.path !== 'haproxy') {
    const cpu = ofHaproxy.cpuPerRequest.toFixed(2);
    rows.push([`${path.path} / haproxy`, String(connections), ...cells(ofHaproxy), cpu]);
  }
  return rows;
}

function title(text: string, layout: Layout): string {
  return layout === 'markdown' ? `## ${text}` : text.toUpperCase();
}

/** The first column is text, the others are figures. */
function table(head: Row, rows: readonly Row[], layout: Layout): string {
  if (layout === 'markdown') {
    const rule = head.map((_, column) => (column === 0 ? '---' : '---:'));
    return [head, rule, ...rows].map(row => `| ${row.join(' | ')} |`).join('\n');
  }
  const widths = head.map((cell, column) => Math.max(cell.length, ...rows.map(row => row[column]!.length)));
  const line = (row: Row) =>
    row.map((cell, i) => (i === 0 ? cell.padEnd(widths[i]!) : cell.padStart(widths[i]!))).join('  ');
  return [head, ...rows].map(line).join('\n');
}

function commands(lines: readonly string[]): string {
  return lines.map(line => `    ${line}`).join('\n');
}

function thousands(figure: number): string {
  return count(figure / 1000);
}

function count(figure: number): string {
  return Math.round(figure).toLocaleString('en');
}
