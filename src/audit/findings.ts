/**
 * From differences to findings.
 *
 * @module
 */

import { type Finding, type FindingKind, finding, type Subject } from '../operation/finding.ts';
import type { ProgramReader } from '../protocol/program-reader.ts';
import type { BlockDifference, Comparison, FactDifference } from './compare.ts';
import type { Device } from './device-link.ts';
import { AUDIT_FINDINGS } from './finding-kinds.ts';
import { viewDiff, viewText } from './view-diff.ts';

/** The findings of one audit of `device` that ended at `time`, seconds since 1970-01-01 UTC. */
export function findings(
  device: Device,
  { blocks, facts, clock, problems }: Comparison,
  time: number,
): Finding[] {
  const subject = subjectOf(device);
  const found: Finding[] = [];
  for (const block of blocks) {
    const { object, found: bytes } = block;
    const { kind, message } = blockFinding(device, block);
    const kept = bytes === undefined ? {} : { bytes: Buffer.from(bytes).toString('base64') };
    found.push(
      finding(kind, {
        message,
        subject: { ...subject, object },
        evidence: [{ time, what: message, ...kept }],
      }),
    );
  }
  for (const fact of facts) {
    const message = `${device.name}: ${factText(fact)}`;
    found.push(finding(AUDIT_FINDINGS[fact.kind], { message, subject, evidence: [{ time, what: message }] }));
  }
  if (clock !== undefined) {
    const { ahead, approved } = clock;
    const message =
      ahead === undefined
        ? `${device.name}: its clock cannot be read any more`
        : `${device.name}: its clock is ${seconds(ahead)} ahead of this machine's; it was ${seconds(approved)} when the program was approved`;
    found.push(finding(AUDIT_FINDINGS.clock, { message, subject, evidence: [{ time, what: message }] }));
  }
  for (const problem of problems) {
    const message = `${device.name}: ${problem}`;
    found.push(
      finding(AUDIT_FINDINGS.implausible, { message, subject, evidence: [{ time, what: message }] }),
    );
  }
  return found;
}

/** The finding that a device could not be audited. */
export function notAudited(device: Device, why: string, time: number): Finding {
  const message = `${device.name}: not audited: ${why}`;
  return finding(AUDIT_FINDINGS.unaudited, {
    message,
    subject: subjectOf(device),
    evidence: [{ time, what: message }],
  });
}

/** What is different in a block, for an engineer. */
export function differenceText(
  { kind, object, approved, found }: BlockDifference,
  reader: ProgramReader,
): string {
  if (approved !== undefined && found !== undefined) {
    const text = viewDiff(reader.view(approved), reader.view(found));
    return `${object}: approved (-) and found (+)\n${text}`;
  }
  const only = approved ?? found;
  const text = only === undefined ? '  (its bytes were not read)' : viewText(reader.view(only));
  return `${object}: ${kind}\n${text}`;
}

function subjectOf({ name, protocol, station }: Device): Subject {
  return { server: name, protocol: protocol.name, station: protocol.stations.format(station) };
}

function blockFinding(
  { name }: Device,
  { kind, object, approved, found, problem }: BlockDifference,
): { kind: FindingKind; message: string } {
  switch (kind) {
    case 'added': {
      const size = found === undefined ? '' : ` (${found.length} bytes)`;
      return {
        kind: AUDIT_FINDINGS.added,
        message: `${name}: ${object}${size} is in the controller, and nobody approved it`,
      };
    }
    case 'missing':
      return {
        kind: AUDIT_FINDINGS.missing,
        message: `${name}: ${object} was approved, and is not in the controller`,
      };
    case 'unreadable':
      return {
        kind: AUDIT_FINDINGS.unreadable,
        message: `${name}: ${object} cannot be read any more: ${problem}`,
      };
    case 'changed': {
      const was = approved === undefined ? 'could not be read before' : `${approved.length} bytes approved`;
      const is = `${found?.length ?? 0} bytes found`;
      return {
        kind: AUDIT_FINDINGS.changed,
        message: `${name}: ${object} is not the approved block (${was}, ${is})`,
      };
    }
  }
}

function factText({ name, approved, found }: FactDifference): string {
  if (approved === undefined)
    return `it says now that its ${name} is '${found}', and said nothing of that before`;
  if (found === undefined) return `its ${name} was '${approved}', and it does not say it any more`;
  return `its ${name} is '${found}', and was '${approved}'`;
}

/** `3.2 s`. */
function seconds(number: number): string {
  return `${number.toFixed(1)} s`;
}
