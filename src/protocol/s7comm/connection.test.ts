/**
 * The connection below S7, as a gateway sees it: from its first byte, with nothing out of turn.
 */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Operation } from '../../operation/operation.ts';
import { opposite, Side } from '../../operation/side.ts';
import { connectionConfirm, connectionRequest, dataMessage } from '../osi/encode.ts';
import { Answer, type Conversation, Why } from '../protocol.ts';
import { readRequest } from './encode.ts';
import { s7comm } from './s7comm.ts';
import { bytesOf, recorded, say, viewOf } from './testing.ts';

const { client, server } = Side;
const LIMITS = { requests: 4, bytes: 8192 };
const CR = recorded('connectionRequest');
const CC = recorded('connectionConfirm');
const calling = bytesOf('0100');
const request = (slot: number) => connectionRequest({ source: 7, calling, called: Uint8Array.of(1, slot) });

class Line {
  readonly conversation: Conversation;
  readonly op = new Operation();
  constructor(fresh = true, opening: readonly Uint8Array[] = [CR, CC]) {
    this.conversation = s7comm.open(LIMITS, fresh);
    opening.forEach((message, i) => {
      this.see(i % 2 === 0 ? client : server, message);
    });
  }
  look(side: Side, message: Uint8Array): string {
    const said: string[] = [];
    this.conversation.decode(side, viewOf(message), 0, message.length, this.op, {
      operation: op => said.push(`${s7comm.stations.format(op.station)} ${say(op)}`),
    });
    return said[0]!;
  }
  /** The first operation, with its station; then the message is followed. */
  see(side: Side, message: Uint8Array): string {
    const said = this.look(side, message);
    this.conversation.follow(side, viewOf(message), 0, message.length);
    return said;
  }
}

test('a connection is asked for, confirmed, used and ended', () => {
  const line = new Line(true, []);
  assert.equal(line.see(client, CR), '0/2 connect asked');
  assert.equal(line.see(server, CC), '0/2 connect ok');
  assert.equal(line.see(client, recorded('stop')), '0/2 stop "P_PROGRAM" asked');
  assert.equal(line.see(client, bytesOf('0300000b06800000000000')), '0/2 connect asked');
  assert.match(line.see(client, recorded('read')), /\[state\]/);
});

test('what comes out of turn says so', () => {
  const dt = recorded('setup');
  const turns: [string, readonly Uint8Array[], Side, Uint8Array][] = [
    ['data before any CR', [], client, dt],
    ['data of the server before any CR', [], server, recorded('setupAck')],
    ['data before the CC', [CR], client, dt],
    ['a second CR before the CC', [CR], client, CR],
    ['a second CR', [CR, CC], client, request(3)],
    ['a CC without a CR', [], server, CC],
    ['a second CC', [CR, CC], server, CC],
    ['a CR of the server', [], server, CR],
    ['a CC of the client', [CR], client, CC],
    ['a disconnect without a connection', [], client, bytesOf('0300000b06800000000000')],
  ];
  for (const [title, opening, side, message] of turns) {
    assert.match(new Line(true, opening).see(side, message), /\[.*state.*\]/, title);
  }
});

test('a second CR does not change whom the connection reaches', () => {
  const line = new Line();
  line.see(client, request(3));
  assert.match(line.look(client, recorded('stop')), /^0\/2 /);
  const refused = new Line(true, []);
  refused.see(client, request(3));
  refused.see(server, bytesOf('0300000b06800007000000'));
  assert.equal(
    refused.see(client, request(2)),
    '0/2 connect asked',
    'after a refusal another may be asked for',
  );
  refused.see(server, CC);
  assert.match(refused.look(client, recorded('stop')), /^0\/2 /);
});

test('a CC that does not confirm its CR', () => {
  const confirm = (slot: number, destination = 7, tpduSize = 10) =>
    connectionConfirm({ source: 3, destination, tpduSize, calling, called: Uint8Array.of(1, slot) });
  assert.equal(new Line(true, [CR]).see(server, confirm(2)), '0/2 connect ok');
  assert.equal(new Line(true, [CR]).see(server, confirm(2, 7, 9)), '0/2 connect ok');
  assert.equal(new Line(true, [CR]).see(server, confirm(3)), '0/2 connect ok [mismatch]');
  assert.equal(new Line(true, [CR]).see(server, confirm(2, 8)), '0/2 connect ok [mismatch]');
  assert.equal(new Line(true, [CR]).see(server, confirm(2, 7, 11)), '0/2 connect ok [mismatch]');
  const given = new Line(true, [CR]);
  given.conversation.abandonOldest(client);
  assert.equal(given.see(server, CC), '0/2 connect ok [unsolicited]');
});

