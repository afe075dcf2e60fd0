/**
 * A summary as text for people.
 *
 * @module
 */

import { counted, digits } from '../operation/counted.ts';
import { protocolNamed } from '../protocol/registry.ts';
import { type Health, healthOf } from './health-report.ts';
import { describeNamed } from './naming/describe-named.ts';
import { spanText } from './span.ts';
import type { FunctionSummary, ProtocolSummary, StreamSummary, Summary } from './summary.ts';

/** Pairs of hosts that are listed. */
const MAX_PAIRS = 50;

export function describe(summary: Summary): string {
  const parts = [
    overview(summary),
    ...summary.protocols.map(protocol),
    describeNamed(summary.named),
    pairs(summary),
  ];
  parts.push(health(healthOf(summary)));
  if (summary.digest !== undefined) parts.push(`digest  ${summary.digest}`);
  return parts.filter(part => part !== '').join('\n\n');
}

function overview(summary: Summary): string {
  const { packets, bytes, from, to, kinds, cut, capture, streams, uncounted } = summary;
  const lines = [`${counted(packets, 'packet')}, ${counted(bytes, 'byte')}${span(from, to)}`];
  const { tcp, udp, otherIp, nonIp, fragments, malformed } = kinds;
  lines.push(
    `  ${digits(tcp)} TCP, ${digits(udp)} UDP, ${digits(otherIp)} other IP, ${digits(nonIp)} not IP, ` +
      `${counted(fragments, 'IP fragment')}, ${digits(malformed)} malformed`,
  );
  if (fragments > 0) lines.push(datagrams(summary));
  if (capture.received + capture.dropped > 0) {
    lines.push(
      `  the capture itself says that ${digits(capture.dropped)} packets were dropped` +
        (capture.received > 0 ? ` of ${digits(capture.received)} received` : ''),
    );
  }
  if (cut > 0) lines.push(`  ${digits(cut)} packets were captured only in part`);
  lines.push(...streamLines(streams));
  if (uncounted > 0)
    lines.push(`  ${digits(uncounted)} counts of errors and unknown functions found no room`);
  return lines.join('\n');
}

function datagrams({ fragments }: Summary): string {
  const { assembled, incomplete, overlapping, malformed } = fragments;
  return (
    `  of the fragments, ${digits(assembled)} datagrams were put together; ${digits(incomplete)} stayed incomplete, ` +
    `${digits(overlapping)} overlapped and differed, ${digits(malformed)} fragments can be of none`
  );
}

function streamLines(streams: StreamSummary): string[] {
  const lines = [
    `  ${counted(streams.connections, 'TCP connection')}, ${counted(streams.retransmissions, 'retransmission')}, ` +
      `${counted(streams.gaps, 'gap')} with ${counted(streams.gapBytes, 'byte')} missing`,
    `  ${counted(streams.unrecognisedBytes, 'byte')} of no protocol that is known`,
  ];
  const { evictedConnections, forgottenSessions, droppedMessages } = streams;
  if (evictedConnections + forgottenSessions + droppedMessages > 0) {
    lines.push(
      `  forgotten, to stay within memory: ${counted(evictedConnections, 'connection')}, ` +
        `${counted(forgottenSessions, 'session')}, ${counted(droppedMessages, 'begun message')}`,
    );
  }
  return lines;
}

function protocol(summary: ProtocolSummary): string {
  const { messages, sessions, operations, skippedBytes, unfinishedBytes, strangeBytes } = summary;
  const title = protocolNamed(summary.protocol)?.title ?? summary.protocol;
  const lines = [
    `${title}: ${counted(sessions, 'session')}, ${counted(messages, 'message')}, ${counted(operations, 'operation')}`,
    `  ${counted(summary.decodedBytes, 'byte')} decoded, ${digits(skippedBytes)} not understood, ` +
      `${digits(unfinishedBytes)} of messages without an end, ${digits(strangeBytes)} of something else on its port`,
  ];
  if (summary.functions.length > 0) {
    lines.push(
      '',
      ...table(
        ['function', '', 'verb', 'requests', 'responses', 'notices', 'items', 'failed'],
        summary.functions.map(functionRow),
      ),
    );
  }
  const verbs = counts(summary.verbs);
  if (verbs !== '') lines.push('', `  verbs: ${verbs}`);
  for (const { code, sub, name, count } of summary.errors) {
    lines.push(`  failed: ${digits(count)} × ${functionCode(code, sub)}: ${name}`);
  }
  const anomalies = counts(summary.anomalies);
  if (anomalies !== '') lines.push(`  anomalies: ${anomalies}`);
  return lines.join('\n');
}

