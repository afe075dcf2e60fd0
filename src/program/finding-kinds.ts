/**
 * Findings about programs on their way to a controller.
 *
 * @module
 */

import { type Finding, type FindingKind, finding, type Subject } from '../operation/finding.ts';
import type { DeskRefusal } from './desk-refusal.ts';
import type { Permit } from './permit.ts';
import { shortId } from './why-not.ts';

export const PROGRAM_FINDINGS = {
  mismatch: {
    name: 'program.mismatch',
    title: 'Program block differs from the approved one',
    severity: 'critical',
    because: 'somebody who has, or uses, a permit loads something else than what was approved',
    technique: 'T0843',
    advice:
      'Stop work under the permit. Compare the bytes that were seen with the approved block, secure the engineering station, and audit the controller.',
  },
  unpermitted: {
    name: 'program.unpermitted',
    title: 'Change of a program without a permit',
    severity: 'high',
    because: 'programs of this controller are changed with a permit only, and none covers this',
    technique: 'T0843',
    advice:
      'Ask whoever works at the station. Where work is planned, see that its permit is installed and in its window; otherwise treat the station as compromised.',
  },
} as const satisfies Record<string, FindingKind>;

export const BREAK_GLASS_FINDINGS = {
  opened: {
    name: 'program.break-glass-opened',
    title: 'Conduit opened by break-glass',
    severity: 'high',
    because:
      'until it closes, everything that the protocol understands passes there, past rules, limits and permits',
    technique: 'T0859',
    advice:
      'See that whoever is on shift knows of the emergency, and ask the approvers whether it was they who signed. Revoke the opening when it is not needed any more.',
  },
  used: {
    name: 'program.break-glass-used',
    title: 'Open conduit used',
    severity: 'high',
    because: 'something passed that the policy forbids',
    technique: 'T0855',
    advice: 'Compare what was done with the reason for which the conduit was opened.',
  },
  closed: {
    name: 'program.break-glass-closed',
    title: 'Conduit closed again',
    severity: 'info',
    because: 'the policy holds again; what passed meanwhile is to be looked at',
    technique: 'T0859',
    advice:
      'Go through the alerts of that time. Where programs may have been changed, audit the controller; where settings were, put them back.',
  },
  refused: {
    name: 'program.break-glass-refused',
    title: 'Opening by break-glass refused',
    severity: 'high',
    because: 'somebody who can write to the permit store wants a conduit opened, and may not',
    technique: 'T0859',
    advice:
      'Ask whom it names as requester. Where nobody knows of it, see who had access to the permit store and to the keys of the approvers.',
  },
} as const satisfies Record<string, FindingKind>;

/** Bytes of a refused transfer that a finding carries at most. */
const MOST_BYTES = 256 * 1024;

/** What was refused. */
export interface Refused {
  /** Seconds since 1970-01-01 UTC. */
  readonly time: number;
  readonly verb: string;
  readonly subject: Subject;
  readonly refusal: DeskRefusal;
  readonly permit: Permit | undefined;
  /** Bytes of the block that were seen, where it was its content that was refused. */
  readonly bytes: Uint8Array | undefined;
}

export function refusedFinding({ time, verb, subject, refusal, permit, bytes }: Refused): Finding {
  const kind = bytes === undefined ? PROGRAM_FINDINGS.unpermitted : PROGRAM_FINDINGS.mismatch;
  const what = `${verb}${subject.object === '' ? '' : ` ${subject.object}`}`;
  const under = permit === undefined ? '' : ` (permit ${shortId(permit.id)}, ticket ${permit.ticket})`;
  const kept = bytes?.subarray(0, MOST_BYTES);
  const count = bytes === undefined ? '' : `, ${bytes.length} bytes seen`;
  return finding(kind, {
    message: `${what} at ${subject.server} was refused: ${refusal.message}`,
    subject,
    evidence: [
      {
        time,
        what: `${what}${under}: ${refusal.name}${count}`,
        ...(kept === undefined ? {} : { bytes: Buffer.from(kept).toString('base64') }),
      },
    ],
  });
}
