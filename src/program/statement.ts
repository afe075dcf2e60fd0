/**
 * A permit as an in-toto statement: its subjects are the blocks, its predicate the rest. These bytes are what is signed
 * and what the permit's id is the digest of.
 *
 * Source: in-toto Attestation Framework, Statement v1 and ResourceDescriptor v1.
 *
 * @module
 */

import { hash } from 'node:crypto';
import type { Envelope } from './dsse.ts';
import { type ApprovedBlock, PERMIT_ACTIONS, type Permit } from './permit.ts';
import { PermitError } from './permit-error.ts';
import { integerOf, listOf, objectOf, parseJson, textOf } from './strict-json.ts';

export const PAYLOAD_TYPE = 'application/vnd.in-toto+json';
export const STATEMENT_TYPE = 'https://in-toto.io/Statement/v1';
export const PREDICATE_TYPE = 'cofferdam:permit:v1';

/** The longest window, in milliseconds: a permit is for one piece of work, not a standing licence. */
export const MAX_WINDOW = 31 * 86_400_000;
export const MAX_USES = 1000;
/** Bytes of one block at most. */
export const MAX_BLOCK = 64 << 20;
const MAX_BLOCKS = 4096;
const MAX_STATIONS = 64;

/** A permit that has no id yet. */
export type PermitTerms = Omit<Permit, 'id'>;

/**
 * A statement must have a subject. That of a permit without blocks (only a stop, only a deletion) is the empty file.
 */
const NO_BLOCKS = { name: 'no-blocks', digest: { sha256: hash('sha256', '') }, annotations: { bytes: 0 } };

