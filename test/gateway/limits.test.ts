/**
 * docs/gateway.md states the limits that the code has.
 *
 * @module
 */

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { LIMITS } from '../../src/gateway/limits.ts';

test('the documentation lists every limit with its value', () => {
  const page = readFileSync(new URL('../../docs/gateway.md', import.meta.url), 'utf8');
  const rows = [...page.matchAll(/^\| `(\w+)` \| ([^|]+) \|.*\|$/gm)].map(([, name, value]) => [name, value]);
  const limits = Object.entries(LIMITS).map(([name, value]) => [
    name,
    value === Number.POSITIVE_INFINITY ? 'the protocol’s' : String(value),
  ]);
  const listed = rows.filter(([name]) => Object.hasOwn(LIMITS, name!));
  assert.deepEqual(listed, limits);
});
