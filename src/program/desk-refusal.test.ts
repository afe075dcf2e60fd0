/** The reasons for which the gateway refuses what belongs to a transfer are documented, in the words of the code. */

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { DESK_REFUSALS } from './desk-refusal.ts';

test('docs/gateway.md says what each means', () => {
  const page = readFileSync(new URL('../../docs/gateway.md', import.meta.url), 'utf8');
  for (const [name, meaning] of Object.entries(DESK_REFUSALS)) {
    assert.ok(page.includes(`| \`${name}\` | ${meaning} |`), name);
  }
});
