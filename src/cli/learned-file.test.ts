import assert from 'node:assert/strict';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { loadLearned, saveLearned } from './learned-file.ts';

test('what was learned is written over what was there, whole, and leaves nothing beside it', async t => {
  const folder = await mkdtemp(join(tmpdir(), 'cofferdam-'));
  t.after(() => rm(folder, { recursive: true }));
  const path = join(folder, 'usual.json');
  await saveLearned(path, 'Monday');
  await saveLearned(path, 'Tuesday');
  assert.deepEqual(await readdir(folder), ['usual.json']);
  assert.deepEqual(await loadLearned(path, (text, file) => ({ text, file })), {
    text: 'Tuesday',
    file: path,
  });
});

test('a file without end is not read without end', { timeout: 60_000 }, async () => {
  await assert.rejects(
    loadLearned('/dev/zero', text => text),
    /^PermitError: \/dev\/zero: is longer than \d+ bytes; check the name$/,
  );
});