test('a CR with two called TSAPs is malformed, and reaches nobody known', () => {
  const twice = bytesOf('0300001a15e00000000700c1020100c2020102c0010ac2020103');
  assert.equal(new Line(true, []).see(client, twice), '? connect asked [value]');
});

test('in mid-stream nothing is out of turn', () => {
  const line = new Line(false, []);
  assert.equal(line.see(client, recorded('stop')), '? stop "P_PROGRAM" asked');
  assert.equal(line.see(server, CC), '? connect ok');
  // Only one direction is captured: no CC is seen, but data would not follow without one.
  const half = new Line(false, [CR]);
  assert.equal(half.see(client, recorded('stop')), '0/2 stop "P_PROGRAM" asked');
  assert.match(half.see(client, request(3)), /\[state\]/);
});

test('a segment before the last is as long as was negotiated, and none is longer', () => {
  const small = (tpduSize?: number) => [
    connectionRequest({ source: 7, calling, called: Uint8Array.of(1, 2), tpduSize: 7 }),
    connectionConfirm({
      source: 3,
      destination: 7,
      calling,
      called: Uint8Array.of(1, 2),
      tpduSize: tpduSize ?? 7,
    }),
  ];
  // 128 bytes, of which the header of a data TPDU takes three.
  const data = recorded('write').subarray(7);
  assert.doesNotMatch(new Line(true, small()).see(client, dataMessage(data, 125)), /\[/);
  assert.match(new Line(true, small()).see(client, dataMessage(data, 124)), /\[length\]/);
  assert.match(new Line(true, small()).see(client, dataMessage(data, 126)), /\[oversize\]/);
  assert.match(new Line(true, small()).see(client, recorded('write')), /\[oversize\]/);
  assert.doesNotMatch(new Line(false, []).see(client, dataMessage(data, 20)), /\[/);
  // RFC 1006: 65531 bytes where nothing is said, so that nothing needs to be cut.
  const plain = [bytesOf('030000130ee00000000700 c1020100c2020102'), bytesOf('0300000b06d00007000300')];
  assert.match(new Line(true, plain).see(client, dataMessage(data, 125)), /\[length\]/);
  assert.doesNotMatch(new Line(true, plain).see(client, recorded('write')), /\[/);
});

test('an empty segment amid others is malformed, and by itself it is a message', () => {
  const line = new Line(false, []);
  const bytes = dataMessage(recorded('stop').subarray(7), 10);
  const empty = bytesOf('0300000702f000');
  assert.match(
    line.see(client, Buffer.concat([bytes.subarray(0, 17), empty, bytes.subarray(17)])),
    /\[length\]/,
  );
  assert.equal(new Line().see(client, empty), '0/2 connect asked');
});

test('a full table says so before it forgets', () => {
  const line = new Line();
  for (let i = 1; i <= 4; i++) line.see(client, readRequest(i, [{ area: 0x84, db: 1, address: 0, size: 2 }]));
  assert.match(
    line.look(client, readRequest(5, [{ area: 0x84, db: 1, address: 0, size: 2 }])),
    /\[evicted\]/,
  );
});

test('a late answer is not taken for that of a newer request with its reference', () => {
  const line = new Line();
  line.see(client, recorded('read'));
  line.conversation.abandonOldest(client);
  line.see(client, recorded('read'));
  assert.match(line.see(server, recorded('readAck')), /\[duplicate\]/);
  assert.match(line.see(server, recorded('readAck')), /\[unsolicited\]/);
});

test('an answer of the station that is replaced lets the controller go', () => {
  const { conversation } = new Line();
  const see = (side: Side, bytes: Uint8Array) => conversation.follow(side, viewOf(bytes), 0, bytes.length);
  see(server, recorded('downloadBlock'));
  assert.equal(conversation.waiting(server), 1);
  const part = recorded('downloadBlockAck');
  const answer = new Answer();
  assert.ok(conversation.refuse(client, viewOf(part), 0, part.length, Why.denied, answer));
  assert.equal(answer.to, server);
  conversation.follow(opposite(answer.to), answer.view, 0, answer.length);
  assert.equal(conversation.waiting(server), 0);
});
