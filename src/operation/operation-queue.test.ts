/**
 * Operations that are kept for later are those that were handed over, and only as many as there is room for.
 *
 * @module
 */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Operation } from './operation.ts';
import { OperationQueue } from './operation-queue.ts';
import { ValueType } from './value.ts';
import { Verb } from './verb.ts';

/** Every field set, to something that depends on `seed`. */
function full(op: Operation, view: DataView, seed: number): void {
  for (const field of Object.keys(op) as (keyof Operation)[]) {
    if (typeof op[field] === 'number') (op as unknown as Record<string, number>)[field] = seed;
  }
  Object.assign(op, {
    nameView: view,
    nameAt: 1,
    nameLength: 3,
    valueView: view,
    valueAt: 4,
    valueLength: 4,
  });
  Object.assign(op, { valueType: ValueType.u16, valueCount: 2, verb: Verb.write });
  for (let i = 0; i < view.byteLength; i++) view.setUint8(i, seed + i);
}

/** What an operation says, in a form that can be compared. */
function said(op: Operation): unknown {
  const { nameView: _, nameAt: __, valueView: ___, valueAt: ____, ...rest } = op;
  return { ...rest, name: op.name(), values: op.values() };
}

test('what is taken is what was added, though the record and its bytes were used again', () => {
  const queue = new OperationQueue<string>({ operations: 8, bytes: 64 });
  const op = new Operation();
  const view = new DataView(new ArrayBuffer(16));
  const expected: unknown[] = [];
  const found: unknown[] = [];
  const take = (most: number) => queue.take(most, (one, about) => found.push([said(one), about]));
  for (let round = 0; round < 20; round++) {
    for (let i = 0; i < 5; i++) {
      full(op, view, round * 5 + i);
      expected.push([said(op), `${round}`]);
      assert.ok(queue.add(op, `${round}`));
    }
    take(2);
    take(100);
    assert.ok(queue.empty);
  }
  assert.deepEqual(found, expected);
  assert.equal(queue.lost(), 0);
});

test('what finds no room, for its number or its bytes, is counted, and what waits stays as it is', () => {
  const op = new Operation();
  full(op, new DataView(new ArrayBuffer(16)), 7);
  for (const size of [
    { operations: 3, bytes: 1000 },
    { operations: 100, bytes: 3 * 7 },
  ]) {
    const queue = new OperationQueue<number>(size);
    for (let i = 0; i < 10; i++) assert.equal(queue.add(op, i), i < 3);
    assert.equal(queue.lost(), 7);
    assert.equal(queue.lost(), 0);
    const found: number[] = [];
    queue.take(1, (_, i) => found.push(i));
    assert.ok(queue.add(op, 10), 'the other half is free by now');
    queue.take(100, (_, i) => found.push(i));
    assert.deepEqual(found, [0, 1, 2, 10]);
  }
});
