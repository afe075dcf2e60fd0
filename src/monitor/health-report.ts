/**
 * How much was seen of what was there, so that nobody mistakes blindness for silence: part of every output.
 *
 * @module
 */

import { counted, digits } from '../operation/counted.ts';
import type { Summary } from './summary.ts';

/** The fields are documented in docs/inspect.md. All but the names are counts. */
export interface Health {
  readonly packets: number;
  /** Lost before they were written, as far as the capture itself tells. */
  readonly dropped: number;
  /** Packets of which the capture holds only a part, and such whose headers end early or contradict each other. */
  readonly cut: number;
  readonly malformed: number;
  /** Holes in TCP connections, and the bytes that are missing there. */
  readonly gaps: number;
  readonly gapBytes: number;
  /** Payload of messages that were decoded, of what a protocol could not read, and of no protocol that is known. */
  readonly decodedBytes: number;
  readonly notUnderstoodBytes: number;
  readonly unrecognisedBytes: number;
  /** Names of the control protocols that were recognised and are not decoded. */
  readonly notDecoded: readonly string[];
  /** What had to make room: connections, sessions, begun messages. */
  readonly forgotten: number;
  readonly protocols: readonly ProtocolReport[];
}

export interface ProtocolReport {
  readonly protocol: string;
  readonly sessions: number;
  readonly operations: number;
  readonly decodedBytes: number;
  /** Between messages; of messages without an end; of something else on the protocol's port. */
  readonly skippedBytes: number;
  readonly unfinishedBytes: number;
  readonly strangeBytes: number;
  /** Operations whose content is encrypted or hidden. */
  readonly opaque: number;
}

export function healthOf(summary: Summary): Health {
  const { packets, cut, capture, kinds, streams } = summary;
  const protocols = summary.protocols.map(protocol => ({
    protocol: protocol.protocol,
    sessions: protocol.sessions,
    operations: protocol.operations,
    decodedBytes: protocol.decodedBytes,
    skippedBytes: protocol.skippedBytes,
    unfinishedBytes: protocol.unfinishedBytes,
    strangeBytes: protocol.strangeBytes,
    opaque: protocol.anomalies.opaque ?? 0,
  }));
  const sum = (of: (report: ProtocolReport) => number) => protocols.reduce((all, one) => all + of(one), 0);
  return {
    packets,
    dropped: capture.dropped,
    cut,
    malformed: kinds.malformed,
    gaps: streams.gaps,
    gapBytes: streams.gapBytes,
    decodedBytes: sum(one => one.decodedBytes),
    notUnderstoodBytes: sum(one => one.skippedBytes + one.unfinishedBytes + one.strangeBytes),
    unrecognisedBytes: streams.unrecognisedBytes,
    notDecoded: [...new Set(summary.named.filter(one => one.control).map(one => one.name))],
    forgotten: streams.evictedConnections + streams.forgottenSessions + streams.droppedMessages,
    protocols,
  };
}

/**
 * In one line:
 *
 *     8 000 packets; modbus: 8 200 operations of 90 120 bytes, 12 bytes not understood; 2 gaps (512 bytes)
 */
export function healthLine(health: Health): string {
  const { packets, dropped, cut, malformed, gaps, gapBytes, unrecognisedBytes, forgotten, protocols } =
    health;
  const parts = [counted(packets, 'packet')];
  for (const one of protocols) {
    const lost = one.skippedBytes + one.unfinishedBytes + one.strangeBytes;
    const opaque = one.opaque === 0 ? '' : `, ${digits(one.opaque)} of them opaque`;
    parts.push(
      `${one.protocol}: ${counted(one.operations, 'operation')}${opaque} of ${counted(one.decodedBytes, 'byte')}, ` +
        `${counted(lost, 'byte')} not understood`,
    );
  }
  if (protocols.length === 0) parts.push('no control protocol recognised');
  parts.push(`${counted(gaps, 'gap')} (${counted(gapBytes, 'byte')})`);
  parts.push(`${counted(unrecognisedBytes, 'byte')} of no known protocol`);
  if (health.notDecoded.length > 0) parts.push(`recognised and not decoded: ${health.notDecoded.join(', ')}`);
  if (dropped > 0) parts.push(`${counted(dropped, 'packet')} dropped before they were captured`);
  if (cut > 0) parts.push(`${counted(cut, 'packet')} captured in part`);
  if (malformed > 0) parts.push(`${counted(malformed, 'packet')} malformed`);
  if (forgotten > 0)
    parts.push(`${digits(forgotten)} connections or messages forgotten to stay within memory`);
  return parts.join('; ');
}
