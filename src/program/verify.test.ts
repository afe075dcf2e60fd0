import assert from 'node:assert/strict';
import { hash } from 'node:crypto';
import { test } from 'node:test';
import { isSignatureOf } from './approvals.ts';
import { Approvers } from './approvers.ts';
import { type Envelope, parseEnvelope } from './dsse.ts';
import { parsePublicKey } from './public-key.ts';
import type { Refusal } from './refusal.ts';
import { formatStatement, type PermitTerms, parseStatement } from './statement.ts';
import {
  APPROVERS,
  approversOf,
  BLOCKS,
  CONTROLS,
  envelopeOf,
  fileOf,
  HOUR,
  person,
  SAFETY,
  SHIFT,
  START,
  terms,
} from './testing.ts';
import { verifyPermit } from './verify.ts';

const SIGNED = envelopeOf([SHIFT, CONTROLS]);

function verdict(envelope: Envelope, approvers = APPROVERS): Refusal | undefined {
  return verifyPermit(envelope, approvers).refusal;
}

test('two approvers of three are enough, and the permit says what was asked', () => {
  const { permit, approvals, notes, refusal } = verifyPermit(SIGNED, APPROVERS);
  assert.equal(refusal, undefined);
  assert.deepEqual(notes, []);
  assert.deepEqual(
    approvals.map(approval => approval.name),
    ['shift-lead', 'controls-lead'],
  );
  assert.deepEqual(permit, { ...terms(), id: hash('sha256', SIGNED.payload) });
});

test('one signature missing', () => {
  assert.deepEqual(verdict(envelopeOf([SHIFT])), {
    name: 'unsigned',
    message: 'signed only by shift-lead; one more approval is needed, from controls-lead, safety-lead',
  });
  assert.match(verdict(envelopeOf([]))!.message, /no approver has signed; 2 more approvals are needed/);
});

test('each approver counts once, with several keys too', () => {
  const twice = verifyPermit(envelopeOf([SHIFT, SHIFT]), APPROVERS);
  assert.equal(twice.refusal?.name, 'unsigned');
  assert.deepEqual(twice.notes, ['signature 2 does not count: shift-lead has signed before']);
  const second = person('shift-lead');
  const both = { name: 'shift-lead', keys: [...SHIFT.keys, ...second.keys] };
  assert.equal(verdict(envelopeOf([SHIFT, second]), approversOf([both, CONTROLS]))?.name, 'unsigned');
});

test('the requester signing for himself', () => {
  const self = verdict(envelopeOf([SHIFT, CONTROLS], { requester: 'Shift-Lead' }));
  assert.deepEqual(self, {
    name: 'self-approved',
    message: 'shift-lead asked for this permit and has signed it too; the requester cannot approve',
  });
  // Where two others have signed it does no harm.
  const others = verifyPermit(envelopeOf([SHIFT, CONTROLS, SAFETY], { requester: 'shift-lead' }), APPROVERS);
  assert.equal(others.refusal, undefined);
  assert.deepEqual(others.notes, ['signature 1 does not count: shift-lead is the requester']);
});

test('keys of strangers count for nothing, and are told', () => {
  const stranger = person('stranger');
  const { refusal, notes } = verifyPermit(envelopeOf([SHIFT, stranger]), APPROVERS);
  assert.equal(refusal?.name, 'unsigned');
  assert.match(notes[0]!, /^signature 2 is ignored: its key SHA256:\S{43} belongs to no approver/);
});

test('a signature in the name of an approver that is not his refuses the permit, whoever else has signed', () => {
  const [first, second, third] = envelopeOf([SHIFT, CONTROLS, SAFETY]).signatures;
  const forged = { ...SIGNED, signatures: [first!, second!, { ...third!, bytes: first!.bytes }] };
  assert.equal(verdict(forged)?.name, 'bad-signature');
});

test('signatures that do not name their key are tried with every key', () => {
  const signatures = SIGNED.signatures.map(({ bytes }) => ({ keyId: '', bytes }));
  assert.equal(verdict({ ...SIGNED, signatures }), undefined);
});

