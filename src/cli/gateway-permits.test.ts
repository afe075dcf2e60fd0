import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { PermitStore } from '../program/permit-store.ts';
import { formatPublicKey } from '../program/public-key.ts';
import { APPROVERS, BY_DIGEST, CONTROLS, envelopeOf, fileOf, SHIFT, terms } from '../program/testing.ts';
import { GatewayPermits } from './gateway-permits.ts';

const folder = mkdtempSync(join(tmpdir(), 'cofferdam-gateway-permits-'));
after(() => rmSync(folder, { recursive: true }));

test('a revocation holds although the approvers file has a mistake by then', async () => {
  const file = join(folder, 'approvers.yaml');
  const lines = [SHIFT, CONTROLS].map(({ name, keys }) => `  ${name}: ${formatPublicKey(keys[0]!)}`);
  writeFileSync(file, `approvers:\n${lines.join('\n')}\n`);
  const notBefore = Math.floor(Date.now() / 1000) * 1000;
  const window = { notBefore, notAfter: notBefore + 3_600_000 };
  const store = await PermitStore.openOrMake(join(folder, 'store'), APPROVERS);
  const { permit } = await store.install(fileOf(envelopeOf([SHIFT, CONTROLS], window)), BY_DIGEST);
  const gateway = (await GatewayPermits.open(store.folder, file))!;
  const { controller, protocol, station } = terms();
  const wanted = { controller, protocol, station, from: 'eng-1', time: notBefore, object: 'OB1' };
  assert.equal(gateway.permits.cover(wanted).refusal, undefined);

  await store.revoke(permit.id, { by: 'shift-lead', reason: 'a test', time: notBefore });
  writeFileSync(file, 'approvers:');
  await assert.rejects(gateway.reload(), { code: 'COFFERDAM_PERMIT' });
  assert.equal(gateway.permits.cover(wanted).refusal?.name, 'revoked');
});

test('a permit store that is not there is told, not made', async () => {
  const approvers = join(folder, 'who.yaml');
  const lines = [SHIFT, CONTROLS].map(({ name, keys }) => `  ${name}: ${formatPublicKey(keys[0]!)}`);
  writeFileSync(approvers, `approvers:\n${lines.join('\n')}\n`);
  const open = GatewayPermits.open(join(folder, 'nowhere'), approvers);
  await assert.rejects(open, { code: 'COFFERDAM_PERMIT', message: /nowhere: no permit store there/ });
  assert.ok(!existsSync(join(folder, 'nowhere')));
});
