/**
 * Which answer belongs to what: content to the Job that the controller sent last, and the answer to an activation to the
 * transfer that was made active. A controller tells answers apart by their reference, and so does the gateway: else it
 * would see a whole block where the controller has a piece.
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

test('a download begun twice: the answer to the first one’s Job is no part of the second', async () => {
  const bench = new Bench();
  bench.install({ OB1: CODE });
  const party = bench.s7();
  /** What the controller has of the download that was begun last. */
  const taken: Buffer[] = [];
  party.say(client, s7.requestDownload(1, FILE, 300, 300));
  party.say(server, s7.ackData(1, [0x1a]));
  party.say(server, s7.downloadBlock(7, FILE));
  party.say(client, s7.requestDownload(2, FILE, 300, 300));
  party.say(server, s7.ackData(2, [0x1a]));
  party.say(server, s7.downloadBlock(8, FILE));
  // The first download is over for the controller: it ignores this.
  party.say(client, s7.downloadBlockAck(7, CODE.subarray(0, 200), true));
  const rest = CODE.subarray(200);
  if (party.say(client, s7.downloadBlockAck(8, rest, false))) taken.push(rest);
  const ended = party.say(server, s7.downloadEnded(9, FILE));
  party.say(client, s7.ackData(9, [0x1c]));
  const active = ended && (await party.insert(OB1));
  assert.equal(
    active && !Buffer.concat(taken).equals(CODE),
    false,
    `${rest.length} of ${CODE.length} bytes take effect as OB1`,
  );
});

test('a Job that the controller repeats under a new reference: the late answer to the old one is no part', async () => {
  const bench = new Bench();
  bench.install({ OB1: CODE });
  const party = bench.s7();
  const taken: Buffer[] = [];
  party.say(client, s7.requestDownload(1, FILE, 300, 300));
  party.say(server, s7.ackData(1, [0x1a]));
  party.say(server, s7.downloadBlock(7, FILE));
  // No answer comes in time.
  party.say(server, s7.downloadBlock(8, FILE));
  party.say(client, s7.downloadBlockAck(7, CODE.subarray(0, 200), true));
  const rest = CODE.subarray(200);
  if (party.say(client, s7.downloadBlockAck(8, rest, false))) taken.push(rest);
  const ended = party.say(server, s7.downloadEnded(9, FILE));
  party.say(client, s7.ackData(9, [0x1c]));
  const active = ended && (await party.insert(OB1));
  assert.equal(
    active && !Buffer.concat(taken).equals(CODE),
    false,
    `${rest.length} of ${CODE.length} bytes take effect as OB1`,
  );
});

test('a download begun anew by another session takes nothing that the first one’s Job brings', async () => {
  const bench = new Bench();
  bench.install({ OB1: CODE });
  const [one, two] = [bench.s7(), bench.s7()];
  one.say(client, s7.requestDownload(1, FILE, 300, 300));
  one.say(server, s7.ackData(1, [0x1a]));
  one.say(server, s7.downloadBlock(7, FILE));
  bench.desk.left(1);
  assert.ok(two.say(client, s7.requestDownload(1, FILE, 300, 300)));
  assert.equal(one.say(client, s7.downloadBlockAck(7, CODE.subarray(0, 200), true)), false);
});

test('what the controller asks for before it has agreed to the download is not passed', () => {
  const bench = new Bench();
  bench.install({ OB1: CODE });
  const party = bench.s7();
  assert.ok(party.say(client, s7.requestDownload(1, FILE, 300, 300)));
  assert.equal(party.say(server, s7.downloadBlock(7, FILE)), false);
  assert.equal(party.reason, 'unanswered');
  party.say(server, s7.ackData(1, [0x1a]));
  assert.ok(party.say(server, s7.downloadBlock(8, FILE)));
});

test('a download that is under way is not begun again by its own session, until the controller has given it up', () => {
  const bench = new Bench();
  bench.install({ OB1: CODE });
  const party = bench.s7();
  party.say(client, s7.requestDownload(1, FILE, 300, 300));
  party.say(server, s7.ackData(1, [0x1a]));
  assert.equal(party.load(FILE, CODE), 'begin');
  assert.equal(party.reason, 'busy');
  const ended = Buffer.from(s7.downloadEnded(8, FILE));
  ended.set([0x02, 0xd2, 0x42], 18);
  assert.ok(party.say(server, ended));
  assert.equal(party.load(FILE, CODE), 'whole');
});

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
