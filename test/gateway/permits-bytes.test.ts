/**
 * The bytes of a transfer: nothing goes to the controller within it that was not compared, and what is permitted works.
 *
 * @module
 */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { BreakGlass } from '../../src/gateway/break-glass.ts';
import { NOON } from '../../src/program/desk-testing.ts';
import type { InstalledOpening } from '../../src/program/opening-store.ts';
import * as s7 from '../../src/protocol/s7comm/encode.ts';
import { Bench, bytesOf, client, server } from './permits-bench.ts';

const CODE = bytesOf(300, 7);
const FILE = s7.blockFile('OB', 1);
const OPENING = {
  opening: {
    id: 'a'.repeat(64),
    from: ['hmi'],
    to: 'plc',
    protocol: 's7comm',
    notBefore: NOON,
    notAfter: NOON + 60_000,
    reason: 'the valve hangs',
    requester: 'operator-1',
  },
  approvals: [],
  threshold: 2,
  absent: [],
  notes: [],
  refusal: undefined,
  unusable: undefined,
} as const satisfies InstalledOpening;

function begun() {
  const bench = new Bench();
  bench.install({ OB1: CODE });
  const party = bench.s7();
  assert.ok(party.say(client, s7.requestDownload(1, FILE, 300, 300)));
  assert.ok(party.say(server, s7.ackData(1, [0x1a])));
  assert.ok(party.say(server, s7.downloadBlock(7, FILE)));
  return { bench, party };
}

test('content in an Ack without data type (ROSCTR 2) is compared, or refused', () => {
  const { party } = begun();
  const evil = Buffer.alloc(100, 0xee);
  const data = [0, evil.length, 0, 0xfb, ...evil];
  const message = s7.message(2, 7, [0x1b, 1], data, 0);
  assert.equal(party.say(client, message), false, '100 bytes that nobody compared go to the controller');
});

test('the answer to "download ended" carries no bytes', () => {
  const { party } = begun();
  party.say(client, s7.downloadBlockAck(7, CODE.subarray(0, 200), true));
  party.say(server, s7.downloadBlock(8, FILE));
  party.say(client, s7.downloadBlockAck(8, CODE.subarray(200), false));
  assert.ok(party.say(server, s7.downloadEnded(9, FILE)));
  const message = s7.ackData(9, [0x1c], [0, 100, 0, 0xfb, ...Buffer.alloc(100, 0xee)]);
  assert.equal(party.say(client, message), false, 'bytes beside the block go to the controller');
});

test('a transfer that announces another length than the approved block has does not begin', () => {
  const bench = new Bench();
  bench.install({ OB1: CODE });
  assert.equal(bench.s7().say(client, s7.requestDownload(1, FILE, 60_000, 59_000)), false);
});

test('the fixed bytes of a UMAS part are not free for the station to choose', async () => {
  const bench = new Bench();
  bench.install({ application: CODE }, { protocol: 'modbus', station: '1' });
  const umas = bench.umas();
  assert.ok(await umas.ask(0x30, [0, 1]));
  assert.equal(await umas.part(1, CODE.subarray(0, 200), [0xff, 0x7f]), false, 'nobody approved 0xff 0x7f');
});

test('a UMAS part without its head does not go on', async () => {
  const bench = new Bench();
  bench.install({ application: CODE }, { protocol: 'modbus', station: '1' });
  const umas = bench.umas();
  assert.ok(await umas.ask(0x30, [0, 1]));
  assert.equal(await umas.ask(0x31, []), false);
});

test('a permit for what cannot be seen lets a block be loaded past the passive filesystem', () => {
  const bench = new Bench();
  bench.install({}, { unseen: true, uses: 5 });
  // Content cannot be recorded on the spot, so the beginning may be held.
  const party = bench.s7();
  party.it.say(client, s7.requestDownload(1, s7.blockFile('OB', 1, 'A'), 300, 300));
  return party.it.recorded().then(() => {
    assert.ok(party.it.recorder.take(server).length > 0, 'the beginning passes');
    party.say(server, s7.ackData(1, [0x1a]));
    assert.ok(party.say(server, s7.downloadBlock(7, s7.blockFile('OB', 1, 'A'))), `refused: ${party.reason}`);
  });
});

