/**
 * The permit store and the files that decide: what somebody does to them, or what breaks, must not open anything.
 *
 * @module
 */

import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdir, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { GatewayPermits } from '../../src/cli/gateway-permits.ts';
import { isSignatureOf } from '../../src/program/approvals.ts';
import { parseApprovers } from '../../src/program/approvers-file.ts';
import { PermitStore } from '../../src/program/permit-store.ts';
import { parsePublicKey } from '../../src/program/public-key.ts';
import { permitStand } from '../gateway/permit-stand.ts';

const OB1 = Buffer.from('an approved block');
const BOTH = ['shift-lead', 'controls-lead'] as const;
const wanted = () => ({
  controller: 'plc',
  protocol: 's7comm',
  station: '0/2',
  from: 'hmi',
  time: Date.now(),
  object: 'OB1',
});
const REVOCATION = { by: 'shift-lead', time: Date.now(), reason: 'stop everything' };

test('a revocation holds although the approvers file cannot be read just then', async t => {
  const stand = await permitStand(t);
  const id = await stand.put({}, { OB1 }, BOTH);
  const gateway = (await GatewayPermits.open(stand.folder, stand.approversFile))!;
  assert.ok(gateway.permits.cover(wanted()).permit);
  await writeFile(stand.approversFile, 'approvers: [');
  await stand.store.revoke(id, REVOCATION);
  await gateway.reload().catch(() => {});
  assert.equal(gateway.permits.cover(wanted()).permit, undefined, 'revoked, and still in force');
});

test('a revocation holds although there are too many files among the permits', async t => {
  const stand = await permitStand(t);
  const id = await stand.put({}, { OB1 }, BOTH);
  const gateway = (await GatewayPermits.open(stand.folder, stand.approversFile))!;
  await stand.store.revoke(id, REVOCATION);
  for (let i = 0; i <= 10_000; i++) await writeFile(join(stand.folder, 'permits', `x${i}`), '');
  await gateway.reload().catch(() => {});
  assert.equal(gateway.permits.cover(wanted()).permit, undefined, 'revoked, and still in force');
});

test('a use is not recorded once the revocation is on the disk', async t => {
  const stand = await permitStand(t);
  const id = await stand.put({}, { OB1 }, BOTH);
  const gateway = (await GatewayPermits.open(stand.folder, stand.approversFile))!;
  const { permit } = gateway.permits.cover(wanted());
  await stand.store.revoke(id, REVOCATION);
  await assert.rejects(gateway.permits.recordUse(permit!, wanted()));
});

test('a use that could not be recorded is none, once the disk is well again', async t => {
  const stand = await permitStand(t);
  const id = await stand.put({}, { OB1 }, BOTH);
  const { permit } = stand.permits.cover(wanted());
  const uses = join(stand.folder, 'uses', id);
  // Files cannot be made in there, as where the disk is full or read only.
  await symlink('/proc/self/fdinfo', uses);
  await assert.rejects(stand.permits.recordUse(permit!, wanted()));
  await rm(uses);
  await mkdir(uses);
  assert.ok(stand.permits.cover(wanted()).permit, 'it counts as used, and no file says so');
});

test('a pipe among the permits hangs nothing', { timeout: 10_000 }, async t => {
  const stand = await permitStand(t);
  await stand.put({}, { OB1 }, BOTH);
  const pipe = join(stand.folder, 'permits', 'x.json');
  execFileSync('mkfifo', [pipe]);
  const read = stand.store.reload().then(() => 'read');
  const late = new Promise(resolve => setTimeout(resolve, 2000, 'hangs')).then(what => what);
  const outcome = await Promise.race([read, late]);
  // Lets the reader go, or the process never ends.
  execFileSync('sh', ['-c', `: > '${pipe}' & sleep 0.1`]);
  assert.equal(outcome, 'read');
});

