/**
 * What gateways tell audits through a folder: whole, for as long as it is so, and not much longer.
 *
 * @module
 */

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
import { setTimeout as sleep } from 'node:timers/promises';
import { LoadingMarks, readMarks } from './loading-marks.ts';

const root = mkdtempSync(join(tmpdir(), 'cofferdam-marks-'));
after(() => rmSync(root, { recursive: true }));
const PLC = { name: 'plc-7', address: '10.2.0.7' };
const OTHER = { name: 'plc-8', address: '10.2.0.8' };

function folder(name: string): string {
  mkdirSync(join(root, name));
  return join(root, name);
}

/** Polls until `what` holds: a file is written in its own time. */
async function until(what: () => Promise<boolean>): Promise<void> {
  while (!(await what())) await sleep(2);
}

test('what a gateway tells is read by name and by address, and is gone when it says so, or goes', async () => {
  const state = folder('told');
  const troubles: string[] = [];
  const marks = await LoadingMarks.open(state, why => troubles.push(why));
  assert.deepEqual(await readMarks(state, PLC), { since: undefined, protected: false });
  marks.protects([PLC, OTHER]);
  await until(async () => (await readMarks(state, PLC)).protected);
  marks.loading(PLC, 1000);
  marks.loading(OTHER, 2000);
  marks.loading(OTHER, undefined);
  await until(async () => (await readMarks(state, PLC)).since === 1000);
  assert.equal((await readMarks(state, { name: '10.2.0.7', address: '10.2.0.7' })).since, 1000);
  assert.equal((await readMarks(state, OTHER)).since, undefined);
  assert.equal((await readMarks(state, { name: 'plc-9', address: '10.2.0.9' })).protected, false);
  marks.loading(PLC, undefined);
  await until(async () => (await readMarks(state, PLC)).since === undefined);
  await marks.close();
  assert.deepEqual(readdirSync(state), []);
  assert.deepEqual(troubles, []);
});

test('what a gateway told that crashed holds nobody up for long', async () => {
  const state = folder('crashed');
  const marks = await LoadingMarks.open(state, assert.fail);
  marks.protects([PLC]);
  marks.loading(PLC, 1000);
  await until(async () => (await readMarks(state, PLC)).since === 1000);
  const now = Date.now();
  assert.equal((await readMarks(state, PLC, now + 5000)).since, 1000);
  assert.deepEqual(await readMarks(state, PLC, now + 15_000), { since: undefined, protected: true });
  assert.deepEqual(await readMarks(state, PLC, now + 300_000), { since: undefined, protected: false });
  assert.equal((await readMarks(state, PLC, now - 15_000)).since, undefined, 'nor where its clock is ahead');
  await marks.close();
});

test('of several gateways each tells what it knows', async () => {
  const state = folder('several');
  const both = await Promise.all([1, 2].map(() => LoadingMarks.open(state, assert.fail)));
  both[0]!.loading(PLC, 2000);
  both[1]!.loading(PLC, 1000);
  await until(async () => (await readMarks(state, PLC)).since === 1000);
  await both[1]!.close();
  assert.equal((await readMarks(state, PLC)).since, 2000);
  await both[0]!.close();
});

test('a folder that is missing, or holds what no gateway wrote, is told and not taken for silence', async () => {
  const nowhere = join(root, 'nowhere');
  await assert.rejects(LoadingMarks.open(nowhere, assert.fail), { message: /nowhere: no such folder/ });
  assert.ok(!existsSync(nowhere));
  await assert.rejects(readMarks(nowhere, PLC), { code: 'ENOENT' });
  const state = folder('strange');
  for (const text of [
    '',
    '{}',
    'null',
    '[',
    '{"cofferdam":"gateway","written":1,"protects":[1],"loading":[]}',
  ]) {
    writeFileSync(join(state, 'gateway-01234567.json'), text);
    await assert.rejects(readMarks(state, PLC), { message: /is not what a gateway writes/ });
  }
  rmSync(join(state, 'gateway-01234567.json'));
  writeFileSync(join(state, 'readme.txt'), 'not a mark');
  assert.equal((await readMarks(state, PLC)).protected, false);
});

test('a gateway that cannot write any more says so once, and when it can again', async () => {
  const state = folder('gone');
  const troubles: string[] = [];
  const marks = await LoadingMarks.open(state, why => troubles.push(why));
  rmSync(state, { recursive: true });
  marks.loading(PLC, 1000);
  await until(async () => troubles.length === 1);
  marks.loading(OTHER, 1000);
  mkdirSync(state);
  await until(async () => {
    marks.loading(PLC, 1000);
    await sleep(2);
    return troubles.length > 1;
  });
  assert.match(troubles[0]!, /ENOENT/);
  assert.equal(troubles[1], '');
  const [file] = readdirSync(state).filter(name => name.endsWith('.json'));
  assert.equal(JSON.parse(readFileSync(join(state, file!), 'utf8')).cofferdam, 'gateway');
  await marks.close();
});
