/**
 * An activation that fails after its block was begun anew: its answer is about the block from before.
 *
 * @module
 */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as s7 from '../../src/protocol/s7comm/encode.ts';
import { Bench, bytesOf, client, server } from './permits-bench.ts';

const CODE = bytesOf(300, 7);
const FILE = s7.blockFile('OB', 1);
const OB1 = s7.blockName('OB', 1);

/** OB1 is loaded, and told to take effect by a message that is not answered yet. */
async function activating() {
  const bench = new Bench();
  bench.install({ OB1: CODE }, { uses: 3 });
  const party = bench.s7();
  assert.equal(party.load(FILE, CODE), 'whole');
  party.it.say(client, s7.blockService(900, '_INSE', [OB1]));
  await party.it.recorded();
  party.it.recorder.take(server);
  return { bench, party };
}

test('a block of which a third was compared does not take effect because an earlier activation failed', async () => {
  const { party } = await activating();
  assert.ok(party.say(client, s7.requestDownload(901, FILE, 300, 300)));
  party.say(server, s7.ackData(901, [0x1a]));
  party.say(server, s7.downloadBlock(7, FILE));
  // The station says that this was the last part.
  assert.ok(party.say(client, s7.downloadBlockAck(7, CODE.subarray(0, 100), false)));
  party.it.say(server, s7.ackData(900, [0x28], undefined, 0xd209));
  party.it.recorder.take(client);
  assert.equal(await party.insert(OB1), false, '100 of 300 bytes were compared');
});

test('a block of which nothing was compared does not either', async () => {
  const { party } = await activating();
  assert.ok(party.say(client, s7.requestDownload(901, FILE, 300, 300)));
  party.it.say(server, s7.ackData(900, [0x28], undefined, 0xd209));
  party.it.recorder.take(client);
  assert.equal(await party.insert(OB1), false);
});

test('a permitted download that another session has begun goes on, whatever became of the earlier activation', async () => {
  for (const error of [0, 0xd209]) {
    const { bench, party } = await activating();
    const two = bench.s7();
    assert.ok(two.say(client, s7.requestDownload(901, FILE, 300, 300)));
    two.say(server, s7.ackData(901, [0x1a]));
    party.it.say(server, s7.ackData(900, [0x28], undefined, error));
    assert.ok(two.say(server, s7.downloadBlock(7, FILE)), `error ${error}: ${two.reason}`);
  }
});