/** Names of hosts and protocols. */
export const HOST = /^[A-Za-z0-9_][A-Za-z0-9_.-]{0,99}$/;
/** With nothing that looks like the end of a row or of the text, and so could pass for something else on a screen. */
const WORDS = /^(?!.*(?:\p{Zs}{2}|[\p{Default_Ignorable_Code_Point}\u2800]))[^\p{C}\p{Zl}\p{Zp}]{1,500}$/u;
const OBJECT = /^(?!.* {2})[!-~](?:[ -~]{0,98}[!-~])?$/;
/** Names of people and roles, in approvers files and in permits: two that look the same are the same. */
export const PERSON =
  /^(?!.*(?: {2}|\p{Default_Ignorable_Code_Point}))[\p{L}\p{N}](?:[\p{L}\p{M}\p{N} ._@'-]{0,78}[\p{L}\p{M}\p{N}.])?$/u;
const SHA256 = /^[0-9a-f]{64}$/;
const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/;

const PREDICATE_FIELDS = [
  'controller',
  'protocol',
  'station',
  'from',
  'notBefore',
  'notAfter',
  'uses',
  'ticket',
  'purpose',
  'requester',
  'actions',
  'deletes',
  'unseen',
] as const;

/** The statement's bytes. The terms are checked as those of a stranger are. */
export function formatStatement(terms: PermitTerms): Buffer {
  const { blocks, notBefore, notAfter, ...rest } = terms;
  const predicate = { ...rest, notBefore: isoTime(notBefore), notAfter: isoTime(notAfter) };
  const statement = {
    _type: STATEMENT_TYPE,
    subject:
      blocks.length === 0
        ? [NO_BLOCKS]
        : blocks.map(({ object, sha256, bytes }) => ({
            name: object,
            digest: { sha256 },
            annotations: { bytes },
          })),
    predicateType: PREDICATE_TYPE,
    predicate: Object.fromEntries(PREDICATE_FIELDS.map(field => [field, predicate[field]])),
  };
  const payload = Buffer.from(JSON.stringify(statement, undefined, 2));
  parseStatement(payload);
  return payload;
}

/** The permit that an envelope holds; its signatures are not looked at. */
export function permitOf({ payloadType, payload }: Envelope): Permit {
  if (payloadType !== PAYLOAD_TYPE) {
    throw new PermitError(`payloadType is ${payloadType}; that of a permit is ${PAYLOAD_TYPE}`);
  }
  return parseStatement(payload);
}

/** Reads the statement's bytes. */
export function parseStatement(payload: Uint8Array): Permit {
  let value: unknown;
  try {
    value = parseJson(payload);
  } catch (error) {
    if (error instanceof PermitError) throw new PermitError(`the payload ${error.message}`);
    throw error;
  }
  const statement = objectOf(value, 'the statement', ['_type', 'subject', 'predicateType', 'predicate']);
  constant(statement._type, '_type', STATEMENT_TYPE);
  constant(statement.predicateType, 'predicateType', PREDICATE_TYPE);
  const blocks = readBlocks(statement.subject);
  const it = objectOf(statement.predicate, 'the predicate', PREDICATE_FIELDS);
  const permit: Permit = {
    id: hash('sha256', payload),
    ticket: words(it.ticket, 'ticket'),
    purpose: words(it.purpose, 'purpose'),
    requester: textOf(it.requester, 'requester', PERSON, 'the name of a person or a role'),
    controller: textOf(it.controller, 'controller', HOST, 'the name of a host'),
    protocol: textOf(it.protocol, 'protocol', HOST, 'the name of a protocol'),
    station: textOf(it.station, 'station', OBJECT, 'a station as policies write it'),
    from: distinct(
      listOf(it.from, 'from', 1, MAX_STATIONS).map(name => textOf(name, 'from', HOST, 'the name of a host')),
      'from',
    ),
    notBefore: time(it.notBefore, 'notBefore'),
    notAfter: time(it.notAfter, 'notAfter'),
    uses: integerOf(it.uses, 'uses', 1, MAX_USES),
    blocks,
    deletes: distinct(
      listOf(it.deletes, 'deletes', 0, MAX_BLOCKS).map(name => objectName(name, 'deletes')),
      'deletes',
    ),
    actions: distinct(listOf(it.actions, 'actions', 0, PERMIT_ACTIONS.length).map(action), 'actions'),
    unseen: boolean(it.unseen, 'unseen'),
  };
  checkTogether(permit);
  return permit;
}

/** `2026-11-22T06:00:00Z`. */
export function isoTime(milliseconds: number): string {
  return new Date(milliseconds).toISOString().replace('.000Z', 'Z');
}

function readBlocks(value: unknown): readonly ApprovedBlock[] {
  const blocks = listOf(value, 'subject', 1, MAX_BLOCKS).map((item, index) => {
    const where = `subject ${index + 1}`;
    const subject = objectOf(item, where, ['name', 'digest', 'annotations']);
    const digest = objectOf(subject.digest, `digest of ${where}`, ['sha256']);
    const annotations = objectOf(subject.annotations, `annotations of ${where}`, ['bytes']);
    return {
      object: objectName(subject.name, `name of ${where}`),
      sha256: textOf(digest.sha256, `sha256 of ${where}`, SHA256, '64 lower-case hexadecimal digits'),
      bytes: integerOf(annotations.bytes, `bytes of ${where}`, 0, MAX_BLOCK),
    };
  });
  distinct(
    blocks.map(block => block.object),
    'subject',
  );
  const [first] = blocks;
  const none = first?.object === NO_BLOCKS.name;
  if (!none) return blocks;
  if (blocks.length === 1 && first.sha256 === NO_BLOCKS.digest.sha256 && first.bytes === 0) return [];
  throw new PermitError(`the subject ${NO_BLOCKS.name} stands for the empty file, alone`);
}

function checkTogether({ notBefore, notAfter, blocks, deletes, actions }: Permit): void {
  if (notAfter <= notBefore) throw new PermitError('its window ends before it begins');
  if (notAfter - notBefore > MAX_WINDOW) {
    throw new PermitError(
      `its window is longer than ${MAX_WINDOW / 86_400_000} days; ask for the days of the work`,
    );
  }
  if (deletes.length > 0 !== actions.includes('delete')) {
    throw new PermitError('deletes names the blocks that the action delete may delete: both or neither');
  }
  if (blocks.length === 0 && actions.length === 0) {
    throw new PermitError('it permits nothing: neither a block nor an action');
  }
}

export function constant(value: unknown, where: string, expected: string): void {
  if (value !== expected)
    throw new PermitError(`${where} is not ${expected}: this is no document of Cofferdam's of that kind`);
}

/** One line of text for people. */
export function words(value: unknown, where: string): string {
  const text = textOf(
    value,
    where,
    WORDS,
    'one line of text with 1 to 500 characters, all seen, with single spaces',
  );
  if (text.trim() === text) return text;
  throw new PermitError(`${where} begins or ends with a space`);
}

function objectName(value: unknown, where: string): string {
  return textOf(value, where, OBJECT, 'the name of a block, such as OB1');
}

function action(value: unknown): Permit['actions'][number] {
  const known = PERMIT_ACTIONS.find(name => name === value);
  if (known !== undefined) return known;
  throw new PermitError(`actions has something that is none; there are ${PERMIT_ACTIONS.join(', ')}`);
}

function boolean(value: unknown, where: string): boolean {
  if (typeof value === 'boolean') return value;
  throw new PermitError(`${where} is neither true nor false`);
}

/** Whole seconds in UTC, in the one spelling; milliseconds since 1970-01-01. */
export function time(value: unknown, where: string): number {
  const text = textOf(value, where, TIME, 'a time such as 2026-11-22T06:00:00Z');
  const milliseconds = Date.parse(text);
  if (!Number.isNaN(milliseconds) && isoTime(milliseconds) === text) return milliseconds;
  throw new PermitError(`${where} is ${text}, a time that does not exist`);
}

export function distinct<T extends string>(names: readonly T[], where: string): readonly T[] {
  const seen = new Set<string>();
  for (const name of names) {
    if (seen.has(name)) throw new PermitError(`${where} names ${name} twice`);
    seen.add(name);
  }
  return names;
}
