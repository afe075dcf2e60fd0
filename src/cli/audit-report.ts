/**
 * What an audit found, for people and for programs.
 *
 * @module
 */

import { styleText } from 'node:util';
import type { Audit } from '../audit/auditor.ts';
import type { Device } from '../audit/device-link.ts';
import { differenceText } from '../audit/findings.ts';
import type { Finding, Severity } from '../operation/finding.ts';

/** Lines of one block's comparison that are printed; all of it is in the folder. */
const MAX_LINES = 60;

const COLOURS = {
  info: 'gray',
  low: 'cyan',
  medium: 'yellow',
  high: 'red',
  critical: 'red',
} as const satisfies Record<Severity, Parameters<typeof styleText>[0]>;

/** The audit as text, without an end of line after the last. */
export function auditText(device: Device, audit: Audit, approved: string): string {
  const { reading, comparison, findings, kept, again } = audit;
  const lines: string[] = [];
  if (reading !== undefined && comparison !== undefined) {
    const seconds = ((reading.ended - reading.began) / 1000).toFixed(1);
    const time = new Date(reading.ended).toISOString().slice(0, 19).replace('T', ' ');
    lines.push(
      `${time}  ${whom(device)}: ${sameText(comparison.same)} (program ${approved.slice(0, 12)}); ${reading.requests} requests in ${seconds} s`,
    );
    if (comparison.values.length > 0) {
      lines.push(
        `present values are others, which is no difference by itself: ${comparison.values.join(' ')}`,
      );
    }
  }
  for (const { object, permit } of comparison?.permitted ?? []) {
    lines.push(`${object} is not as in the approved program, but as permit ${permit} allows`);
  }
  for (const finding of findings) lines.push(...findingLines(finding));
  if (comparison !== undefined && !again) {
    for (const block of comparison.blocks) {
      const text = differenceText(block, device.protocol.readBack!).split('\n');
      lines.push('', ...text.slice(0, MAX_LINES));
      if (text.length > MAX_LINES) lines.push(`  … ${text.length - MAX_LINES} lines more are in the folder`);
    }
  }
  if (findings.length === 0) lines.push('nothing differs');
  if (again) lines.push('the differences are those of the audit before; they were kept then');
  if (kept !== undefined) lines.push('', `both versions are kept in ${kept}`);
  return lines.join('\n');
}

/** The audit as one line of JSON. */
export function auditJson(device: Device, audit: Audit, approved: string): string {
  const { reading, comparison, findings, kept, again } = audit;
  return JSON.stringify({
    event: 'audit',
    time: (reading?.ended ?? Date.now()) / 1000,
    controller: device.name,
    address: device.address,
    port: device.port,
    protocol: device.protocol.name,
    station: device.protocol.stations.format(device.station),
    approved,
    read: reading !== undefined,
    different: findings.length > 0,
    again,
    ...(reading && { requests: reading.requests, seconds: (reading.ended - reading.began) / 1000 }),
    ...(comparison && { same: comparison.same, values: comparison.values, permitted: comparison.permitted }),
    ...(kept !== undefined && { kept }),
    findings,
  });
}

function findingLines({ severity, kind, message, because, advice }: Finding): string[] {
  const label = styleText(COLOURS[severity], severity.toUpperCase(), { stream: process.stdout });
  return [`${label} ${kind}: ${message}`, `  ${because}`, `  ${advice}`];
}

/** Where a protocol gives no blocks, only what the controller says of itself was compared. */
function sameText(same: number): string {
  if (same === 0) return 'no block is as approved, or none could be compared';
  return same === 1 ? '1 block is as approved' : `${same} blocks are as approved`;
}

function whom({ name, address, port, protocol, station }: Device): string {
  const place = name === address || name === `${address}:${port}` ? name : `${name} (${address}:${port})`;
  return `${place} ${protocol.name} ${protocol.stations.format(station)}`;
}
