import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { Merge } from './merge.ts';
import type { Batch } from './record-log.ts';

/** A record: its place, and how many bytes of it. */
type Written = readonly [place: number, length: number];

function batchOf(records: readonly Written[]): Batch {
  let end = 0;
  return {
    bytes: Buffer.concat(records.map(lineOf)),
    numbers: Float64Array.from(records, ([place]) => place),
    ends: Uint32Array.from(records, ([, length]) => {
      end += length;
      return end;
    }),
  };
}

/** As long as the record is, with its place in front and its end behind. */
function lineOf([place, length]: Written): Buffer {
  return Buffer.from(`${String(place).padEnd(length - 1, '.')}\n`);
}

describe('records of several threads', () => {
  // Most are short; some are longer than what is written at once.
  const length = fc.oneof({ weight: 20, arbitrary: fc.integer({ min: 8, max: 5000 }) }, fc.constant(600_000));
  const share = fc.record({ length, thread: fc.nat(3), sent: fc.nat(5) });

  it('come in the order of the reading, whole, as soon as nothing can come before them', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(share, { minLength: 1, maxLength: 60 }), async shares => {
        const merge = new Merge(4);
        const all: Buffer[] = [];
        const write = (bytes: Uint8Array) => {
          assert.equal(bytes.at(-1), 10, 'records are not cut');
          all.push(Buffer.from(bytes));
        };
        let sent = 0;
        let taken = 0;
        const waiting: Written[][] = [[], [], [], []];
        const send = (thread: number, reached: number) => {
          sent++;
          merge.add(thread, batchOf(waiting[thread]!.splice(0)), () => taken++);
          merge.advance(thread, reached);
        };
        const records = shares.map((one, place): Written => [place, one.length]);
        for (const [place, one] of shares.entries()) {
          waiting[one.thread]!.push(records[place]!);
          // The others have read as far, or are behind.
          if (one.sent === 0) for (let thread = 0; thread <= one.thread; thread++) send(thread, place + 1);
          await merge.drain(write);
        }
        for (let thread = 0; thread < 4; thread++) send(thread, Number.POSITIVE_INFINITY);
        await merge.drain(write);
        assert.ok(Buffer.concat(all).equals(Buffer.concat(records.map(lineOf))));
        assert.equal(taken, sent);
      }),
      { numRuns: 50 },
    );
  });
});
