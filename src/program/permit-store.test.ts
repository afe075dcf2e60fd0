import assert from 'node:assert/strict';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { PermitStore } from './permit-store.ts';
import type { PermitTerms } from './statement.ts';
import {
  APPROVERS,
  approversOf,
  BLOCKS,
  BY_DIGEST,
  CONTENT,
  CONTROLS,
  envelopeOf,
  fileOf,
  HOUR,
  SAFETY,
  SHIFT,
  START,
} from './testing.ts';
import { whyNot } from './why-not.ts';

const root = mkdtempSync(join(tmpdir(), 'cofferdam-store-'));
after(() => rmSync(root, { recursive: true }));
let folders = 0;
const now = () => START + HOUR;

async function storeWith(changes: Partial<PermitTerms> = {}): Promise<PermitStore> {
  const store = await PermitStore.openOrMake(join(root, `${++folders}`), APPROVERS, now);
  await store.install(fileOf(envelopeOf([SHIFT, CONTROLS], changes)), BY_DIGEST);
  return store;
}

const again = (store: PermitStore) => PermitStore.open(store.folder, APPROVERS, now);

test('a folder that is no store is not taken for one, nor made into one', async () => {
  const folder = join(root, 'new', 'store');
  const open = (path = folder) => PermitStore.open(path, APPROVERS, now);
  await assert.rejects(open(), { code: 'COFFERDAM_PERMIT', message: /store: no permit store there; check/ });
  writeFileSync(join(root, 'notes'), '');
  await assert.rejects(open(root), /: no permit store there; check the name \(it has 'notes' in it\)$/);
  await assert.rejects(PermitStore.openOrMake(root, APPROVERS, now), /: no permit store there/);
  assert.deepEqual((await PermitStore.openOrMake(folder, APPROVERS, now)).permits, []);
  assert.ok(!existsSync(folder));
  mkdirSync(folder, { recursive: true });
  assert.deepEqual((await open()).permits, []);
  rmSync(join(folder, 'uses'), { recursive: true });
  assert.deepEqual((await open()).permits, [], 'folders with nothing in them may be lost in a copy');
});

test('what is installed is there after a restart, with the bytes of its blocks', async () => {
  const store = await again(await storeWith());
  const [installed] = store.permits;
  assert.equal(installed?.unusable, undefined);
  assert.equal(installed?.permit.ticket, 'CHG-1042');
  for (const { object, sha256 } of BLOCKS)
    assert.deepEqual(new Uint8Array(store.block(sha256)!), CONTENT[object]);
  assert.equal(store.block('0'.repeat(64)), undefined);
});

test('a permit that does not hold, or whose blocks are not there, is not installed', async () => {
  const store = await PermitStore.openOrMake(join(root, 'refusing'), APPROVERS, now);
  const install = (envelope = envelopeOf([SHIFT, CONTROLS]), blocks = BY_DIGEST) =>
    store.install(fileOf(envelope), blocks);
  await assert.rejects(install(envelopeOf([SHIFT])), /signed only by shift-lead/);
  await assert.rejects(
    install(undefined, new Map()),
    /the bytes of OB1 that permit \w{12} approves .* are not there/,
  );
  const changed = Uint8Array.from(CONTENT.OB1!);
  changed[0]! ^= 1;
  const wrong = new Map([...BY_DIGEST, [BLOCKS[0]!.sha256, changed] as const]);
  await assert.rejects(install(undefined, wrong), { code: 'COFFERDAM_PERMIT', message: /the bytes of OB1/ });
  const past = { notBefore: START - HOUR, notAfter: START + HOUR };
  await assert.rejects(
    install(envelopeOf([SHIFT, CONTROLS], past)),
    /ended 0 s ago, at 2026-11-23T07:00:00Z/,
  );
  assert.ok(!existsSync(store.folder), 'what is refused leaves nothing behind');
});

test('uses survive a restart, and end', async () => {
  const store = await storeWith({ uses: 2 });
  const { permit } = store.permits[0]!;
  assert.equal(store.usesLeft(permit, 'OB1'), 2);
  await store.recordUse(permit, 'OB1', START);
  assert.equal(store.usesLeft(permit, 'OB1'), 1);
  const restarted = await again(store);
  assert.equal(restarted.usesLeft(permit, 'OB1'), 1);
  assert.equal(restarted.usesLeft(permit, 'DB8'), 2);
  await restarted.recordUse(permit, 'OB1', START + 1000);
  assert.equal(restarted.usesLeft(permit, 'OB1'), 0);
  await assert.rejects(restarted.recordUse(permit, 'OB1', START), {
    code: 'COFFERDAM_PERMIT',
    message: /no further use of OB1/,
  });
});

