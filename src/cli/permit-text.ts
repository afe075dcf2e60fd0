/**
 * Permits as people read them.
 *
 * @module
 */

import type { Permit } from '../program/permit.ts';
import { isoTime } from '../program/statement.ts';
import type { Verification } from '../program/verify.ts';
import { duration, type InstalledPermit, isSpent, shortId, usesLeft, whyOver } from '../program/why-not.ts';

/** All that a permit says, for whoever is to sign it. */
export function permitText(permit: Permit): string {
  const { blocks, actions, deletes } = permit;
  const width = Math.max(0, ...blocks.map(block => block.object.length));
  const rows: [string, string][] = [
    ['permit', shortId(permit.id)],
    ['ticket', permit.ticket],
    ['purpose', permit.purpose],
    ['requester', permit.requester],
    ['controller', `${permit.controller}, ${permit.protocol}, station ${permit.station}`],
    ['from', permit.from.join(', ')],
    ['window', windowText(permit)],
    ['uses', permit.uses === 1 ? 'once' : `${permit.uses} times`],
    ...blocks.map(({ object, bytes, sha256 }, index): [string, string] => [
      index === 0 ? 'blocks' : '',
      `${object.padEnd(width)}  ${bytes} bytes, SHA-256 ${sha256}`,
    ]),
    ['actions', actions.length === 0 ? 'none' : actions.join(', ')],
  ];
  if (blocks.length === 0) rows.splice(-1, 0, ['blocks', 'none']);
  if (deletes.length > 0) rows.push(['deletes', deletes.join(', ')]);
  if (permit.unseen) {
    rows.push([
      'unseen',
      'the protocol hides what is transferred: the gateway will not compare it with these blocks',
    ]);
  }
  return rows.map(([name, value]) => `${name.padEnd(10)}  ${value}`).join('\n');
}

/** What holds of a permit, and what is missing. */
export function verificationText(verified: Verification): string {
  const { permit, approvals, threshold, notes, refusal } = verified;
  const id = shortId(permit.id);
  const verdict =
    refusal === undefined
      ? `permit ${id} holds: ${approvals.length} approvals, ${threshold} needed`
      : `permit ${id} does not hold: ${refusal.message}`;
  return [
    ...approvals.map(({ name, keyId }) => `approved by ${name} (${keyId})`),
    ...notes.map(note => `NOTE ${note}`),
    verdict,
  ].join('\n');
}

/** A note where the permit's window is over. */
export function endedText(permit: Permit, now: number): string | undefined {
  const over = whyOver(permit, now);
  return over && `NOTE ${over.message}: it covers nothing any more`;
}

/** One installed permit in a list. */
export function installedText(installed: InstalledPermit, now: number): string {
  const { permit } = installed;
  const left = permit.blocks.map(
    ({ object }) => `${object} ${usesLeft(installed, object)} of ${permit.uses}`,
  );
  return [
    `${shortId(permit.id)}  ${permit.controller} ${permit.protocol} ${permit.station}  ${permit.ticket}  ${permit.purpose}`,
    `  ${stateText(installed, now)}`,
    ...(left.length === 0 ? [] : [`  uses left: ${left.join(', ')}`]),
  ].join('\n');
}

function stateText(installed: InstalledPermit, now: number): string {
  const { permit, unusable } = installed;
  if (unusable !== undefined) return `covers nothing: ${unusable.message}`;
  if (now < permit.notBefore) return `begins in ${duration(permit.notBefore - now)}, ${windowText(permit)}`;
  if (now >= permit.notAfter) return `ended ${duration(now - permit.notAfter)} ago, ${windowText(permit)}`;
  if (isSpent(installed)) return `used up, ${windowText(permit)}`;
  return `in force, ends in ${duration(permit.notAfter - now)}, ${windowText(permit)}`;
}

function windowText({ notBefore, notAfter }: Permit): string {
  return `${isoTime(notBefore)} to ${isoTime(notAfter)} (${duration(notAfter - notBefore)})`;
}