function functionRow(row: FunctionSummary): string[] {
  const { requests, responses, notices, operations, failed } = row;
  return [
    functionCode(row.code, row.sub),
    row.name,
    row.verb,
    ...[requests, responses, notices, operations, failed].map(digits),
  ];
}

function pairs(summary: Summary): string {
  if (summary.pairs.length === 0) return '';
  const rows = summary.pairs
    .slice(0, MAX_PAIRS)
    .map(({ client, server, protocol, operations, failed, verbs }) => [
      client,
      server,
      protocol,
      counts(verbs),
      digits(operations),
      digits(failed),
    ]);
  const lines = table(['client', 'server', 'protocol', 'verbs', 'operations', 'failed'], rows);
  const more = summary.pairs.length - rows.length;
  if (more > 0) lines.push(`  … and ${digits(more)} more pairs (--json lists them all)`);
  return lines.join('\n');
}

/** Columns in line; those of numbers to the right. */
function table(head: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const all = [head, ...rows];
  const widths = head.map((_, column) => Math.max(...all.map(row => row[column]!.length)));
  return all.map((row, index) => {
    const cells = row.map((cell, column) =>
      (index === 0 ? rows[0]! : row)[column]!.match(/^[\d ]+$/) && column > 1
        ? cell.padStart(widths[column]!)
        : cell.padEnd(widths[column]!),
    );
    return `  ${cells.join('  ')}`.trimEnd();
  });
}

/** What could be seen of what was there, as shares: the last word, so that it is not overlooked. */
function health({ packets, dropped, cut, malformed, gaps, gapBytes, forgotten, ...bytes }: Health): string {
  const { decodedBytes, notUnderstoodBytes, unrecognisedBytes } = bytes;
  const known = decodedBytes + notUnderstoodBytes;
  const lines = [
    'health',
    `  ${digits(packets)} packets read, ${digits(cut)} of them only in part, ${digits(malformed)} malformed; ` +
      `${digits(dropped)} dropped before they were captured`,
    `  ${digits(gaps)} gaps with ${digits(gapBytes)} bytes missing`,
    `  ${share(decodedBytes, known)} of the bytes of control protocols decoded, ${digits(notUnderstoodBytes)} not understood`,
    `  ${digits(unrecognisedBytes)} bytes of no protocol that is known`,
    `  ${digits(forgotten)} connections, sessions or messages forgotten to stay within memory`,
  ];
  return lines.join('\n');
}

function share(part: number, whole: number): string {
  if (whole === 0) return 'none';
  // Never rounded up to all.
  return `${(Math.floor((part / whole) * 10_000) / 100).toFixed(2)} %`;
}

function counts(named: Record<string, number>): string {
  return Object.entries(named)
    .map(([name, count]) => `${name} ${digits(count)}`)
    .join(', ');
}

function functionCode(code: number, sub: number | null): string {
  return sub === null ? String(code) : `${code}/${sub}`;
}

function span(from: number | null, to: number | null): string {
  if (from === null || to === null) return '';
  const seconds = to - from;
  return `, ${date(from)} to ${date(to)} (${seconds < 60 ? `${seconds.toFixed(3)} s` : spanText(seconds)})`;
}

function date(seconds: number): string {
  const date = new Date(seconds * 1000);
  return Number.isNaN(date.getTime()) ? String(seconds) : date.toISOString();
}
