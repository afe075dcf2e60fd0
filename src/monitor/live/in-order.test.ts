import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Batch } from '../output/record-log.ts';
import { InOrder } from './in-order.ts';

/** Records of a line each, of packets of these times. */
function batch(times: readonly number[], length = 0): Batch {
  const lines = times.map(time => `${time}${' '.repeat(length)}\n`);
  let end = 0;
  return {
    bytes: new Uint8Array(Buffer.from(lines.join(''))),
    numbers: Float64Array.from(times),
    ends: Uint32Array.from(lines, line => {
      end += line.length;
      return end;
    }),
  };
}

function printed(threads: number): { order: InOrder; times: number[]; more: () => Promise<void> } {
  const times: number[] = [];
  let next = Promise.withResolvers<void>();
  const order = new InOrder(threads, lines => {
    times.push(...Buffer.from(lines).toString().trim().split('\n').map(Number));
    next.resolve();
    next = Promise.withResolvers();
  });
  return { order, times, more: () => next.promise };
}

describe('records of several threads', () => {
  it('come in the order of their times', async () => {
    const { order, times } = printed(3);
    order.add(0, batch([1, 4, 5]), 5);
    order.add(1, batch([2, 9]), 9);
    order.add(2, batch([3]), 6);
    order.add(0, batch([]), 8);
    order.add(2, batch([7, 8]), 8);
    await order.end();
    assert.deepEqual(times, [1, 2, 3, 4, 5, 7, 8, 9]);
  });

  it('are all told, where several have the same time', async () => {
    const { order, times } = printed(2);
    order.add(0, batch([1, 2]), 2);
    order.add(1, batch([1, 2, 3]), 3);
    await order.end();
    assert.deepEqual(times, [1, 1, 2, 2, 3]);
  });

  it('wait for a thread that has nothing to read, but not for ever', async () => {
    const { order, times, more } = printed(2);
    order.add(0, batch([1, 2]), 2);
    assert.deepEqual(times, []);
    await more();
    assert.deepEqual(times, [1, 2]);
    // Behind, and printed all the same.
    order.add(1, batch([1.5]), 3);
    await order.end();
    assert.deepEqual(times, [1, 2, 1.5]);
  });

  it('wait in bounded memory', async () => {
    const { order, times } = printed(2);
    for (let i = 1; i <= 64; i++) {
      order.add(0, batch([i], 100_000), i);
      await null;
    }
    assert.ok(times.length > 30, `${times.length} printed`);
    await order.end();
    assert.deepEqual(
      times,
      Array.from({ length: 64 }, (_, i) => i + 1),
    );
  });
});
