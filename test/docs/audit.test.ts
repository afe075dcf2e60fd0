/** docs/audit.md is executed: its commands print what it says, and it says the bounds that the code has. */

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { PROGRAM_LIMITS } from '../../src/protocol/program-reader.ts';
import { auditPage, PAGE } from './audit-page.ts';

const TEXT = readFileSync(PAGE, 'utf8');

test('the worked example is true', async () => {
  const { page, codes } = await auditPage(TEXT);
  assert.equal(
    page,
    TEXT,
    'docs/audit.md has drifted: node test/docs/audit-page.ts, then look at what changed',
  );
  assert.deepEqual(codes, [0, 0, 1, 0]);
});

test('the page says the bounds', () => {
  const { objects, objectBytes, bytes } = PROGRAM_LIMITS;
  assert.ok(
    TEXT.includes(
      `at most ${objects} blocks of ${objectBytes / 1024} KiB, ${bytes / 1024 / 1024} MiB in all`,
    ),
  );
});
