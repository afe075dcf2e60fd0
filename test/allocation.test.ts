import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bytesPerCall } from './allocation.ts';

test('an allocation of a few bytes is seen, and none is not', () => {
  let kept: object = {};
  let sum = 0;
  assert.ok(bytesPerCall(() => (kept = { sum }), 500_000) >= 12);
  assert.ok(bytesPerCall(() => (sum = (sum + 1) | 0), 500_000) < 1);
  assert.ok(kept !== undefined);
});
