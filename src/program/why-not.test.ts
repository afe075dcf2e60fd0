import assert from 'node:assert/strict';
import { hash } from 'node:crypto';
import { test } from 'node:test';
import fc from 'fast-check';
import type { PermitTerms } from './statement.ts';
import { APPROVERS, BLOCKS, CONTENT, CONTROLS, envelopeOf, HOUR, SHIFT, START } from './testing.ts';
import { verifyPermit } from './verify.ts';
import { choosePermits, duration, type InstalledPermit, shortId, type Wanted, whyNot } from './why-not.ts';

function installed(changes: Partial<PermitTerms> = {}, used: [string, number][] = []): InstalledPermit {
  const { permit, approvals } = verifyPermit(envelopeOf([SHIFT, CONTROLS], changes), APPROVERS);
  return { permit, approvals, revocation: undefined, unusable: undefined, used: new Map(used) };
}

const IT = installed();
const ID = shortId(IT.permit.id);

function wanted(changes: Partial<Wanted> = {}): Wanted {
  const block = BLOCKS[0]!;
  return {
    controller: 'plc-7',
    protocol: 's7comm',
    station: '0/2',
    from: 'eng-1',
    time: START,
    object: block.object,
    sha256: block.sha256,
    ...changes,
  };
}

test('what the permit says is covered, from the first to the last millisecond', () => {
  for (const time of [START, START + HOUR, START + 2 * HOUR - 1])
    assert.equal(whyNot(IT, wanted({ time })), undefined);
  const { sha256, ...unknownYet } = wanted();
  assert.equal(whyNot(IT, unknownYet), undefined);
});

test('each way of not being covered has a reason of its own', () => {
  const cases: [Partial<Wanted>, string, string][] = [
    [{ controller: 'plc-8' }, 'other-controller', `permit ${ID} is for controller plc-7, not plc-8`],
    [{ protocol: 'modbus' }, 'other-protocol', `permit ${ID} is for s7comm, not modbus`],
    [{ station: '0/3' }, 'other-station', `permit ${ID} is for station 0/2 of plc-7, not 0/3`],
    [{ from: 'hmi-1' }, 'other-source', `permit ${ID} is for eng-1, not for hmi-1`],
    [{ time: START - 1 }, 'too-early', `permit ${ID} begins in 1 s, at 2026-11-23T06:00:00Z`],
    [{ time: START + 2 * HOUR }, 'too-late', `permit ${ID} ended 0 s ago, at 2026-11-23T08:00:00Z`],
    [{ time: START + 2 * HOUR + 1000 }, 'too-late', `permit ${ID} ended 1 s ago, at 2026-11-23T08:00:00Z`],
    [{ object: 'OB35' }, 'other-block', `OB35 is not in permit ${ID}, which has OB1, DB8`],
    [
      { action: 'restart' },
      'other-action',
      `permit ${ID} does not include restart; it includes only stop, start`,
    ],
    [
      { action: 'delete' },
      'other-action',
      `permit ${ID} does not include delete; it includes only stop, start`,
    ],
  ];
  for (const [changes, name, message] of cases)
    assert.deepEqual(whyNot(IT, wanted(changes)), { name, message });
});

test('one bit flipped anywhere in a block is other content', () => {
  const flip = fc.record({ block: fc.nat(BLOCKS.length - 1), at: fc.nat(1000), bit: fc.nat(7) });
  fc.assert(
    fc.property(flip, ({ block, at, bit }) => {
      const { object, sha256 } = BLOCKS[block]!;
      const content = Uint8Array.from(CONTENT[object]!);
      content[at % content.length]! ^= 1 << bit;
      const digest = hash('sha256', content);
      const { name, message } = whyNot(IT, wanted({ object, sha256: digest }))!;
      assert.equal(name, 'other-content');
      const end = `SHA-256 ${shortId(digest)}… in place of ${shortId(sha256)}…`;
      assert.equal(message, `the bytes of ${object} are not those approved in permit ${ID}: ${end}`);
    }),
  );
});

test('actions are covered where the permit has them, deletions where it names the block', () => {
  const it = installed({ actions: ['stop', 'delete'], deletes: ['DB9'] });
  assert.equal(whyNot(it, wanted({ action: 'stop' })), undefined);
  assert.equal(whyNot(it, wanted({ action: 'delete', object: 'DB9' })), undefined);
  assert.deepEqual(whyNot(it, wanted({ action: 'delete', object: 'DB8' })), {
    name: 'other-deletion',
    message: `permit ${shortId(it.permit.id)} allows deleting DB9, not DB8`,
  });
});

test('uses are counted by block, deletion and action', () => {
  const it = installed({ uses: 2, actions: ['delete', 'stop'], deletes: ['OB1'] }, [
    ['OB1', 2],
    ['delete OB1', 1],
  ]);
  assert.deepEqual(whyNot(it, wanted()), {
    name: 'used-up',
    message: `permit ${shortId(it.permit.id)} allows OB1 2 times, and that is used up`,
  });
  assert.equal(whyNot(it, wanted({ action: 'delete' })), undefined);
  assert.equal(whyNot(it, wanted({ object: 'DB8', sha256: BLOCKS[1]!.sha256 })), undefined);
});

test('where content is hidden the transfer is covered as often as permitted, and nothing that is seen', () => {
  const { object, sha256, ...nameless } = wanted();
  assert.equal(whyNot(installed({ unseen: true }), nameless), undefined);
  const it = installed({ unseen: true }, [['transfer', 1]]);
  assert.equal(whyNot(it, nameless)?.name, 'used-up');
  assert.equal(whyNot(it, wanted())?.name, 'other-block');
});

test('of several permits the one that covers is chosen, else the reason of the nearest', () => {
  const used = installed({}, [['OB1', 1]]);
  const other = installed({ controller: 'plc-8' });
  const late = installed({ notBefore: START - 9 * HOUR, notAfter: START - HOUR });
  const { permit } = IT;
  const chosen = choosePermits([other, late, used, IT, IT], wanted());
  assert.deepEqual(chosen, { permit, permits: [permit, permit], refusal: undefined });
  const reason = (permits: InstalledPermit[]) => choosePermits(permits, wanted()).refusal?.name;
  assert.equal(reason([used, late, other]), 'used-up');
  assert.equal(reason([other, late]), 'too-late');
  assert.equal(reason([other]), 'other-controller');
  assert.equal(reason([]), 'no-permit');
});

test('lengths of time are told in their two greatest units', () => {
  const cases: [number, string][] = [
    [0, '0 s'],
    [1, '1 s'],
    [59_000, '59 s'],
    [60_000, '1 min'],
    [3_600_000, '1 h'],
    [2 * 3_600_000 + 5 * 60_000 + 7000, '2 h 5 min'],
    [86_400_000 + 1000, '1 d 1 s'],
  ];
  for (const [milliseconds, text] of cases) assert.equal(duration(milliseconds), text);
});
