/**
 * An engineering station loads blocks into a simulated S7 controller through a live gateway, with permits from a store
 * on disk that people with keys have signed.
 *
 * @module
 */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { GatewayEvent } from '../../src/gateway/event.ts';
import { BlockType, blockName, makeBlock } from '../../src/plant/s7-block.ts';
import type { PermitTerms } from '../../src/program/statement.ts';
import type { Person } from './permit-stand.ts';
import { programHall } from './program-hall.ts';

const CODE = Uint8Array.from({ length: 700 }, (_, i) => (i * 11) & 0xff);
const OB35 = makeBlock(BlockType.OB, 35, CODE, 'GUARD');
const FC10 = makeBlock(BlockType.FC, 10, CODE.subarray(0, 131), 'SPEED');
const APPROVED = { OB35: OB35.bytes, FC10: FC10.bytes };
const BOTH: readonly Person[] = ['shift-lead', 'controls-lead'];

/** The reasons for which something was refused, in order. */
function refusals(events: readonly GatewayEvent[]): string[] {
  return events.flatMap(event => (event.event === 'verdict' && event.refusal ? [event.refusal] : []));
}

test('what two people approved is loaded, as often as they said', async t => {
  const { load, put, store, events } = await programHall(t);
  const id = await put({ uses: 2 }, APPROVED, BOTH);
  for (const block of [OB35, FC10, OB35]) assert.ok(await load(block), blockName(block.type, block.number));
  assert.deepEqual(refusals(events), []);
  const passed = events.filter(event => event.event === 'verdict' && event.verb === 'activate');
  assert.deepEqual(
    passed.map(event => event.event === 'verdict' && event.permit),
    [id, id, id],
  );
  await store.reload();
  assert.deepEqual(
    [...store.permits[0]!.used],
    [
      ['FC10', 1],
      ['OB35', 2],
    ],
  );
});

test('a permit that was used up stays so after a restart of the gateway', async t => {
  const first = await programHall(t);
  await first.put({}, APPROVED, BOTH);
  assert.ok(await first.load(OB35));
  await first.store.reload();
  const other = makeBlock(BlockType.OB, 35, CODE.subarray(1), 'GUARD');
  assert.equal(await first.load(other), false);
  assert.deepEqual(refusals(first.events), ['used-up']);
});

/** Who signs, the terms, and the reason of the refusal. */
const REFUSED: readonly (readonly [string, readonly Person[], Partial<PermitTerms>, string])[] = [
  ['one signature is missing', ['shift-lead'], {}, 'unsigned'],
  ['the requester signs for himself', ['shift-lead', 'engineer-1'], {}, 'self-approved'],
  ['it is for another controller', BOTH, { controller: 'plc-2' }, 'other-controller'],
  ['its window was yesterday', BOTH, window(-86_400_000), 'too-late'],
  ['its window is tomorrow', BOTH, window(86_400_000), 'too-early'],
];
for (const [what, by, terms, reason] of REFUSED) {
  test(`refused: ${what}`, async t => {
    const { load, put, events, controller } = await programHall(t);
    const before = controller.block(BlockType.OB, 35)!.bytes.slice();
    await put(terms, APPROVED, by);
    assert.equal(await load(OB35), false);
    assert.deepEqual(refusals(events), [reason]);
    const findings = events.filter(event => event.event === 'finding');
    assert.deepEqual(
      findings.map(({ finding }) => finding.kind),
      ['program.unpermitted'],
    );
    assert.deepEqual(controller.block(BlockType.OB, 35)!.bytes, before);
  });
}

test('refused: it was revoked', async t => {
  const { load, put, store, events } = await programHall(t);
  const id = await put({}, APPROVED, BOTH);
  assert.ok(await load(OB35));
  await store.revoke(id, { by: 'shift-lead', time: Date.now(), reason: 'the work is postponed' });
  assert.equal(await load(FC10), false);
  assert.deepEqual(refusals(events), ['revoked']);
});

test('refused: one block more, and one bit flipped', async t => {
  const { load, put, events } = await programHall(t);
  await put({}, { OB35: OB35.bytes }, BOTH);
  assert.equal(await load(FC10), false);
  const flipped = makeBlock(BlockType.OB, 35, CODE.with(650, CODE[650]! ^ 0x10), 'GUARD');
  assert.equal(await load(flipped), false);
  // Told that its download has ended, the station asks for the block to take effect all the same.
  assert.deepEqual(refusals(events), ['other-block', 'other-content', 'not-transferred']);
  const [, mismatch] = events.filter(event => event.event === 'finding');
  const seen = Buffer.from(mismatch!.finding.evidence[0]!.bytes!, 'base64');
  assert.deepEqual(seen, Buffer.from(flipped.bytes.subarray(0, seen.length)));
  assert.ok(seen.length > 650);
  assert.ok(await load(OB35), 'the session lives, and what is approved can be loaded');
});

function window(shift: number): Partial<PermitTerms> {
  const now = Math.floor(Date.now() / 1000) * 1000;
  return { notBefore: now + shift, notAfter: now + shift + 3_600_000 };
}
