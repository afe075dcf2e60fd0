/**
 * Does a permit cover what somebody is about to do to a controller? And if not, the one reason.
 *
 * @module
 */

import type { Approval } from './approvals.ts';
import type { Permit, PermitAction } from './permit.ts';
import { nearness, type Refusal, refusal } from './refusal.ts';
import { isoTime } from './statement.ts';

/** What is about to be done. All names as policies write them. */
export interface Wanted {
  readonly controller: string;
  readonly protocol: string;
  readonly station: string;
  /** Host that it comes from. */
  readonly from: string;
  /** Milliseconds since 1970-01-01 UTC. */
  readonly time: number;
  /** Without it, the transfer of a block and making it active. */
  readonly action?: PermitAction;
  /** The block that is transferred or deleted. */
  readonly object?: string;
  /** SHA-256 of the block's bytes in hexadecimal, once they are known. */
  readonly sha256?: string;
}

/** Who took a permit back, when and why. */
export interface Revocation {
  readonly by: string;
  /** Milliseconds since 1970-01-01 UTC. */
  readonly time: number;
  readonly reason: string;
}

/** A permit as it stands in the store. */
export interface InstalledPermit {
  readonly permit: Permit;
  readonly approvals: readonly Approval[];
  readonly revocation: Revocation | undefined;
  /** Why it covers nothing, whatever is wanted: signatures, content, revocation. Not the window. */
  readonly unusable: Refusal | undefined;
  /** How often each object was used. */
  readonly used: ReadonlyMap<string, number>;
}

/** How a permit is named to people. */
export function shortId(id: string): string {
  return id.slice(0, 12);
}

/** How often more the object may be used under the permit. */
export function usesLeft({ permit, used }: InstalledPermit, object: string): number {
  return Math.max(0, permit.uses - (used.get(object) ?? 0));
}

/** Has it blocks, and each was used as often as the permit allows? */
export function isSpent(installed: InstalledPermit): boolean {
  const { blocks } = installed.permit;
  return blocks.length > 0 && blocks.every(({ object }) => usesLeft(installed, object) === 0);
}

/** Undefined where the permit covers it, else the first reason for which it does not. */
export function whyNot(installed: InstalledPermit, wanted: Wanted): Refusal | undefined {
  const { permit } = installed;
  return (
    whyNotHere(permit, wanted) ??
    installed.unusable ??
    whyNotNow(permit, wanted.time) ??
    whyNotFrom(permit, wanted.from) ??
    whyNotThis(permit, wanted) ??
    whyNotAgain(installed, wanted)
  );
}

/** The permits that cover something, and the first of them; else why none does. */
export type Choice =
  | { readonly permit: Permit; readonly permits: readonly Permit[]; readonly refusal: undefined }
  | { readonly permit: undefined; readonly permits: readonly Permit[]; readonly refusal: Refusal };

/** The permits that cover it; where there are none the reason, of the one that comes nearest. */
export function choosePermits(installed: readonly InstalledPermit[], wanted: Wanted): Choice {
  let best: Refusal = refusal('no-permit', `no permit is installed for ${wanted.controller}`);
  const permits: Permit[] = [];
  for (const one of installed) {
    const reason = whyNot(one, wanted);
    if (reason === undefined) permits.push(one.permit);
    else if (nearness(reason) > nearness(best)) best = reason;
  }
  const [permit] = permits;
  return permit === undefined ? { permit, permits, refusal: best } : { permit, permits, refusal: undefined };
}

/** Whether the permit with that id covers it for somebody whose use of it is counted already. */
export function stillCovers(permits: readonly InstalledPermit[], id: string, wanted: Wanted): boolean {
  const installed = permits.find(({ permit }) => permit.id === id);
  if (installed === undefined) return false;
  const reason = whyNot(installed, wanted);
  return reason === undefined || reason.name === 'used-up';
}

