/** Changes under a permit: as approved, and nothing else is. */

import assert from 'node:assert/strict';
import { hash } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { BlockType, type S7Block } from '../plant/s7-block.ts';
import { PermitStore } from '../program/permit-store.ts';
import type { PermitTerms } from '../program/statement.ts';
import { APPROVERS, CONTROLS, envelopeOf, fileOf, HOUR, SHIFT, START } from '../program/testing.ts';
import { approvedFrom } from './approved-program.ts';
import { type Audit, Auditor } from './auditor.ts';
import { Permitted } from './permitted.ts';
import { readDevice } from './read-device.ts';
import { block, CODE, put, type Stand, stand } from './testing.ts';

const folder = mkdtempSync(join(tmpdir(), 'cofferdam-'));
after(() => rmSync(folder, { recursive: true }));
let count = 0;

const NEW_OB = block(BlockType.OB, 1, CODE.with(3, 0xbb));
const NEW_DB = block(BlockType.DB, 9, new Uint8Array(40), 'LIMITS');

const approved = ({ bytes }: S7Block, object: string) => ({
  object,
  sha256: hash('sha256', bytes),
  bytes: bytes.length,
});

/** An audit of a controller that was changed, with a store in which the permits are, used as said. */
async function auditWith(
  change: (on: Stand) => void,
  permits: readonly (Partial<PermitTerms> & { readonly used?: readonly string[] })[],
  then: (store: PermitStore) => Promise<void> = async () => {},
): Promise<Audit> {
  const on = await stand();
  try {
    const { program, ended } = await readDevice(on.device, { rate: 100_000 });
    // As the gateway saw it: within the windows.
    const store = await PermitStore.openOrMake(join(folder, `store-${++count}`), APPROVERS, () => START + 1);
    for (const { used = [], ...terms } of permits) {
      const envelope = fileOf(envelopeOf([SHIFT, CONTROLS], terms));
      const blocks = [NEW_OB, NEW_DB, block(BlockType.OB, 1)].map(
        ({ bytes }) => [hash('sha256', bytes), bytes] as const,
      );
      const { permit } = await store.install(envelope, new Map(blocks));
      for (const use of used) await store.recordUse(permit, use, terms.notBefore ?? START);
    }
    await then(store);
    change(on);
    const options = { rate: 100_000, clock: 60, values: false, keep: join(folder, `keep-${count}`) };
    const permitted = new Permitted(store, on.device);
    return await new Auditor(on.device, approvedFrom(on.device, program, ended), {
      ...options,
      permitted,
    }).run();
  } finally {
    await on.close();
  }
}

const loadOb = ({ controller }: Stand) => put(controller, NEW_OB);
const OB = { blocks: [approved(NEW_OB, 'OB1')] };

test('a block that was loaded under a permit is as approved', async () => {
  const { findings, comparison } = await auditWith(loadOb, [{ ...OB, used: ['OB1'] }]);
  assert.deepEqual(findings, []);
  assert.equal(comparison?.permitted[0]?.object, 'OB1');
  assert.match(comparison.permitted[0].permit, /^[0-9a-f]{12}$/);
});

test('a data block that was loaded under a permit may have other present values', async () => {
  const blocks = [approved(NEW_DB, 'DB9')];
  const { findings, comparison } = await auditWith(
    ({ controller }) => {
      put(controller, NEW_DB);
      controller.data(9)!.setFloat32(0, 1064);
    },
    [{ blocks, used: ['DB9'] }],
  );
  assert.deepEqual(findings, []);
  assert.deepEqual(
    comparison?.permitted.map(({ object }) => object),
    ['DB9'],
  );
});

test('a block that was deleted under a permit is not missing', async () => {
  const remove = ({ controller }: Stand) => void controller.delete(BlockType.FC, 7);
  const terms = { blocks: [], deletes: ['FC7'], actions: ['delete'] } as const;
  assert.deepEqual((await auditWith(remove, [{ ...terms, used: ['delete FC7'] }])).findings, []);
  const unused = await auditWith(remove, [terms]);
  assert.deepEqual(
    unused.findings.map(({ kind }) => kind),
    ['audit.block-missing'],
  );
});

const NO: readonly (readonly [what: string, ...Parameters<typeof auditWith>])[] = [
  ['nobody used', loadOb, [OB]],
  ['is for another controller', loadOb, [{ ...OB, controller: 'plc-8', used: ['OB1'] }]],
  ['is for another station', loadOb, [{ ...OB, station: '0/3', used: ['OB1'] }]],
  ['is for another block', loadOb, [{ blocks: [approved(NEW_DB, 'OB1')], used: ['OB1'] }]],
  [
    'a later one replaced',
    loadOb,
    [
      { ...OB, used: ['OB1'] },
      {
        ticket: 'CHG-1043',
        blocks: [approved(block(BlockType.OB, 1), 'OB1')],
        notBefore: START + HOUR,
        notAfter: START + 3 * HOUR,
        used: ['OB1'],
      },
    ],
  ],
  [
    'was revoked',
    loadOb,
    [{ ...OB, used: ['OB1'] }],
    async store => {
      const [{ permit }] = store.permits as [(typeof store.permits)[0]];
      await store.revoke(permit.id, { by: 'shift-lead', time: START + 2, reason: 'wrong block' });
    },
  ],
];
for (const [what, ...given] of NO) {
  test(`a permit that ${what} excuses nothing`, async () => {
    const { findings, comparison } = await auditWith(...given);
    assert.deepEqual(
      findings.map(({ kind }) => kind),
      ['audit.block-changed'],
    );
    assert.deepEqual(comparison?.permitted, []);
  });
}
