/**
 * Keys, approvers and signed permits for tests.
 *
 * @module
 */

import { createPublicKey, generateKeyPairSync, hash, type KeyObject } from 'node:crypto';
import { type Approver, Approvers } from './approvers.ts';
import { type Envelope, type EnvelopeSignature, formatEnvelope, preAuthenticationEncoding } from './dsse.ts';
import type { ApprovedBlock } from './permit.ts';
import { signWith } from './private-key.ts';
import { publicKeyOf } from './public-key.ts';
import { formatStatement, PAYLOAD_TYPE, type PermitTerms } from './statement.ts';

export const HOUR = 3_600_000;
export const START = Date.parse('2026-11-23T06:00:00Z');

/** An approver with his or her private key. */
export interface Person extends Approver {
  readonly privateKey: KeyObject;
}

export function person(name: string): Person {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  return { name, keys: [publicKeyOf(publicKey)], privateKey };
}

/** Three who may approve, two are needed; whoever asks may ask. */
export const SHIFT = person('shift-lead');
export const CONTROLS = person('controls-lead');
export const SAFETY = person('safety-lead');
export const APPROVERS = approversOf([SHIFT, CONTROLS, SAFETY]);

export function approversOf(approvers: readonly Approver[], threshold = 2): Approvers {
  return new Approvers('approvers.yaml', { threshold, approvers }, new Map(), undefined);
}

/** Two blocks' bytes, by name. */
export const CONTENT: Readonly<Record<string, Uint8Array>> = {
  OB1: Uint8Array.from({ length: 142 }, (_, i) => (i * 37) & 0xff),
  DB8: Uint8Array.from({ length: 60 }, (_, i) => (i * 11) & 0xff),
};

export const BLOCKS: readonly ApprovedBlock[] = Object.entries(CONTENT).map(([object, content]) => ({
  object,
  sha256: hash('sha256', content),
  bytes: content.length,
}));

/** The blocks' bytes, by their SHA-256. */
export const BY_DIGEST = new Map(BLOCKS.map(({ object, sha256 }) => [sha256, CONTENT[object]!]));

export function terms(changes: Partial<PermitTerms> = {}): PermitTerms {
  return {
    ticket: 'CHG-1042',
    purpose: 'Raise the overspeed trip after the bearing was replaced',
    requester: 'engineer-1',
    controller: 'plc-7',
    protocol: 's7comm',
    station: '0/2',
    from: ['eng-1'],
    notBefore: START,
    notAfter: START + 2 * HOUR,
    uses: 1,
    blocks: BLOCKS,
    deletes: [],
    actions: ['stop', 'start'],
    unseen: false,
    ...changes,
  };
}

export function signatureOf({ privateKey }: Person, payload: Uint8Array): EnvelopeSignature {
  const bytes = signWith(privateKey, preAuthenticationEncoding(PAYLOAD_TYPE, payload));
  return { keyId: publicKeyOf(createPublicKey(privateKey)).id, bytes };
}

export function envelopeOf(people: readonly Person[], changes: Partial<PermitTerms> = {}): Envelope {
  const payload = formatStatement(terms(changes));
  return { payloadType: PAYLOAD_TYPE, payload, signatures: people.map(one => signatureOf(one, payload)) };
}

/** The bytes of an envelope's file. */
export function fileOf(envelope: Envelope): Buffer {
  return Buffer.from(formatEnvelope(envelope));
}