function whyNotHere(permit: Permit, wanted: Wanted): Refusal | undefined {
  const it = `permit ${shortId(permit.id)} is for`;
  if (permit.controller !== wanted.controller) {
    return refusal('other-controller', `${it} controller ${permit.controller}, not ${wanted.controller}`);
  }
  if (permit.protocol !== wanted.protocol) {
    return refusal('other-protocol', `${it} ${permit.protocol}, not ${wanted.protocol}`);
  }
  if (permit.station !== wanted.station) {
    return refusal(
      'other-station',
      `${it} station ${permit.station} of ${permit.controller}, not ${wanted.station}`,
    );
  }
  return undefined;
}

function whyNotNow(permit: Permit, time: number): Refusal | undefined {
  const id = shortId(permit.id);
  if (time < permit.notBefore) {
    const wait = duration(permit.notBefore - time);
    return refusal('too-early', `permit ${id} begins in ${wait}, at ${isoTime(permit.notBefore)}`);
  }
  return whyOver(permit, time);
}

/** Defined where the permit's window is over. */
export function whyOver({ id, notAfter }: Permit, time: number): Refusal | undefined {
  if (time < notAfter) return undefined;
  const past = duration(time - notAfter);
  return refusal('too-late', `permit ${shortId(id)} ended ${past} ago, at ${isoTime(notAfter)}`);
}

function whyNotFrom(permit: Permit, from: string): Refusal | undefined {
  if (permit.from.includes(from)) return undefined;
  return refusal(
    'other-source',
    `permit ${shortId(permit.id)} is for ${permit.from.join(', ')}, not for ${from}`,
  );
}

function whyNotThis(permit: Permit, { action, object, sha256 }: Wanted): Refusal | undefined {
  const id = shortId(permit.id);
  if (action !== undefined) {
    if (!permit.actions.includes(action)) {
      const others = permit.actions.length === 0 ? 'no action' : `only ${permit.actions.join(', ')}`;
      return refusal('other-action', `permit ${id} does not include ${action}; it includes ${others}`);
    }
    if (action !== 'delete' || (object !== undefined && permit.deletes.includes(object))) return undefined;
    return refusal(
      'other-deletion',
      `permit ${id} allows deleting ${permit.deletes.join(', ')}, not ${object ?? 'others'}`,
    );
  }
  // What hides its content does not name it as the approvers did either; what names a block is seen.
  if (permit.unseen) {
    if (object === undefined) return undefined;
    return refusal('other-block', `permit ${id} approves no bytes of ${object}, and here they are seen`);
  }
  const block = permit.blocks.find(one => one.object === object);
  if (block === undefined) {
    const others = permit.blocks.map(one => one.object).join(', ') || 'no block';
    return refusal('other-block', `${object ?? 'the transfer'} is not in permit ${id}, which has ${others}`);
  }
  if (sha256 === undefined || sha256 === block.sha256) return undefined;
  return refusal(
    'other-content',
    `the bytes of ${block.object} are not those approved in permit ${id}: ` +
      `SHA-256 ${shortId(sha256)}… in place of ${shortId(block.sha256)}…`,
  );
}

function whyNotAgain(installed: InstalledPermit, { object, action }: Wanted): Refusal | undefined {
  const { permit } = installed;
  const what = useName(object, action);
  if (usesLeft(installed, what) > 0) return undefined;
  const times = permit.uses === 1 ? 'once' : `${permit.uses} times`;
  return refusal('used-up', `permit ${shortId(permit.id)} allows ${what} ${times}, and that is used up`);
}

/** What uses are counted by: the block, the deletion of a block, or the action. */
export function useName(object: string | undefined, action: PermitAction | undefined): string {
  return [action, object].filter(word => word !== undefined).join(' ') || 'transfer';
}

/** `2 h 5 min`, `1 s`: whole seconds, rounded up, in the two greatest units. */
export function duration(milliseconds: number): string {
  const seconds = Math.ceil(milliseconds / 1000);
  const units: readonly [number, string][] = [
    [86_400, 'd'],
    [3600, 'h'],
    [60, 'min'],
    [1, 's'],
  ];
  const parts = units.flatMap(([size, unit], index) => {
    const bigger = units[index - 1]?.[0] ?? Number.POSITIVE_INFINITY;
    const count = Math.floor((seconds % bigger) / size);
    return count > 0 ? [`${count} ${unit}`] : [];
  });
  return parts.slice(0, 2).join(' ') || '0 s';
}