test('several gateways on one store never pass more than the permit allows', async () => {
  const stores = [await storeWith({ uses: 5 })];
  for (let i = 0; i < 3; i++) stores.push(await again(stores[0]!));
  const uses = stores.flatMap(store =>
    Array.from({ length: 4 }, () => store.recordUse(store.permits[0]!.permit, 'OB1', START)),
  );
  const settled = await Promise.allSettled(uses);
  assert.equal(settled.filter(({ status }) => status === 'fulfilled').length, 5);
  for (const store of stores) {
    await store.reload();
    assert.equal(store.usesLeft(store.permits[0]!.permit, 'OB1'), 0);
  }
});

test('a use whose recording the power failure cut short counts, and none can be given back', async () => {
  const store = await storeWith({ uses: 3 });
  const { permit } = store.permits[0]!;
  const folder = join(store.folder, 'uses', permit.id);
  await store.recordUse(permit, 'OB1', START);
  writeFileSync(join(folder, 'OB1.2'), '');
  rmSync(join(folder, 'OB1.1'));
  assert.equal((await again(store)).usesLeft(permit, 'OB1'), 1);
});

test('names of objects cannot leave the folder of uses', async () => {
  const store = await storeWith({ uses: 2 });
  const { permit } = store.permits[0]!;
  for (const object of ['../../x', '..', 'a/b', 'a.1', 'delete OB1', '%2e']) {
    await store.recordUse(permit, object, START);
    assert.equal((await again(store)).usesLeft(permit, object), 1, object);
  }
  assert.equal(readdirSync(join(store.folder, 'uses')).length, 1);
});

test('a revoked permit covers nothing, at once and after a restart, and cannot be installed anew', async () => {
  const store = await storeWith();
  const { permit } = store.permits[0]!;
  const wanted = { ...permit, from: 'eng-1', time: START, object: 'OB1' };
  assert.equal(whyNot(store.permits[0]!, wanted), undefined);
  const first = { by: 'shift-lead', reason: 'wrong valve', time: START };
  assert.equal(await store.revoke(permit.id, first), undefined);
  assert.deepEqual(
    await store.revoke(permit.id, { by: 'somebody', reason: 'again', time: START + 1 }),
    first,
  );
  const anew = store.install(fileOf(envelopeOf([SHIFT, SAFETY])), BY_DIGEST);
  await assert.rejects(anew, /was revoked by shift-lead at 2026-11-23T06:00:00Z: wrong valve$/);
  for (const one of [store, await again(store)]) {
    const { name, message } = whyNot(one.permits[0]!, wanted)!;
    assert.equal(name, 'revoked');
    assert.match(message, /was revoked by shift-lead at 2026-11-23T06:00:00Z: wrong valve$/);
  }
});

test('a revocation that cannot be read revokes as well', async () => {
  const store = await storeWith();
  const { permit } = store.permits[0]!;
  writeFileSync(join(store.folder, 'revoked', `${permit.id}.json`), '{');
  await store.reload();
  assert.equal(store.permits[0]!.unusable?.name, 'revoked');
});

test('what was changed in the store covers nothing, and says so', async () => {
  const store = await storeWith();
  const { permit } = store.permits[0]!;
  const block = join(store.folder, 'blocks', BLOCKS[1]!.sha256);
  const bytes = readFileSync(block);
  bytes[3]! ^= 0x10;
  writeFileSync(block, bytes);
  await store.reload();
  assert.equal(store.permits[0]!.unusable?.name, 'content-missing');
  rmSync(block);
  await store.reload();
  assert.equal(store.permits[0]!.unusable?.name, 'content-missing');

  const file = join(store.folder, 'permits', `${permit.id}.json`);
  const good = readFileSync(file, 'utf8');
  writeFileSync(file, good.replace('payloadType', 'payloadtype'));
  writeFileSync(join(store.folder, 'permits', `${'0'.repeat(64)}.json`), good);
  writeFileSync(join(store.folder, 'permits', 'half.json.0123.tmp'), good.slice(9));
  mkdirSync(join(store.folder, 'permits', 'folder'));
  await store.reload();
  assert.deepEqual(store.permits, []);
  assert.deepEqual(
    store.damaged.map(({ file, refusal }) => [file.slice(0, 6), refusal.name]),
    [
      ['000000', 'damaged'],
      [permit.id.slice(0, 6), 'damaged'],
      ['folder', 'damaged'],
    ].sort(),
  );
});

test('an approver who is no longer one no longer approves', async () => {
  const store = await storeWith();
  await store.reload(approversOf([CONTROLS, SAFETY]));
  assert.equal(store.permits[0]!.unusable?.name, 'unsigned');
  await store.reload(APPROVERS);
  assert.equal(store.permits[0]!.unusable, undefined);
});

test('a permit whose content cannot be seen needs no blocks', async () => {
  const store = await PermitStore.openOrMake(join(root, 'unseen'), APPROVERS, now);
  await store.install(fileOf(envelopeOf([SHIFT, CONTROLS], { unseen: true })), new Map());
  assert.equal((await again(store)).permits[0]!.unusable, undefined);
});
