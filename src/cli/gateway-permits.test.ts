import assert from 'node:assert/strict';
import { existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { loadApprovers } from '../program/approvers-file.ts';
import { formatOpening } from '../program/opening.ts';
import { installOpening } from '../program/opening-store.ts';
import { PermitStore } from '../program/permit-store.ts';
import { formatPublicKey } from '../program/public-key.ts';
import { PAYLOAD_TYPE } from '../program/statement.ts';
import {
  APPROVERS,
  BY_DIGEST,
  CONTROLS,
  envelopeOf,
  fileOf,
  SHIFT,
  signatureOf,
  terms,
} from '../program/testing.ts';
import { GatewayPermits } from './gateway-permits.ts';

const folder = mkdtempSync(join(tmpdir(), 'cofferdam-gateway-permits-'));
after(() => rmSync(folder, { recursive: true }));
const KEYS = [SHIFT, CONTROLS].map(({ name, keys }) => `  ${name}: ${formatPublicKey(keys[0]!)}\n`);
/** An approvers file. */
const TWO = `approvers:\n${KEYS.join('')}`;

test('a revocation holds although the approvers file has a mistake by then', async () => {
  const file = join(folder, 'approvers.yaml');
  writeFileSync(file, TWO);
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

test('a revocation holds although the openings cannot be read again', async () => {
  const file = join(folder, 'opened.yaml');
  writeFileSync(file, TWO);
  const store = join(folder, 'opened');
  mkdirSync(store);
  const notBefore = Math.floor(Date.now() / 1000) * 1000;
  const conduit = { from: ['eng-1'], to: 'plc-7', protocol: 's7comm' };
  const window = { notBefore, notAfter: notBefore + 60_000 };
  const payload = formatOpening({ ...conduit, ...window, reason: 'a test', requester: 'engineer-1' });
  const signatures = [SHIFT, CONTROLS].map(one => signatureOf(one, payload));
  const envelope = fileOf({ payloadType: PAYLOAD_TYPE, payload, signatures });
  const { opening } = await installOpening(store, envelope, await loadApprovers(file));
  const gateway = (await GatewayPermits.open(store, file))!;
  const reasons = () => gateway.openings.openings.map(({ unusable }) => unusable?.name);
  assert.deepEqual(reasons(), [undefined]);

  for (let i = 0; i < 1000; i++) symlinkSync('x', join(store, 'openings', `x${i}`));
  const revocation = JSON.stringify({ by: 'shift-lead', reason: 'a test', time: '2026-11-23T06:00:00Z' });
  writeFileSync(join(store, 'revoked', `${opening.id}.json`), revocation);
  await assert.rejects(gateway.reload(), /more than 1000 openings/);
  assert.deepEqual(reasons(), ['revoked']);
});

test('approvers of a controller that the policy does not name are told', async () => {
  const file = join(folder, 'panel.yaml');
  const panels = 'controllers:\n  PLC-7: { threshold: 2 }\n  plc-8: { threshold: 2 }\n';
  writeFileSync(file, TWO + panels);
  const store = join(folder, 'panels');
  mkdirSync(store);
  const gateway = (await GatewayPermits.open(store, file))!;
  const notes = gateway
    .lines(
      new Map([
        ['plc-7', 1],
        ['plc-8', 1],
      ]),
    )
    .filter(line => line.startsWith('NOTE'));
  assert.deepEqual(notes, [
    `NOTE ${file}: the approvers for 'PLC-7' decide about nothing: the policy has no host of that name`,
  ]);
});

test('a permit store that is not there is told, not made', async () => {
  const approvers = join(folder, 'who.yaml');
  writeFileSync(approvers, TWO);
  const open = GatewayPermits.open(join(folder, 'nowhere'), approvers);
  await assert.rejects(open, { code: 'COFFERDAM_PERMIT', message: /nowhere: no permit store there/ });
  assert.ok(!existsSync(join(folder, 'nowhere')));
});
