/**
 * The count of uses: what was refused is no use, and what was used once is counted once.
 *
 * @module
 */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as s7 from '../../src/protocol/s7comm/encode.ts';
import { Bench, bytesOf, client, READ, server } from './permits-bench.ts';

const OB1 = s7.blockName('OB', 1);
const DB8 = s7.blockName('DB', 8);
const DB9 = s7.blockName('DB', 9);
const FILE = s7.blockFile('OB', 1);
const CODE = bytesOf(300, 7);

test('a deletion that was refused as a whole uses nothing up, whatever the controller says next', async () => {
  const bench = new Bench();
  const { used } = bench.install({ OB1: CODE }, { actions: ['delete', 'stop'], deletes: ['DB8'] });
  const party = bench.s7();
  party.it.say(client, READ[0]);
  assert.equal(await party.delete(DB8, OB1), false);
  party.it.say(server, READ[1]);
  await party.it.recorded();
  assert.deepEqual([...used], [], 'nothing passed, so nothing is used');
});

test('and what it may do can still be done after that', async () => {
  const bench = new Bench();
  bench.install({ OB1: CODE }, { actions: ['delete', 'stop'], deletes: ['DB8'] });
  const party = bench.s7();
  party.it.say(client, READ[0]);
  assert.equal(await party.delete(DB8, OB1), false);
  party.it.say(server, READ[1]);
  await party.it.recorded();
  assert.ok(await party.held(s7.plcStop));
  assert.ok(await party.delete(DB8), `refused: ${party.reason}`);
});

test('the answer of the controller does not wait for a record that no message asks for', async () => {
  const bench = new Bench();
  bench.install({ OB1: CODE }, { actions: ['delete'], deletes: ['DB8'] });
  const party = bench.s7();
  party.it.say(client, READ[0]);
  assert.equal(await party.delete(DB8, OB1), false);
  party.it.recorder.take(client);
  party.it.say(server, READ[1]);
  // The read's answer, and then the refusal that waited for it.
  assert.ok(party.it.recorder.take(client).length >= READ[1].length);
});

test('a stop that was refused as busy uses nothing up', async () => {
  const bench = new Bench();
  const { used } = bench.install({ OB1: CODE }, { actions: ['stop'] });
  const party = bench.s7();
  const reads = Array.from({ length: 64 }, () => {
    const read = Buffer.from(READ[0]);
    read.writeUInt16BE(party.next(), 11);
    return read;
  });
  party.it.say(client, ...reads);
  assert.equal(await party.held(s7.plcStop), false, 'busy');
  const answer = Buffer.from(READ[1]);
  answer.writeUInt16BE(100, 11);
  party.it.say(server, answer);
  await party.it.recorded();
  assert.deepEqual([...used], []);
});

test('two deletions by one message are counted once each while a download goes on beside', async () => {
  const bench = new Bench();
  const { used } = bench.install({ OB1: CODE }, { actions: ['delete'], deletes: ['DB8', 'DB9'], uses: 2 });
  const party = bench.s7();
  const file = FILE;
  party.say(client, s7.requestDownload(1, file, 300, 300));
  party.say(server, s7.ackData(1, [0x1a]));
  const record = bench.permits.recordUse.bind(bench.permits);
  bench.permits.recordUse = async (permit, wanted) => {
    await record(permit, wanted);
    // The controller fetches the next part while the second use is on its way to the disk.
    if (wanted.object === 'DB9') party.it.say(server, s7.downloadBlock(party.next(), file));
  };
  const message = s7.blockService(party.next(), '_DELE', [DB8, DB9]);
  party.it.say(client, message);
  await party.it.recorded();
  await party.it.recorded();
  assert.ok(party.it.recorder.take(server).includes(Buffer.from(message)), 'the deletion passes');
  assert.deepEqual(
    [...used],
    [
      ['delete DB8', 1],
      ['delete DB9', 1],
    ],
  );
});

test('one block made active by two sessions at once is one use', async () => {
  const bench = new Bench();
  const { used } = bench.install({ OB1: CODE }, { uses: 2 });
  const [one, two] = [bench.s7(), bench.s7()];
  assert.equal(one.load(FILE, CODE), 'whole');
  const [a, b] = await Promise.all([one.insert(OB1), two.insert(OB1)]);
  assert.equal([a, b].filter(Boolean).length, 1, 'only one passes');
  assert.equal(used.get('OB1'), 1);
});
