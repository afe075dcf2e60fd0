/**
 * A whole download and a whole upload, paired in both directions.
 */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Operation } from '../../operation/operation.ts';
import { Side } from '../../operation/side.ts';
import { hex } from '../../operation/value.ts';
import {
  ackData,
  blockFile,
  blockName,
  blockService,
  downloadBlock,
  downloadBlockAck,
  downloadEnded,
  endUpload,
  requestDownload,
  startUpload,
  startUploadAck,
  upload,
  uploadAck,
} from './encode.ts';
import { Fn } from './functions.ts';
import { s7comm } from './s7comm.ts';
import { Exchange, viewOf } from './testing.ts';

const FIRST = Uint8Array.from({ length: 200 }, (_, i) => i);
const SECOND = Uint8Array.from({ length: 55 }, (_, i) => 255 - i);

test('the bytes of a block come from the station, under the reference of the controller', () => {
  const { conversation, ...exchange } = party();
  const file = blockFile('FB', 41);
  exchange.station(requestDownload(7, file, 291, 255));
  exchange.controller(ackData(7, [Fn.requestDownload]));
  assert.deepEqual([conversation.waiting(Side.client), conversation.waiting(Side.server)], [0, 0]);

  // Both sides count their references for themselves: here they are the same.
  exchange.station(upload(900, 3));
  exchange.controller(downloadBlock(900, file));
  assert.deepEqual([conversation.waiting(Side.client), conversation.waiting(Side.server)], [1, 1]);
  exchange.station(downloadBlockAck(900, FIRST, true));
  exchange.controller(downloadBlock(901, file));
  exchange.station(downloadBlockAck(901, SECOND, false));
  exchange.controller(downloadEnded(902, file));
  exchange.station(ackData(902, [Fn.downloadEnded]));
  assert.deepEqual([conversation.waiting(Side.client), conversation.waiting(Side.server)], [1, 0]);
  exchange.controller(ackData(900, [], [], 0x8401));

  const parts = exchange.seen.filter(
    ({ side, verb, bytes }) => side === 0 && verb === 'download' && bytes.length > 100,
  );
  assert.deepEqual(
    parts.map(({ object, bytes }) => [object, bytes]),
    [
      ['FB41', Buffer.from(FIRST).toString('hex')],
      ['FB41', Buffer.from(SECOND).toString('hex')],
    ],
  );
  assert.ok(exchange.seen.every(({ anomalies }) => anomalies === 0));
});

test('several uploads at a time, each under its id', () => {
  const exchange = party();
  exchange.station(startUpload(1, blockFile('OB', 1, 'A')));
  exchange.controller(startUploadAck(1, 7, 255));
  exchange.station(startUpload(2, blockFile('DB', 300, 'A')));
  exchange.controller(startUploadAck(2, 8, 200));
  exchange.station(upload(3, 8));
  exchange.controller(uploadAck(3, FIRST, false));
  exchange.station(upload(4, 7));
  exchange.controller(uploadAck(4, SECOND, false));
  exchange.station(endUpload(5, 7));
  exchange.controller(ackData(5, [Fn.endUpload]));
  exchange.station(upload(6, 7));
  const objects = exchange.seen.map(({ object }) => object);
  assert.deepEqual(objects.slice(4), ['DB300', 'DB300', 'OB1', 'OB1', 'OB1', 'OB1', '']);
  assert.equal(exchange.seen[5]!.bytes, Buffer.from(FIRST).toString('hex'));
});

test('a service on several blocks is one operation for each', () => {
  const exchange = new Exchange();
  const blocks = [blockName('OB', 1), blockName('FC', 12), blockName('DB', 65535)];
  assert.deepEqual(exchange.see(Side.client, blockService(1, '_DELE', blocks)), [
    'delete OB1 "_DELE" asked',
    'delete FC12 "_DELE" asked',
    'delete DB65535 "_DELE" asked',
  ]);
  assert.equal(exchange.see(Side.server, ackData(1, [Fn.piService])).length, 3);
});

/** Both parties of a session, and all that was seen of it. */
function party() {
  const conversation = s7comm.open({ requests: 8, bytes: 4096 });
  const seen: { side: number; verb: string; object: string; bytes: string; anomalies: number }[] = [];
  const op = new Operation();
  const see = (side: Side) => (message: Uint8Array) => {
    conversation.decode(side, viewOf(message), 0, message.length, op, {
      operation: o =>
        seen.push({
          side: o.side,
          verb: s7comm.functions[o.fn]!.name.replace(/.*(download|upload).*/, '$1'),
          object: s7comm.objects.format(o),
          bytes: hex(o.valueView, o.valueAt, o.valueLength),
          anomalies: o.anomalies,
        }),
    });
    conversation.follow(side, viewOf(message), 0, message.length);
  };
  return { conversation, seen, station: see(Side.client), controller: see(Side.server) };
}
