/**
 * The openings in a permit store: `openings/ID.json` beside the permits, each the envelope of the opening with that id.
 * What `revoked/ID.json` takes back is over.
 *
 * @module
 */

import { mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { type Approvals, countApprovals } from './approvals.ts';
import type { Approvers } from './approvers.ts';
import { type Envelope, MAX_ENVELOPE, parseEnvelope } from './dsse.ts';
import { readRegular, UNFINISHED, writeDurably } from './durable-file.ts';
import { type Opening, openingOf } from './opening.ts';
import { PermitError } from './permit-error.ts';
import { plainText } from './plain-text.ts';
import { type Refusal, refusal } from './refusal.ts';
import { readRevocation } from './revocation.ts';
import { shortId } from './why-not.ts';

/** Openings that a store holds at most. */
const MAX_OPENINGS = 1000;

export interface VerifiedOpening extends Approvals {
  readonly opening: Opening;
}

/** An opening as it stands in the store. */
export interface InstalledOpening extends VerifiedOpening {
  /** Why it opens nothing: signatures, revocation. Not its time. */
  readonly unusable: Refusal | undefined;
}

/** Verifies the envelope of an opening. Throws `PermitError` where it holds none. */
export function verifyOpening(envelope: Envelope, approvers: Approvers): VerifiedOpening {
  const opening = openingOf(envelope);
  const { requester, to } = opening;
  return {
    opening,
    ...countApprovals(envelope, approvers, { what: 'opening', requester, controller: to }),
  };
}

/** Adds an opening to the store. Throws `PermitError` where it does not hold. */
export async function installOpening(
  folder: string,
  envelope: Uint8Array,
  approvers: Approvers,
): Promise<VerifiedOpening> {
  const verified = verifyOpening(parseEnvelope(envelope), approvers);
  if (verified.refusal !== undefined) throw new PermitError(verified.refusal.message);
  await mkdir(join(folder, 'openings'), { recursive: true });
  await writeDurably(join(folder, 'openings', `${verified.opening.id}.json`), envelope);
  return verified;
}

/** All that are in the store, each verified now; what is no opening is told by its file's name. */
export async function readOpenings(
  folder: string,
  approvers: Approvers,
): Promise<{ readonly openings: readonly InstalledOpening[]; readonly damaged: readonly string[] }> {
  await mkdir(join(folder, 'openings'), { recursive: true });
  const names = await readdir(join(folder, 'openings'));
  const files = names.filter(name => !name.endsWith(UNFINISHED)).sort();
  if (files.length > MAX_OPENINGS) {
    throw new PermitError(
      `${folder}: has more than ${MAX_OPENINGS} openings; move old ones out of openings/`,
    );
  }
  const openings: InstalledOpening[] = [];
  const damaged: string[] = [];
  for (const file of files) {
    try {
      openings.push(await readOpening(folder, file, approvers));
    } catch (error) {
      // As in the permit store: one bad file takes nothing from the others.
      if (typeof (error as NodeJS.ErrnoException).code !== 'string') throw error;
      damaged.push(plainText(`${join(folder, 'openings', file)} is no opening: ${(error as Error).message}`));
    }
  }
  return { openings, damaged };
}

async function readOpening(folder: string, file: string, approvers: Approvers): Promise<InstalledOpening> {
  const bytes = await readRegular(join(folder, 'openings', file), MAX_ENVELOPE);
  const verified = verifyOpening(parseEnvelope(bytes), approvers);
  const { id } = verified.opening;
  if (file !== `${id}.json`) throw new PermitError(`it holds opening ${shortId(id)}, which is not its name`);
  return { ...verified, unusable: (await taken(folder, id)) ?? verified.refusal };
}

/** The same openings, less what was revoked since: for whoever cannot read the store again. */
export async function lessRevoked(
  folder: string,
  openings: readonly InstalledOpening[],
): Promise<readonly InstalledOpening[]> {
  const left: InstalledOpening[] = [];
  for (const one of openings) {
    // Where nobody can tell whether it was revoked, it was.
    const unknown = (error: Error) =>
      refusal('revoked', plainText(`whether it was revoked cannot be found out: ${error.message}`));
    left.push({ ...one, unusable: (await taken(folder, one.opening.id).catch(unknown)) ?? one.unusable });
  }
  return left;
}

async function taken(folder: string, id: string): Promise<Refusal | undefined> {
  const revocation = await readRevocation(join(folder, 'revoked', `${id}.json`));
  if (revocation === undefined) return undefined;
  return refusal('revoked', `opening ${shortId(id)} was revoked by ${revocation.by}: ${revocation.reason}`);
}
