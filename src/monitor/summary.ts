/**
 * The summary of captures as plain data: what `inspect --summary --json` prints, and what workers send back. Its
 * fields are documented in docs/inspect.md.
 *
 * @module
 */

import type { Phase } from '../operation/operation.ts';
import { addDigests } from './digest.ts';
import { mergeNamed, type NamedSummary } from './naming/named.ts';

export interface Summary {
  packets: number;
  /** Bytes on the wire. */
  bytes: number;
  /** Time of the first and the last packet, in seconds since 1970-01-01 UTC; null without packets. */
  from: number | null;
  to: number | null;
  /** Packets by what they are. */
  kinds: { tcp: number; udp: number; otherIp: number; nonIp: number; fragments: number; malformed: number };
  /** Packets of which the capture holds only a part. */
  cut: number;
  /** What the captures say of themselves: packets seen where they were taken, and those lost before they were written. */
  capture: { received: number; dropped: number };
  /** IP datagrams that came in fragments, and fragments that no datagram can have. */
  fragments: { assembled: number; incomplete: number; overlapping: number; malformed: number };
  streams: StreamSummary;
  protocols: ProtocolSummary[];
  /** What was recognised and is not decoded. */
  named: NamedSummary[];
  /** Counts of errors and unlisted functions that are in no row, because there were too many different ones. */
  uncounted: number;
  pairs: PairSummary[];
  /** See docs/inspect.md; only with `--digest`. */
  digest?: string;
}

export interface StreamSummary {
  connections: number;
  retransmissions: number;
  /** Holes in the capture, and the bytes that are missing there. */
  gaps: number;
  gapBytes: number;
  /** Payload bytes of no protocol that is known. */
  unrecognisedBytes: number;
  /** Connections, sessions and begun messages that had to make room for others. */
  evictedConnections: number;
  forgottenSessions: number;
  droppedMessages: number;
}

export interface ProtocolSummary {
  protocol: string;
  sessions: number;
  messages: number;
  operations: number;
  decodedBytes: number;
  skippedBytes: number;
  unfinishedBytes: number;
  strangeBytes: number;
  functions: FunctionSummary[];
  verbs: Record<string, number>;
  errors: ErrorSummary[];
  anomalies: Record<string, number>;
}

export interface FunctionSummary {
  code: number;
  sub: number | null;
  name: string;
  verb: string;
  /** Messages. */
  requests: number;
  responses: number;
  notices: number;
  /** Items of all those messages. */
  operations: number;
  /** Items that the device answered with an error. */
  failed: number;
}

export interface ErrorSummary {
  code: number;
  sub: number | null;
  error: number;
  name: string;
  count: number;
}

export interface PairSummary {
  client: string;
  server: string;
  protocol: string;
  operations: number;
  failed: number;
  verbs: Record<string, number>;
}

/** Columns of a function's counters; the first three in the order of {@link Phase}. */
export const COLUMNS = [
  'requests',
  'responses',
  'notices',
  'operations',
  'failed',
] as const satisfies readonly (`${keyof typeof Phase}s` | 'operations' | 'failed')[];

/** One summary of several that share no connection. */
export function mergeSummaries(parts: readonly Summary[]): Summary {
  const [first, ...rest] = parts;
  if (first === undefined) throw new RangeError('there is nothing to merge');
  const whole = structuredClone(first);
  for (const part of rest) {
    whole.packets += part.packets;
    whole.bytes += part.bytes;
    whole.cut += part.cut;
    whole.uncounted += part.uncounted;
    whole.from = earliest(whole.from, part.from);
    whole.to = latest(whole.to, part.to);
    add(whole.kinds, part.kinds);
    add(whole.capture, part.capture);
    add(whole.fragments, part.fragments);
    add(whole.streams, part.streams);
    whole.pairs.push(...part.pairs);
    whole.named.push(...part.named);
    for (const protocol of part.protocols) {
      const into = whole.protocols.find(p => p.protocol === protocol.protocol);
      if (into === undefined) whole.protocols.push(protocol);
      else mergeProtocol(into, protocol);
    }
    if (whole.digest !== undefined && part.digest !== undefined) {
      whole.digest = addDigests(whole.digest, part.digest);
    }
  }
  whole.protocols = whole.protocols.map(order).sort(byName);
  whole.pairs = mergePairs(whole.pairs);
  whole.named = mergeNamed(whole.named);
  return whole;
}

function mergeProtocol(into: ProtocolSummary, part: ProtocolSummary): void {
  add(into, part);
  add(into.verbs, part.verbs);
  add(into.anomalies, part.anomalies);
  into.functions = merged([...into.functions, ...part.functions], f => `${f.code}/${f.sub}/${f.name}`);
  into.errors = merged([...into.errors, ...part.errors], e => `${e.code}/${e.sub}/${e.error}`, ['count']);
}

function mergePairs(pairs: readonly PairSummary[]): PairSummary[] {
  const byKey = new Map<string, PairSummary>();
  for (const pair of pairs) {
    const key = `${pair.client} ${pair.server} ${pair.protocol}`;
    const into = byKey.get(key);
    if (into === undefined) byKey.set(key, pair);
    else {
      into.operations += pair.operations;
      into.failed += pair.failed;
      add(into.verbs, pair.verbs);
    }
  }
  return [...byKey.values()].sort(byOperations);
}

/** The busiest first; the order of the rest does not depend on who counted. */
export function byOperations(a: PairSummary, b: PairSummary): number {
  return (
    b.operations - a.operations ||
    compare(a.client, b.client) ||
    compare(a.server, b.server) ||
    compare(a.protocol, b.protocol)
  );
}

/** By name, which does not depend on who met which protocol first. */
export function byName(a: ProtocolSummary, b: ProtocolSummary): number {
  return compare(a.protocol, b.protocol);
}

/** A protocol's lists in an order that does not depend on who counted. */
export function order(summary: ProtocolSummary): ProtocolSummary {
  summary.functions.sort(
    (a, b) => a.code - b.code || (a.sub ?? -1) - (b.sub ?? -1) || compare(a.name, b.name),
  );
  summary.errors.sort((a, b) => a.code - b.code || (a.sub ?? -1) - (b.sub ?? -1) || a.error - b.error);
  summary.verbs = sorted(summary.verbs);
  summary.anomalies = sorted(summary.anomalies);
  return summary;
}

/** Rows with the same key become one, their counters added. */
function merged<T extends object>(
  rows: readonly T[],
  key: (row: T) => string,
  counters: readonly string[] = COLUMNS,
): T[] {
  const byKey = new Map<string, T>();
  for (const row of rows) {
    const into = byKey.get(key(row)) as Record<string, unknown> | undefined;
    if (into === undefined) byKey.set(key(row), row);
    else {
      for (const name of counters) {
        into[name] = (into[name] as number) + ((row as Record<string, unknown>)[name] as number);
      }
    }
  }
  return [...byKey.values()];
}

/** Adds the numbers of `part` to those of `into`. */
function add(into: object, part: object): void {
  const sums = into as Record<string, unknown>;
  for (const [name, value] of Object.entries(part)) {
    if (typeof value === 'number') sums[name] = ((sums[name] as number | undefined) ?? 0) + value;
  }
}

function sorted(counts: Record<string, number>): Record<string, number> {
  return Object.fromEntries(Object.entries(counts).sort(([a], [b]) => compare(a, b)));
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function earliest(a: number | null, b: number | null): number | null {
  return a === null || b === null ? (a ?? b) : Math.min(a, b);
}

function latest(a: number | null, b: number | null): number | null {
  return a === null || b === null ? (a ?? b) : Math.max(a, b);
}