test('a controller can need more approvals, or other approvers', () => {
  const panel = { threshold: 2, approvers: [SHIFT, CONTROLS, SAFETY] };
  const strict = new Approvers(
    'approvers.yaml',
    panel,
    new Map([
      ['plc-7', { threshold: 3, approvers: [SHIFT, CONTROLS, SAFETY] }],
      ['plc-8', { threshold: 2, approvers: [CONTROLS, SAFETY] }],
    ]),
    undefined,
  );
  assert.match(verdict(SIGNED, strict)!.message, /one more approval is needed, from safety-lead/);
  const other = verifyPermit(envelopeOf([SHIFT, CONTROLS], { controller: 'plc-8' }), strict);
  assert.equal(other.refusal?.name, 'unsigned');
  assert.deepEqual(other.notes, ['signature 1 does not count: shift-lead does not decide about plc-8']);
  assert.equal(verdict(envelopeOf([SHIFT, CONTROLS], { controller: 'plc-9' }), strict), undefined);
});

test('where the file says who may ask, nobody else may', () => {
  const panel = { threshold: 2, approvers: [SHIFT, CONTROLS] };
  const strict = new Approvers('approvers.yaml', panel, new Map(), ['Engineer-1']);
  assert.equal(verdict(SIGNED, strict), undefined);
  const { name, message } = verdict(envelopeOf([SHIFT, CONTROLS], { requester: 'enginer-1' }), strict)!;
  assert.equal(name, 'unknown-requester');
  assert.match(message, /^enginer-1, who asked for it, is not among the requesters/);
});

test('a threshold that can no longer be reached is told', () => {
  const message = verdict(
    envelopeOf([CONTROLS], { requester: 'shift-lead' }),
    approversOf([SHIFT, CONTROLS]),
  )!.message;
  assert.match(message, /but nobody could still sign: the approvers file names too few/);
});

test('any single bit flipped anywhere in the file refuses the permit', () => {
  everyFlip(fileOf(SIGNED), bytes => bytes);
});

test('any single bit flipped in the statement, re-encoded, refuses the permit', () => {
  everyFlip(SIGNED.payload, payload => fileOf({ ...SIGNED, payload }));
});

test('a signature over another permit, or over the bare statement, is none', () => {
  const other = envelopeOf([SHIFT, CONTROLS], { uses: 2 });
  assert.equal(verdict({ ...SIGNED, signatures: other.signatures })?.name, 'bad-signature');
});

test('statements that say something impossible are refused with the reason', () => {
  const cases: [Partial<PermitTerms>, RegExp][] = [
    [{ notAfter: START }, /window ends before it begins/],
    [{ notAfter: START + 32 * 24 * HOUR }, /window is longer than 31 days/],
    [{ uses: 0 }, /uses is no whole number from 1 to 1000/],
    [{ uses: 1.5 }, /uses is no whole number/],
    [{ from: [] }, /from has fewer than 1 entries/],
    [{ from: ['eng-1', 'eng-1'] }, /from names eng-1 twice/],
    [{ controller: 'plc 7' }, /controller is not the name of a host/],
    [{ purpose: 'a\u001b[2J' }, /purpose is not one line of text/],
    [{ purpose: 'a\u202eb' }, /purpose is not one line of text/],
    [{ purpose: '' }, /purpose is not one line of text/],
    [{ purpose: 'x'.repeat(501) }, /purpose is not one line of text/],
    [{ ticket: ' CHG' }, /ticket begins or ends with a space/],
    [{ purpose: 'a  approved by all' }, /purpose is not one line of text/],
    [{ purpose: 'a\u00a0\u3000b' }, /purpose is not one line of text/],
    [{ purpose: 'a \u034f b' }, /purpose is not one line of text/],
    [{ ticket: 'CHG\u2800\u2800' }, /ticket is not one line of text/],
    [{ blocks: [{ ...BLOCKS[0]!, object: 'OB1  2 bytes' }] }, /name of subject 1 is not the name of a block/],
    [{ requester: '-x' }, /requester is not the name of a person/],
    [{ requester: 'shift-lead\ufe0f' }, /requester is not the name of a person/],
    [{ requester: 'shift-lead\u034f' }, /requester is not the name of a person/],
    [{ requester: 'shift  lead' }, /requester is not the name of a person/],
    [{ blocks: [BLOCKS[0]!, BLOCKS[0]!] }, /subject names OB1 twice/],
    [{ blocks: [{ ...BLOCKS[0]!, sha256: BLOCKS[0]!.sha256.toUpperCase() }] }, /64 lower-case hexadecimal/],
    [{ blocks: [{ ...BLOCKS[0]!, bytes: -1 }] }, /bytes of subject 1 is no whole number/],
    [{ blocks: [{ ...BLOCKS[0]!, object: 'no-blocks' }] }, /stands for the empty file, alone/],
    [{ blocks: [], actions: [] }, /permits nothing/],
    [{ actions: ['delete'] }, /both or neither/],
    [{ deletes: ['DB8'] }, /both or neither/],
    [{ actions: ['fly' as 'stop'] }, /actions has something that is none/],
    [{ notBefore: START + 500 }, /notBefore is not a time/],
  ];
  for (const [changes, reason] of cases) {
    assert.throws(() => formatStatement(terms(changes)), { code: 'COFFERDAM_PERMIT', message: reason });
  }
});

