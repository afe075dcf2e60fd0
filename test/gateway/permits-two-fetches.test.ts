/**
 * Two requests of the controller for content are open at once. The controller tells their answers apart by the reference,
 * and takes those of the last one; the gateway counts both. So it sees a whole block where the controller has a piece.
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