test('a controller that gives a permitted transfer up is heard by the station', () => {
  const { party } = begun();
  party.say(client, s7.downloadBlockAck(7, CODE.subarray(0, 200), true));
  const ended = Buffer.from(s7.downloadEnded(8, FILE));
  // Status: an error occurred; memory is short.
  ended.set([0x02, 0xd2, 0x42], 18);
  party.it.say(server, ended);
  assert.ok(party.it.recorder.take(client).length > 0, 'the station waits for ever');
});

test('a UMAS end that the controller refuses can be told once more, as an S7 activation can', async () => {
  const bench = new Bench();
  const { used } = bench.install({ application: CODE }, { protocol: 'modbus', station: '1' });
  const umas = bench.umas();
  assert.ok(await umas.ask(0x30, [0, 1]));
  assert.ok(await umas.part(1, CODE.subarray(0, 200)));
  assert.ok(await umas.part(2, CODE.subarray(200)));
  assert.ok(await umas.ask(0x32, [0, 1, 3, 0], 0xfd));
  assert.equal(used.get('application'), 1);
  assert.ok(await umas.ask(0x32, [0, 1, 3, 0]), `refused: ${umas.reason()}`);
});

test('what a station answers has nothing in it but the block', () => {
  const answers = {
    'a parameter more': s7.ackData(7, [0x1b, 1, 0xee], [0, 4, 0, 0xfb, ...CODE.subarray(0, 4)]),
    'another mark before the bytes': s7.ackData(7, [0x1b, 1], [0, 4, 0xee, 0xee, ...CODE.subarray(0, 4)]),
  };
  for (const [what, message] of Object.entries(answers)) {
    assert.equal(begun().party.say(client, message), false, what);
  }
  const { party } = begun();
  assert.ok(party.say(client, s7.ackData(7, [0x1b, 1], [0, 4, 0, 0xfb, ...CODE.subarray(0, 4)])));
});

test('what is loaded under a permit for what cannot be seen comes through to its end, and cannot be made active', async () => {
  const bench = new Bench();
  const { used } = bench.install({}, { unseen: true });
  const party = bench.s7();
  const file = s7.blockFile('OB', 1, 'A');
  const begin = s7.requestDownload(1, file, 300, 300);
  party.it.say(client, begin);
  await party.it.recorded();
  assert.deepEqual(party.it.recorder.take(server), Buffer.from(begin));
  party.say(server, s7.ackData(1, [0x1a]));
  assert.ok(party.say(server, s7.downloadBlock(7, file)));
  assert.ok(party.say(client, s7.downloadBlockAck(7, CODE, false)));
  assert.ok(party.say(server, s7.downloadEnded(8, file)));
  assert.ok(party.say(client, s7.ackData(8, [0x1c])));
  assert.deepEqual([...used], [['transfer', 1]]);
  assert.equal(await party.insert(s7.blockName('OB', 1)), false);
  assert.equal(party.reason, 'not-transferred');
  assert.equal(party.load(FILE, CODE), 'begin', 'what can be seen is not let through unseen');
});

test('what passes by break-glass within a transfer is no part of what was compared', async () => {
  const time = { now: NOON - 1 };
  const glass = new BreakGlass(
    () => ({ openings: [OPENING], damaged: [] }),
    { tell() {}, refused() {} },
    () => time.now,
  );
  const bench = new Bench();
  bench.install({ OB1: CODE });
  const party = bench.s7(glass);
  party.say(client, s7.requestDownload(1, FILE, 300, 300));
  party.say(server, s7.ackData(1, [0x1a]));
  party.say(server, s7.downloadBlock(7, FILE));
  time.now = NOON;
  glass.tick();
  assert.ok(party.say(client, s7.downloadBlockAck(7, Buffer.alloc(100, 0xee), true)), 'all passes');
  time.now = NOON + 60_000;
  glass.tick();
  assert.equal(party.say(server, s7.downloadBlock(8, FILE)), false);
  assert.equal(party.reason, 'not-begun');
});