test('names of files in the store reach no terminal raw', async t => {
  const stand = await permitStand(t);
  await writeFile(join(stand.folder, 'permits', 'x\u001b[2J\u202Egnp.json\n0123 in force'), '{}');
  const main = new URL('../../src/cli/main.ts', import.meta.url).pathname;
  const args = ['permit', 'list', '--permits', stand.folder, '--approvers', stand.approversFile];
  const { stdout } = spawnSync(process.execPath, [main, ...args], { encoding: 'utf8' });
  assert.ok(!stdout.includes('\u001b') && !stdout.includes('\u202E'), JSON.stringify(stdout));
});

test('an approver cannot ask under a name that looks exactly like his own', async t => {
  const stand = await permitStand(t);
  // A variation selector is seen by nobody; so is a combining grapheme joiner.
  for (const invisible of ['\uFE0F', '\u034F']) {
    const id = await stand.put({ requester: `shift-lead${invisible}` }, { OB1 }, BOTH);
    const installed = stand.store.permits.find(({ permit }) => permit.id === id);
    assert.equal(installed?.unusable?.name, 'self-approved', JSON.stringify(invisible));
  }
});

test('two approvers do not differ by something that nobody sees', () => {
  const key = (n: number) => `ssh-ed25519 ${ssh(n)}`;
  const text = `approvers:\n  shift-lead: ${key(1)}\n  "shift-lead\uFE0F": ${key(2)}\n`;
  assert.throws(() => parseApprovers(text, 'approvers.yaml'), /twice/);
});

test('a panel for a controller that the policy does not have is told', async t => {
  const stand = await permitStand(t);
  const { readFile } = await import('node:fs/promises');
  const text = (await readFile(stand.approversFile, 'utf8')).concat(
    'controllers:\n  PLC: { threshold: 3 }\n',
  );
  await writeFile(stand.approversFile, text);
  const { policyText } = await import('../gateway/stand.ts');
  const policy = join(stand.folder, 'policy.yaml');
  await writeFile(
    policy,
    policyText().replace('      - write: DB1 0-9', '      - write: DB1 0-9\n    download: permit'),
  );
  const main = new URL('../../src/cli/main.ts', import.meta.url).pathname;
  const args = [
    'gateway',
    '--policy',
    policy,
    '--permits',
    stand.folder,
    '--approvers',
    stand.approversFile,
    '--check',
  ];
  const { stdout, status } = spawnSync(process.execPath, [main, ...args], { encoding: 'utf8' });
  assert.ok(
    status !== 0 || /\bPLC\b/.test(stdout),
    `plc needs 2 approvals and not 3, and nobody is told: ${stdout}`,
  );
});

test('a key of small order, with which everybody could sign, signs nothing', () => {
  const point = Buffer.alloc(32);
  point[0] = 1;
  const bytes = Buffer.alloc(64);
  bytes[0] = 1;
  const key = parsePublicKey(`ssh-ed25519 ${sshOf(point)}`);
  assert.equal(isSignatureOf({ keyId: key.id, bytes }, key, Buffer.from('anything')), false);
});

test('the largest permit that may be written can be read', async t => {
  const stand = await permitStand(t);
  const blocks = Object.fromEntries(
    Array.from({ length: 4096 }, (_, i) => [`FC${i}`, Buffer.from(`block ${i}`)]),
  );
  const id = await stand.put({}, blocks, BOTH);
  const fresh = await PermitStore.open(stand.folder, parseApprovers(await read(stand.approversFile), 'a'));
  assert.equal(fresh.permits.find(({ permit }) => permit.id === id)?.unusable, undefined);
  assert.equal(fresh.permits.length, 1);
});

async function read(file: string): Promise<string> {
  const { readFile } = await import('node:fs/promises');
  return await readFile(file, 'utf8');
}

function ssh(n: number): string {
  return sshOf(Buffer.alloc(32, n + 7));
}

function sshOf(point: Buffer): string {
  const text = Buffer.from('ssh-ed25519');
  const length = (bytes: Buffer) => {
    const it = Buffer.alloc(4);
    it.writeUInt32BE(bytes.length);
    return Buffer.concat([it, bytes]);
  };
  return Buffer.concat([length(text), length(point)]).toString('base64');
}
