/**
 * Break-glass: several people open one conduit for a stated time, for a stated reason. A signed document of the same kind
 * as a permit, with another predicate.
 *
 * Source: in-toto Attestation Framework, Statement v1 and ResourceDescriptor v1.
 *
 * @module
 */

import { hash } from 'node:crypto';
import type { Envelope } from './dsse.ts';
import { PermitError } from './permit-error.ts';
import {
  constant,
  distinct,
  HOST,
  isoTime,
  PAYLOAD_TYPE,
  PERSON,
  STATEMENT_TYPE,
  time,
  words,
} from './statement.ts';
import { listOf, objectOf, parseJson, textOf } from './strict-json.ts';

export const OPENING_PREDICATE = 'cofferdam:break-glass:v1';
/** The longest opening, in milliseconds: a shift. What takes longer is a change of the policy. */
export const MAX_OPENING = 12 * 3_600_000;
const MAX_FROM = 64;
const FIELDS = ['from', 'to', 'protocol', 'notBefore', 'notAfter', 'reason', 'requester'] as const;

export interface Opening {
  /** SHA-256 of the signed statement's bytes, 64 hexadecimal digits. */
  readonly id: string;
  /** The conduit: names of hosts in the policy, and its protocol. */
  readonly from: readonly string[];
  readonly to: string;
  readonly protocol: string;
  /** Milliseconds since 1970-01-01 UTC; open from the first and up to, not at, the second. */
  readonly notBefore: number;
  readonly notAfter: number;
  /** Why, in a sentence. */
  readonly reason: string;
  /** Who asked for it; none of the approvers. */
  readonly requester: string;
}

/** The statement's bytes. What is in it is checked as that of a stranger is. */
export function formatOpening({ notBefore, notAfter, ...rest }: Omit<Opening, 'id'>): Buffer {
  const name = conduitName(rest);
  const predicate = { ...rest, notBefore: isoTime(notBefore), notAfter: isoTime(notAfter) };
  const payload = Buffer.from(
    JSON.stringify(
      {
        _type: STATEMENT_TYPE,
        subject: [{ name, digest: { sha256: hash('sha256', name) } }],
        predicateType: OPENING_PREDICATE,
        predicate: Object.fromEntries(FIELDS.map(field => [field, predicate[field]])),
      },
      undefined,
      2,
    ),
  );
  parseOpening(payload);
  return payload;
}

/** The opening that an envelope holds; its signatures are not looked at. */
export function openingOf({ payloadType, payload }: Envelope): Opening {
  constant(payloadType, 'payloadType', PAYLOAD_TYPE);
  return parseOpening(payload);
}

function parseOpening(payload: Uint8Array): Opening {
  const statement = objectOf(parseJson(payload), 'the statement', [
    '_type',
    'subject',
    'predicateType',
    'predicate',
  ]);
  constant(statement._type, '_type', STATEMENT_TYPE);
  constant(statement.predicateType, 'predicateType', OPENING_PREDICATE);
  const it = objectOf(statement.predicate, 'the predicate', FIELDS);
  const host = (value: unknown, where: string) => textOf(value, where, HOST, 'the name of a host');
  const opening = {
    id: hash('sha256', payload),
    from: distinct(
      listOf(it.from, 'from', 1, MAX_FROM).map(name => host(name, 'from')),
      'from',
    ),
    to: host(it.to, 'to'),
    protocol: textOf(it.protocol, 'protocol', HOST, 'the name of a protocol'),
    notBefore: time(it.notBefore, 'notBefore'),
    notAfter: time(it.notAfter, 'notAfter'),
    reason: words(it.reason, 'reason'),
    requester: textOf(it.requester, 'requester', PERSON, 'the name of a person or a role'),
  };
  checkSubject(statement.subject, conduitName(opening));
  if (opening.notAfter <= opening.notBefore) throw new PermitError('it ends before it begins');
  if (opening.notAfter - opening.notBefore > MAX_OPENING) {
    throw new PermitError(
      `it is longer than ${MAX_OPENING / 3_600_000} hours; what takes longer is a change of the policy`,
    );
  }
  return opening;
}

function checkSubject(value: unknown, name: string): void {
  const [subject] = listOf(value, 'subject', 1, 1);
  const it = objectOf(subject, 'the subject', ['name', 'digest']);
  const digest = objectOf(it.digest, 'digest of the subject', ['sha256']);
  constant(it.name, 'name of the subject', name);
  constant(digest.sha256, 'sha256 of the subject', hash('sha256', name));
}

/** `eng-1 to plc-7, s7comm`. */
export function conduitName({ from, to, protocol }: Pick<Opening, 'from' | 'to' | 'protocol'>): string {
  return `${from.join(', ')} to ${to}, ${protocol}`;
}
