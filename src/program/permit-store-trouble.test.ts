import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  renameSync,
  rmdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { PermitStore } from './permit-store.ts';
import { APPROVERS, BY_DIGEST, CONTROLS, envelopeOf, fileOf, HOUR, SHIFT, START } from './testing.ts';
import { whyNot } from './why-not.ts';

const root = mkdtempSync(join(tmpdir(), 'cofferdam-trouble-'));
after(() => rmSync(root, { recursive: true }));
let folders = 0;
const REVOCATION = { by: 'shift-lead', time: START, reason: 'stop everything' };

/** A gateway's store with one permit, and another store on the same folder. */
async function twoStores(): Promise<{ store: PermitStore; other: PermitStore; folder: string }> {
  const folder = join(root, `${++folders}`);
  mkdirSync(folder);
  const open = () => PermitStore.open(folder, APPROVERS, () => START + HOUR);
  const other = await open();
  await other.install(fileOf(envelopeOf([SHIFT, CONTROLS])), BY_DIGEST);
  return { store: await open(), other, folder };
}

function refused(store: PermitStore): string | undefined {
  const [installed] = store.permits;
  return whyNot(installed!, { ...installed!.permit, from: 'eng-1', time: START, object: 'OB1' })?.name;
}

test('a revocation holds although the permits cannot be read again', async () => {
  const { store, other, folder } = await twoStores();
  const { permit } = store.permits[0]!;
  const permits = join(folder, 'permits');
  renameSync(permits, `${permits}.away`);
  writeFileSync(permits, '');
  await assert.rejects(store.reload(), { code: 'ENOTDIR' });
  assert.equal(refused(store), undefined);
  await assert.rejects(other.revoke(permit.id, REVOCATION));
  await assert.rejects(store.reload());
  assert.equal(refused(store), 'revoked');
});

test('a revocation holds although there are too many files among the permits', async () => {
  const { store, other, folder } = await twoStores();
  await other.revoke(store.permits[0]!.permit.id, REVOCATION);
  for (let i = 0; i < 10_000; i++) symlinkSync('x', join(folder, 'permits', `x${i}`));
  await assert.rejects(store.reload(), /has more than 10000 permits; move old ones out/);
  assert.equal(refused(store), 'revoked');
});

test('where nobody can tell what was revoked, nothing is covered', async () => {
  const { store, folder } = await twoStores();
  rmdirSync(join(folder, 'revoked'));
  writeFileSync(join(folder, 'revoked'), '');
  await assert.rejects(store.recordUse(store.permits[0]!.permit, 'OB1', START));
  rmSync(join(folder, 'permits'), { recursive: true });
  writeFileSync(join(folder, 'permits'), '');
  await assert.rejects(store.reload());
  assert.equal(refused(store), 'damaged');
});

test('a use is not recorded once the revocation is on the disk', async () => {
  const { store, other, folder } = await twoStores();
  const { permit } = store.permits[0]!;
  await other.revoke(permit.id, REVOCATION);
  await assert.rejects(store.recordUse(permit, 'OB1', START), {
    code: 'COFFERDAM_PERMIT',
    message: /was revoked by shift-lead/,
  });
  assert.deepEqual(readdirSync(join(folder, 'uses')), []);
  assert.equal(refused(store), 'revoked');
});

test('a use that could not be recorded is none, once the disk is well again', async () => {
  const { store, folder } = await twoStores();
  const { permit } = store.permits[0]!;
  const uses = join(folder, 'uses', permit.id);
  // Where the disk is full or read-only, files cannot be made in there either.
  symlinkSync('/proc/self/fdinfo', uses);
  await assert.rejects(store.recordUse(permit, 'OB1', START));
  rmSync(uses);
  assert.equal(store.usesLeft(permit, 'OB1'), 1);
  await store.recordUse(permit, 'OB1', START);
  assert.equal(store.usesLeft(permit, 'OB1'), 0);
});

test('a pipe anywhere in the store hangs nothing', async () => {
  const { store, folder } = await twoStores();
  const { id } = store.permits[0]!.permit;
  execFileSync('mkfifo', [join(folder, 'permits', 'x.json')]);
  await store.reload();
  assert.match(store.damaged[0]!.refusal.message, /x\.json: is no regular file/);
  assert.equal(refused(store), undefined);
  execFileSync('mkfifo', [join(folder, 'revoked', `${id}.json`)]);
  await store.reload();
  assert.equal(refused(store), 'revoked');
});

test('names of files in the store reach no terminal raw', async () => {
  const { store, folder } = await twoStores();
  writeFileSync(join(folder, 'permits', 'x\u001b[2J\u202Egnp.json\n0123 in force'), '{}');
  mkdirSync(join(folder, 'permits', 'y\u001b[2J'));
  await store.reload();
  const [file, subfolder] = store.damaged;
  assert.equal(file?.file, 'x?[2J?gnp.json?0123 in force');
  assert.match(subfolder!.refusal.message, /\/y\?\[2J: is no regular file/);
});
