/**
 * The session machine on S7comm: downloads run backwards, and refusals go to either side.
 *
 * @module
 */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Limits } from '../../src/gateway/limits.ts';
import { Side } from '../../src/operation/side.ts';
import { Area, Size } from '../../src/protocol/s7comm/areas.ts';
import * as s7 from '../../src/protocol/s7comm/encode.ts';
import { S7COMM } from './conversations.ts';
import { policyOf, policyText, stand } from './stand.ts';

const { client, server } = Side;
const FILE = s7.blockFile('DB', 7);

function opened(policy = policyOf(policyText()), limits: Partial<Limits> = {}) {
  const it = stand({ protocol: 's7comm', policy, limits });
  S7COMM.opening.forEach((message, i) => {
    it.say(i % 2 === 0 ? client : server, message);
  });
  it.recorder.take(client);
  it.recorder.take(server);
  return it;
}

const downloads = policyOf(
  policyText().replace('      - write: DB1 0-9', '      - write: DB1 0-9\n    download: allow'),
);

test('the opening of a session passes', () => {
  const { recorder, say } = stand({ protocol: 's7comm' });
  const [request, confirm, setup, granted] = S7COMM.opening;
  say(client, request!);
  say(server, confirm!);
  say(client, setup!);
  say(server, granted!);
  assert.deepEqual(recorder.take(server), Buffer.concat([request!, setup!]));
  assert.deepEqual(recorder.take(client), Buffer.concat([confirm!, granted!]));
});

test('an allowed download passes unchanged, with the controller asking and the station answering', () => {
  const { recorder, say } = opened(downloads);
  const exchange: [Side, Uint8Array][] = [
    [client, s7.requestDownload(1, FILE, 100, 60)],
    [server, s7.ackData(1, [0x1a])],
    [server, s7.downloadBlock(7, FILE)],
    [client, s7.downloadBlockAck(7, new Uint8Array(60), true)],
    [server, s7.downloadBlock(8, FILE)],
    [client, s7.downloadBlockAck(8, new Uint8Array(40), false)],
    [server, s7.downloadEnded(9, FILE)],
    [client, s7.ackData(9, [0x1c])],
  ];
  for (const [side, bytes] of exchange) {
    say(side, bytes);
    assert.deepEqual(recorder.take(side === client ? server : client), Buffer.from(bytes));
    assert.equal(recorder.take(side).length, 0);
  }
});

test('a controller that asks for a block nobody may load is told no; the station hears nothing', () => {
  const { recorder, say } = opened();
  say(server, s7.downloadBlock(7, FILE));
  assert.equal(recorder.take(client).length, 0);
  const told = recorder.take(server);
  // Ack_Data (3) to reference 7, with an error.
  assert.equal(told[8], 3);
  assert.equal(told.readUInt16BE(11), 7);
  assert.notEqual(told.readUInt16BE(17), 0);
});

test('a malformed part of a block is replaced by an error, and the controller gives up', () => {
  const { recorder, say, session } = opened(downloads);
  say(client, s7.requestDownload(1, FILE, 100, 60));
  say(server, s7.ackData(1, [0x1a]), s7.downloadBlock(7, FILE));
  recorder.take(client);
  recorder.take(server);
  const part = s7.downloadBlockAck(7, new Uint8Array(60), true);
  // The length of the data part of the header says one byte less than there is.
  part[16]!--;
  say(client, part);
  const told = recorder.take(server);
  assert.equal(told[8], 3);
  assert.equal(told.readUInt16BE(11), 7);
  assert.notEqual(told.readUInt16BE(17), 0);
  assert.ok(session.quiet, 'the controller has its answer');
});

test('an answer of the station that nobody asked for is dropped', () => {
  const { recorder, say } = opened(downloads);
  say(client, s7.downloadBlockAck(7, new Uint8Array(60), true));
  assert.equal(recorder.take(server).length, 0);
  assert.equal(recorder.verdicts.length, 1);
});

test('one denied item refuses the whole write', () => {
  const it = opened();
  it.say(client, S7COMM.requests[6]!);
  assert.equal(it.recorder.take(server).length, 0);
  assert.deepEqual(it.recorder.verdicts, ['5 40 policy answered']);
});

test('a second connection request reaches nobody', () => {
  const { recorder, say } = opened();
  say(client, S7COMM.opening[0]!);
  assert.equal(recorder.take(server).length, 0);
  // A disconnect request.
  assert.equal(recorder.take(client)[5], 0x80);
  assert.deepEqual(recorder.verdicts, ['224 0 malformed answered']);
});

test('data before the connection is confirmed reach nobody', () => {
  const { recorder, say } = stand({ protocol: 's7comm' });
  say(client, S7COMM.opening[0]!, S7COMM.good[0]);
  assert.deepEqual(recorder.take(server), S7COMM.opening[0]);
});

test('where no more requests can be remembered the next is refused, and none forgotten', () => {
  const { recorder, say, session } = opened(undefined, { pendingBytes: 8192 });
  const count = 440;
  const where = { area: Area.DB, db: 1, address: 0, size: Size.byte, count: 4 };
  let passed = 0;
  // Of 8192 bytes that are kept; each request is 10 + 2 + 12 × 36.
  for (let reference = 1; reference <= 30; reference++) {
    say(client, s7.readRequest(reference, new Array(36).fill(where)));
    if (recorder.take(server).length > 0) passed++;
  }
  assert.equal(passed, Math.floor(8192 / (count + 4)));
  assert.match(recorder.verdicts[0]!, / busy /);
  for (let reference = 1; reference <= passed; reference++) {
    say(server, s7.readResponse(reference, new Array(36).fill({ code: 5, size: 0, bytes: [] })));
  }
  assert.ok(session.quiet);
});
