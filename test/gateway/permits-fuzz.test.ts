/**
 * Whatever a station and a controller do, in whatever order and however many sessions: what takes effect in the
 * controller is what was approved, whole, and no oftener than was said.
 *
 * @module
 */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { Side } from '../../src/operation/side.ts';
import { Desk } from '../../src/program/desk.ts';
import { NOON, PermitsInMemory, permitFor } from '../../src/program/desk-testing.ts';
import * as s7 from '../../src/protocol/s7comm/encode.ts';
import { S7COMM } from './conversations.ts';
import { policyOf, policyText, stand } from './stand.ts';

const { client, server } = Side;
const policy = policyOf(
  policyText().replace('      - write: DB1 0-9', '      - write: DB1 0-9\n    download: permit'),
);
const BLOCKS = [1, 2].map(number => Buffer.from(Array.from({ length: 60 }, (_, i) => (i * number) & 0xff)));
const USES = 2;
const PART = 30;

const WHAT = 'begin content content content content content end end insert insert fail leave'.split(' ');

/** What one of two sessions does next, with one of two blocks. */
const step = fc.record({
  session: fc.constantFrom(0, 0, 0, 1),
  block: fc.constantFrom(0, 0, 0, 1),
  what: fc.constantFrom(...WHAT),
  // Which half of the block is sent, or one with a bit changed.
  part: fc.constantFrom('next', 'next', 'next', 'next', 'next', 'first', 'second', 'wrong', 'empty'),
});

/** A download as it should be, in which one step may be missing, or another one among the others. */
const download = fc
  .record({ session: fc.nat(1), block: fc.nat(1), missing: fc.nat(9), other: step, at: fc.nat(9) })
  .map(({ session, block, missing, other, at }) => {
    const whole = ['begin', 'content', 'content', 'end', 'insert'];
    const steps = whole.map(what => ({ session, block, what, part: 'next' }));
    return [...steps.slice(0, at), ...(at < 5 ? [other] : []), ...steps.slice(at)].filter(
      (_, i) => i !== missing,
    );
  });
const steps = fc
  .array(
    fc.oneof(
      step.map(one => [one]),
      download,
    ),
    { minLength: 2, maxLength: 12 },
  )
  .map(list => list.flat());

/** What the controller holds, as the messages that reached it made it. */
class Model {
  readonly loading = new Map<string, Buffer>();
  readonly loaded = new Map<number, Buffer>();
  readonly inserted = [0, 0];
}

test('only what is approved ever takes effect', async () => {
  let inserted = 0;
  await fc.assert(
    fc.asyncProperty(steps, async given => {
      const permits = new PermitsInMemory();
      const blocks = { FC1: BLOCKS[0]!, FC2: BLOCKS[1]! };
      permits.install(permitFor(blocks, { uses: USES }), BLOCKS);
      const desk = new Desk('plc', permits, () => NOON);
      const model = new Model();
      const sessions = [1, 2].map(number => opened(desk, number));
      let reference = 10;
      for (const { session, block, what, part } of given) {
        const { say } = sessions[session]!;
        const file = s7.blockFile('FC', block + 1);
        const key = `${session} ${block}`;
        const so = model.loading.get(key);
        reference++;
        if (what === 'begin') {
          if (await say(client, s7.requestDownload(reference, file, 60, 60))) {
            model.loading.set(key, Buffer.alloc(0));
            await say(server, s7.ackData(reference, [0x1a]));
          }
        } else if (what === 'content') {
          if (!(await say(server, s7.downloadBlock(reference, file)))) continue;
          const bytes = bytesOf(BLOCKS[block]!, part, so?.length ?? 0);
          const passed = await say(client, s7.downloadBlockAck(reference, bytes, true));
          if (passed && so !== undefined) model.loading.set(key, Buffer.concat([so, bytes]));
          if (!passed) model.loading.delete(key);
        } else if (what === 'end') {
          if (!(await say(server, s7.downloadEnded(reference, file)))) continue;
          await say(client, s7.ackData(reference, [0x1c]));
          if (so !== undefined) model.loaded.set(block, so);
          model.loading.delete(key);
        } else if (what === 'insert') {
          const insert = s7.blockService(reference, '_INSE', [s7.blockName('FC', block + 1)]);
          if (!(await say(client, insert))) continue;
          assert.deepEqual(model.loaded.get(block), BLOCKS[block], 'what takes effect is what was approved');
          await say(server, s7.ackData(reference, [0x28]));
          model.inserted[block]!++;
          inserted++;
        } else if (what === 'fail') {
          if (await say(server, s7.downloadBlock(reference, file))) {
            await say(client, s7.ackData(reference, [0x1b], undefined, 0x8404));
            model.loading.delete(key);
          }
        } else {
          desk.left(session + 1);
        }
      }
      for (const [block, count] of model.inserted.entries()) {
        assert.ok(count <= USES, 'no oftener than was said');
        assert.ok((permits.installed[0]!.used.get(`FC${block + 1}`) ?? 0) >= count, 'each use is counted');
      }
    }),
    { numRuns: 1000 },
  );
  assert.ok(inserted > 100, `only ${inserted} blocks took effect: nothing was tried`);
});

function bytesOf(block: Buffer, part: string, so: number): Buffer {
  const at = part === 'second' ? PART : part === 'first' ? 0 : Math.min(so, block.length);
  if (part === 'empty') return Buffer.alloc(0);
  const bytes = Buffer.from(block.subarray(at, at + PART));
  if (part === 'wrong') bytes[0] = (bytes[0] ?? 0) ^ 0x40;
  return bytes;
}

/** A session that says whether a message came through as it was. */
function opened(desk: Desk, number: number) {
  const it = stand({ protocol: 's7comm', policy, desk, number });
  for (const [i, message] of S7COMM.opening.entries()) it.say(i % 2 === 0 ? client : server, message);
  const take = (side: Side) => it.recorder.take(side);
  return {
    async say(side: Side, message: Uint8Array): Promise<boolean> {
      take(client);
      take(server);
      it.say(side, message);
      await it.recorded();
      return take(side === client ? server : client).equals(Buffer.from(message));
    },
  };
}
