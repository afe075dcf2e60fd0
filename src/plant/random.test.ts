import assert from 'node:assert/strict';
import test from 'node:test';
import { Random } from './random.ts';

test('the same seed gives the same numbers, another seed others', () => {
  const a = new Random(7);
  const b = new Random(7);
  const c = new Random(8);
  const words = Array.from({ length: 100 }, () => a.word());
  assert.deepEqual(
    words,
    Array.from({ length: 100 }, () => b.word()),
  );
  assert.notDeepEqual(
    words,
    Array.from({ length: 100 }, () => c.word()),
  );
});

test('uniform and normal numbers have the moments that they should', () => {
  const random = new Random(1);
  const n = 200_000;
  let sum = 0;
  let squares = 0;
  let uniform = 0;
  for (let i = 0; i < n; i++) {
    const x = random.normal();
    sum += x;
    squares += x * x;
    const u = random.uniform();
    assert.ok(u >= 0 && u < 1);
    uniform += u;
  }
  // Four standard errors.
  assert.ok(Math.abs(sum / n) < 4 / Math.sqrt(n));
  assert.ok(Math.abs(squares / n - 1) < 4 * Math.sqrt(2 / n));
  assert.ok(Math.abs(uniform / n - 0.5) < 4 / Math.sqrt(12 * n));
});
