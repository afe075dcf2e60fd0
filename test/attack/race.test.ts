/**
 * Two gateways on one store want the last use at the same moment.
 *
 * @module
 */

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { parseApprovers } from '../../src/program/approvers-file.ts';
import { PermitStore } from '../../src/program/permit-store.ts';
import { permitStand } from '../gateway/permit-stand.ts';

test('of two gateways one gets the last use', async t => {
  const stand = await permitStand(t);
  await stand.put({ uses: 3 }, { OB1: Buffer.from('a block') }, ['shift-lead', 'controls-lead']);
  const approvers = parseApprovers(await readFile(stand.approversFile, 'utf8'), 'a');
  const stores = [
    stand.store,
    ...(await Promise.all([1, 2].map(() => PermitStore.open(stand.folder, approvers)))),
  ];
  const { permit } = stand.store.permits[0]!;
  const tries = stores.flatMap(store =>
    Array.from({ length: 4 }, () => store.recordUse(permit, 'OB1', Date.now())),
  );
  const done = await Promise.allSettled(tries);
  assert.equal(done.filter(({ status }) => status === 'fulfilled').length, 3);
});
