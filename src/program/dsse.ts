/**
 * DSSE, the Dead Simple Signing Envelope: a payload, its type, and signatures over both.
 *
 * Source: DSSE protocol and envelope, version 1.0 (secure-systems-lab/dsse, protocol.md and envelope.md).
 *
 * @module
 */

import { fromBase64 } from './base64.ts';
import { PermitError } from './permit-error.ts';
import { listOf, objectOf, parseJson, textOf } from './strict-json.ts';

/** Bytes of an envelope's JSON at most. */
export const MAX_ENVELOPE = 2 << 20;
/** Signatures of an envelope at most. */
export const MAX_SIGNATURES = 64;

export interface EnvelopeSignature {
  /** Says which key it is, without being signed itself; '' where it does not say. */
  readonly keyId: string;
  /** As the key's kind makes them. */
  readonly bytes: Uint8Array;
}

export interface Envelope {
  readonly payloadType: string;
  readonly payload: Uint8Array;
  readonly signatures: readonly EnvelopeSignature[];
}

/** The bytes that are signed: PAE(type, body) of the protocol. */
export function preAuthenticationEncoding(payloadType: string, payload: Uint8Array): Buffer {
  const head = `DSSEv1 ${Buffer.byteLength(payloadType)} ${payloadType} ${payload.length} `;
  return Buffer.concat([Buffer.from(head), payload]);
}

/**
 * Reads the JSON form. Stricter than others where DSSE leaves it open: no unknown fields, no base64 that decodes to the
 * same bytes as another spelling. Signatures may be missing: that is how an envelope begins.
 */
export function parseEnvelope(bytes: Uint8Array): Envelope {
  if (bytes.length > MAX_ENVELOPE)
    throw new PermitError(`is longer than ${MAX_ENVELOPE} bytes, so no permit`);
  const fields = objectOf(parseJson(bytes), 'the envelope', ['payload', 'payloadType', 'signatures']);
  const signatures = listOf(fields.signatures, 'signatures', 0, MAX_SIGNATURES);
  return {
    payloadType: textOf(fields.payloadType, 'payloadType', /^[!-~]{1,200}$/, 'a media type'),
    payload: base64(fields.payload, 'payload'),
    signatures: signatures.map((value, index) => {
      const where = `signature ${index + 1}`;
      const signature = objectOf(value, where, ['sig'], ['keyid']);
      const keyId = textOf(signature.keyid ?? '', `keyid of ${where}`, /^[ -~]{0,200}$/, 'short plain text');
      return { keyId, bytes: base64(signature.sig, `sig of ${where}`) };
    }),
  };
}

/** The JSON form, indented for people and ending with a newline. */
export function formatEnvelope({ payload, payloadType, signatures }: Envelope): string {
  const form = {
    payload: Buffer.from(payload).toString('base64'),
    payloadType,
    signatures: signatures.map(({ keyId, bytes }) => ({
      keyid: keyId,
      sig: Buffer.from(bytes).toString('base64'),
    })),
  };
  return `${JSON.stringify(form, undefined, 2)}\n`;
}

function base64(value: unknown, where: string): Buffer {
  const bytes = typeof value === 'string' ? fromBase64(value) : undefined;
  if (bytes === undefined || bytes.length === 0)
    throw new PermitError(`${where} is no base64; it may be damaged`);
  return bytes;
}
