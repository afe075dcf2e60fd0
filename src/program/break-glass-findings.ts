/**
 * Findings about conduits that are opened past their rules.
 *
 * @module
 */

import { type Finding, finding } from '../operation/finding.ts';
import { BREAK_GLASS_FINDINGS } from './finding-kinds.ts';
import { conduitName, type Opening } from './opening.ts';
import { isoTime } from './statement.ts';
import { shortId } from './why-not.ts';

/** An opening, and who approved it. */
export interface Approved extends Opening {
  readonly approvers: readonly string[];
}

/** It begins, at `time` (seconds since 1970-01-01 UTC). */
export function openedFinding(open: Approved, time: number): Finding {
  const { reason, requester, approvers, notAfter, id } = open;
  const what = `${conduitName(open)} is open until ${isoTime(notAfter)}: ${reason}`;
  const who = `opening ${shortId(id)}, asked for by ${requester}, approved by ${approvers.join(', ')}`;
  return finding(BREAK_GLASS_FINDINGS.opened, {
    message: what,
    subject: subjectOf(open),
    evidence: [{ time, what: who }],
  });
}

/** The first operation passes because of it: `what` `client` did. */
export function usedFinding(open: Approved, time: number, client: string, what: string): Finding {
  return finding(BREAK_GLASS_FINDINGS.used, {
    message: `${conduitName(open)}, open by break-glass, is used: ${what}`,
    subject: { ...subjectOf(open), client },
    evidence: [{ time, what: `${client} > ${open.to}  ${what}` }],
  });
}

/** It is over, and `passed` operations passed because of it. */
export function closedFinding(open: Approved, time: number, passed: number): Finding {
  const count = `${passed} ${passed === 1 ? 'operation' : 'operations'}`;
  return finding(BREAK_GLASS_FINDINGS.closed, {
    message: `${conduitName(open)} is closed again; ${count} passed because it was open: ${open.reason}`,
    subject: subjectOf(open),
    evidence: [{ time, what: `opening ${shortId(open.id)}: ${count}` }],
  });
}

/** What is in the store and opens nothing. */
export interface RefusedOpening {
  /** How it is told apart from others: its id, or what is wrong with the file. */
  readonly key: string;
  readonly opening: Opening | undefined;
  readonly why: string;
}

export function refusedOpeningFinding({ opening, why }: RefusedOpening, time: number): Finding {
  const about = opening === undefined ? '' : `${conduitName(opening)} is not opened: `;
  const asked =
    opening && `opening ${shortId(opening.id)}, asked for by ${opening.requester}: ${opening.reason}`;
  return finding(BREAK_GLASS_FINDINGS.refused, {
    message: about + why,
    subject: opening === undefined ? {} : subjectOf(opening),
    evidence: [{ time, what: asked ?? why }],
  });
}

function subjectOf({ from, to, protocol }: Opening) {
  return { client: from.join(', '), server: to, protocol };
}