test('the largest permit that may be written can be read', () => {
  const blocks = Array.from({ length: 4096 }, (_, i) => ({ ...BLOCKS[0]!, object: `FC${i}` }));
  const file = fileOf(envelopeOf([SHIFT, CONTROLS], { blocks }));
  assert.equal(verdict(parseEnvelope(file)), undefined);
});

test('a key of small order, with which everybody could sign, signs nothing', () => {
  const point = Buffer.alloc(32);
  point[0] = 1;
  const wire = Buffer.concat([Buffer.from('\0\0\0\x0bssh-ed25519\0\0\0\x20'), point]);
  const key = parsePublicKey(`ssh-ed25519 ${wire.toString('base64')}`);
  const bytes = Buffer.concat([point, Buffer.alloc(32)]);
  assert.equal(isSignatureOf({ keyId: key.id, bytes }, key, Buffer.from('anything')), false);
});

test('a permit without blocks has the empty file as its subject', () => {
  const payload = formatStatement(terms({ blocks: [] }));
  const { subject } = JSON.parse(payload.toString()) as { subject: { digest: object }[] };
  assert.deepEqual(subject[0]!.digest, { sha256: hash('sha256', '') });
  assert.deepEqual(parseStatement(payload).blocks, []);
});

test('statements of strangers are refused with the reason', () => {
  const text = formatStatement(terms()).toString();
  const cases: [string, string, RegExp][] = [
    ['Statement/v1', 'Statement/v0.1', /_type is not https:\/\/in-toto.io\/Statement\/v1/],
    ['cofferdam:permit:v1', 'https://slsa.dev/provenance/v1', /predicateType is not cofferdam:permit:v1/],
    ['"uses": 1', '"uses": 1, "uses": 9', /the payload has the key "uses" twice/],
    ['"uses": 1', '"uses": "1"', /uses is no whole number/],
    ['"uses": 1', '"uses": 1, "note": ""', /the predicate has the unknown field "note"/],
    ['"unseen": false', '"unseen": 0', /unseen is neither true nor false/],
    ['"sha256"', '"sha512"', /digest of subject 1 has the unknown field "sha512"/],
    [
      '2026-11-23T06:00:00Z',
      '2026-11-31T06:00:00Z',
      /notBefore is 2026-11-31T06:00:00Z, a time that does not exist/,
    ],
    ['2026-11-23T06:00:00Z', '2026-11-23T06:00:00+00:00', /notBefore is not a time such as/],
    ['"ticket": "CHG-1042",', '', /the predicate has no ticket/],
  ];
  for (const [from, to, reason] of cases) {
    const changed = text.replace(from, to);
    assert.notEqual(changed, text);
    assert.throws(() => parseStatement(Buffer.from(changed)), { code: 'COFFERDAM_PERMIT', message: reason });
  }
  assert.throws(
    () => verifyPermit({ ...SIGNED, payloadType: 'text/plain' }, APPROVERS),
    /payloadType is text\/plain/,
  );
});

function refused(bytes: Uint8Array): boolean {
  try {
    return verdict(parseEnvelope(bytes)) !== undefined;
  } catch (error) {
    assert.equal((error as { code?: string }).code, 'COFFERDAM_PERMIT');
    return true;
  }
}

/** Flips each bit by itself; the file that it makes is refused. */
function everyFlip(bytes: Uint8Array, file: (changed: Uint8Array) => Uint8Array): void {
  for (let bit = 0; bit < bytes.length * 8; bit++) {
    const changed = Buffer.from(bytes);
    changed[bit >> 3]! ^= 1 << (bit & 7);
    assert.ok(refused(file(changed)), `byte ${bit >> 3}, bit ${bit & 7}`);
  }
}
