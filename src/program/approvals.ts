/**
 * Who has approved a document, and is it enough? At least so many of the named approvers as the controller needs, each
 * counted once, none of them the requester.
 *
 * @module
 */

import { verify } from 'node:crypto';
import { type Approvers, sameName } from './approvers.ts';
import { type Envelope, type EnvelopeSignature, preAuthenticationEncoding } from './dsse.ts';
import type { PublicKey } from './public-key.ts';
import { type Refusal, refusal } from './refusal.ts';
import { isSshSignature, parseSshSignature, verifySshSignature } from './ssh-signature.ts';

/** One approver's signature that holds. */
export interface Approval {
  readonly name: string;
  readonly keyId: string;
  /** How it was made: as DSSE's own, or as ssh-keygen does. */
  readonly form: 'ed25519' | 'ssh';
}

/** What the approvers were asked. */
export interface Question {
  /** What the document is: `permit`. */
  readonly what: string;
  readonly requester: string;
  /** The controller that it is about, whose panel decides. */
  readonly controller: string;
}

export interface Approvals {
  /** Approvals that count, in order of signature. */
  readonly approvals: readonly Approval[];
  /** How many it takes. */
  readonly threshold: number;
  /** Names of those whose approval would count and is not there. */
  readonly absent: readonly string[];
  /** What else is in the envelope: signatures that count for nothing, one sentence each. */
  readonly notes: readonly string[];
  /** Why the approvals are not enough; undefined where they are. */
  readonly refusal: Refusal | undefined;
}

/** Counts the signatures of the envelope that approve what is asked in it. */
export function countApprovals(envelope: Envelope, approvers: Approvers, question: Question): Approvals {
  const { what, requester, controller } = question;
  const message = preAuthenticationEncoding(envelope.payloadType, envelope.payload);
  const panel = approvers.panel(controller);
  const approvals: Approval[] = [];
  const notes: string[] = [];
  let wrong: Refusal | undefined;
  let self: Refusal | undefined;
  for (const [index, signature] of envelope.signatures.entries()) {
    const where = `signature ${index + 1}`;
    const keyId = keyIdOf(signature);
    const owner = keyId === '' ? ownerByTrial(signature, message, approvers) : approvers.ownerOf(keyId);
    if (owner === undefined) {
      notes.push(
        `${where} is ignored: its key ${keyId || '(not named)'} belongs to no approver of ${approvers.file}`,
      );
      continue;
    }
    const { name, keys } = owner;
    const key = keys.find(
      one => (keyId === '' || one.id === keyId) && isSignatureOf(signature, one, message),
    );
    if (key === undefined) {
      wrong ??= refusal(
        'bad-signature',
        `${where} names ${name}'s key but is not its signature over this ${what}: the ${what} or the signature was changed`,
      );
    } else if (sameName(name) === sameName(requester)) {
      self ??= refusal(
        'self-approved',
        `${name} asked for this ${what} and has signed it too; the requester cannot approve`,
      );
      notes.push(`${where} does not count: ${name} is the requester`);
    } else if (!panel.approvers.some(approver => approver.name === name)) {
      notes.push(`${where} does not count: ${name} does not decide about ${controller}`);
    } else if (approvals.some(approval => approval.name === name)) {
      notes.push(`${where} does not count: ${name} has signed before`);
    } else {
      approvals.push({ name, keyId: key.id, form: isSshSignature(signature.bytes) ? 'ssh' : 'ed25519' });
    }
  }
  const absent = panel.approvers
    .map(({ name }) => name)
    .filter(name => sameName(name) !== sameName(requester) && !approvals.some(a => a.name === name));
  const { threshold } = panel;
  const enough = approvals.length >= threshold;
  const lacking = enough ? undefined : missing(approvals, threshold, absent);
  return {
    approvals,
    threshold,
    absent,
    notes,
    refusal: wrong ?? (enough ? undefined : self) ?? stranger(requester, approvers) ?? lacking,
  };
}

/** Is it this key's signature over the message, in either form? */
export function isSignatureOf({ bytes }: EnvelopeSignature, key: PublicKey, message: Uint8Array): boolean {
  if (isSshSignature(bytes)) return verifySshSignature(bytes, key, message);
  return key.application === undefined && bytes.length === 64 && verify(null, message, key.key, bytes);
}

/** A signature of ssh-keygen's names its key in itself. */
function keyIdOf({ keyId, bytes }: EnvelopeSignature): string {
  if (keyId !== '' || !isSshSignature(bytes)) return keyId;
  return parseSshSignature(bytes)?.key.id ?? '';
}

/** DSSE lets a signature not say whose it is: then it is tried with every key. */
function ownerByTrial(signature: EnvelopeSignature, message: Uint8Array, approvers: Approvers) {
  return approvers.all.find(({ keys }) => keys.some(key => isSignatureOf(signature, key, message)));
}

function stranger(requester: string, approvers: Approvers): Refusal | undefined {
  if (approvers.mayRequest(requester)) return undefined;
  return refusal(
    'unknown-requester',
    `${requester}, who asked for it, is not among the requesters of ${approvers.file}`,
  );
}

function missing(approvals: readonly Approval[], threshold: number, absent: readonly string[]): Refusal {
  const lacking = threshold - approvals.length;
  const some =
    approvals.length === 0
      ? 'no approver has signed'
      : `signed only by ${approvals.map(a => a.name).join(', ')}`;
  const more = lacking === 1 ? 'one more approval is' : `${lacking} more approvals are`;
  const few = absent.length === 0 ? 'nobody' : `only ${absent.join(', ')}`;
  const whose =
    absent.length < lacking
      ? `but ${few} could still sign: the approvers file names too few`
      : `from ${absent.join(', ')}`;
  return refusal('unsigned', `${some}; ${more} needed, ${whose}`);
}
