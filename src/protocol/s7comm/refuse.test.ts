/**
 * For every function a refusal that pairs with it, and nothing else changes.
 */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { opposite, Side } from '../../operation/side.ts';
import { hex } from '../../operation/value.ts';
import { connectionRequest } from '../osi/encode.ts';
import { Answer, Why } from '../protocol.ts';
import { bytesOf, Exchange, type Recorded, recorded, viewOf } from './testing.ts';

const answer = new Answer();

function refuse(
  exchange: Exchange,
  side: Side,
  message: Uint8Array,
  why: Why = Why.denied,
): Uint8Array | undefined {
  const done = exchange.conversation.refuse(side, viewOf(message), 0, message.length, why, answer);
  return done ? answer.bytes.slice(0, answer.length) : undefined;
}

/** Request, and what the answer to it is understood as, once the request is followed. */
const REQUESTS: Readonly<Partial<Record<Recorded, string[]>>> = {
  setup: ['connect failed 0xd241 function not permitted in the current protection level'],
  read: ['DB1.DBX2.0', 'DB1.DBD8', 'DB1.DBD4', 'DB1.DBW0', 'M 1.0', 'M 1.1', 'T 0', 'C 0'].map(
    object => `read ${object} failed 0x03 accessing the object not allowed`,
  ),
  readParts: ['DB74.DBW108', 'DB76.DBD404', 'DB81.DBW60'].map(
    object => `read ${object} failed 0x03 accessing the object not allowed`,
  ),
  requestDownload: [
    'download DB1 "_0A00001P" failed 0xd241 function not permitted in the current protection level',
  ],
  startUpload: [
    'upload SDB0 "_0B00000A" failed 0xd241 function not permitted in the current protection level',
  ],
  upload: ['upload failed 0xd241 function not permitted in the current protection level'],
  endUpload: ['upload failed 0xd241 function not permitted in the current protection level'],
  insert: ['activate DB1 "_INSE" failed 0xd241 function not permitted in the current protection level'],
  stop: ['stop failed 0xd241 function not permitted in the current protection level'],
  readSzl: ['identify SZL 0x0011.0 failed 0xd241 function not permitted in the current protection level'],
  listBlocks: ['browse failed 0xd241 function not permitted in the current protection level'],
  blockInfo: ['browse DB0 "0A00000A" failed 0xd241 function not permitted in the current protection level'],
  readClock: ['diagnose failed 0xd241 function not permitted in the current protection level'],
  setClock: ['settime failed 0xd241 function not permitted in the current protection level'],
  password: ['authenticate failed 0xd241 function not permitted in the current protection level'],
  variableTable: ['M 0-5', 'IB8'].map(
    object => `read ${object} failed 0xd0a1 function not permitted in the current protection level`,
  ),
  messageService: ['subscribe failed 0xd241 function not permitted in the current protection level'],
};

for (const [name, said] of Object.entries(REQUESTS)) {
  test(`refused: ${name}`, () => {
    const exchange = new Exchange();
    const request = recorded(name as Recorded);
    const bytes = refuse(exchange, Side.client, request);
    assert.ok(bytes !== undefined);
    assert.equal(answer.to, Side.client);
    exchange.see(Side.client, request);
    assert.deepEqual(exchange.see(Side.server, bytes), said);
    assert.equal(exchange.conversation.waiting(Side.client), 0);
  });
}

test('a refused write says so for each item, and carries the values that were not written', () => {
  const exchange = new Exchange();
  const bytes = refuse(exchange, Side.client, recorded('write'));
  exchange.see(Side.client, recorded('write'));
  const said = exchange.see(Side.server, bytes!);
  assert.equal(said.length, 5);
  assert.ok(said.every(line => line.endsWith('failed 0x03 accessing the object not allowed')));
  // Reference 0x1a00, write, five items, each with return code 3.
  assert.equal(hexOf(bytes!), '0300001a02f080320300001a0000020005000005050303030303');
});

test('a part of a block that is refused becomes an error, towards the controller', () => {
  const exchange = new Exchange();
  exchange.see(Side.server, recorded('downloadBlock'));
  const bytes = refuse(exchange, Side.client, recorded('downloadBlockAck'));
  assert.equal(answer.to, Side.server);
  assert.equal(hexOf(bytes!), '0300001402f080320300000500000100008404 1b'.replace(' ', ''));
  assert.deepEqual(exchange.see(opposite(answer.to), bytes!), [
    'download DB1 "_0A00001P" failed 0x8404 function cannot be performed',
  ]);
  assert.equal(exchange.conversation.waiting(Side.server), 0);
});

test('a Job of the controller is refused towards the controller', () => {
  for (const name of ['downloadBlock', 'downloadEnded'] as const) {
    const exchange = new Exchange();
    const bytes = refuse(exchange, Side.server, recorded(name));
    assert.equal(answer.to, Side.server);
    exchange.see(Side.server, recorded(name));
    assert.deepEqual(exchange.see(Side.client, bytes!), [
      'download DB1 "_0A00001P" failed 0x8404 function cannot be performed',
    ]);
  }
});

test('an answer that is refused becomes an error, towards who asked', () => {
  const exchange = new Exchange();
  exchange.see(Side.client, recorded('readSzl'));
  const bytes = refuse(exchange, Side.server, recorded('szl'), Why.malformed);
  assert.equal(answer.to, Side.client);
  assert.deepEqual(exchange.see(Side.server, bytes!), [
    'identify SZL 0x0011.0 failed 0xd405 service not supported, or syntax error in the parameters',
  ]);
});

test('a connection is refused with a disconnect request', () => {
  const exchange = new Exchange();
  const request = connectionRequest({ source: 0x1234, calling: bytesOf('0100'), called: bytesOf('0102') });
  const bytes = refuse(exchange, Side.client, request, Why.unreachable);
  assert.equal(hexOf(bytes!), '0300000b06801234000003');
  exchange.see(Side.client, request);
  assert.deepEqual(exchange.see(Side.server, bytes!), [
    'connect failed 0x10003 disconnected: address unknown',
  ]);
});

test('what is told unasked has no answer', () => {
  const exchange = new Exchange();
  for (const name of ['modePush', 'diagnosticPush', 'cyclicPush', 'empty'] as const) {
    assert.equal(refuse(exchange, Side.server, recorded(name)), undefined, name);
  }
});

test('every reason has its code', () => {
  const exchange = new Exchange();
  const codes = (name: Recorded) =>
    Object.values(Why).map(why => hexOf(refuse(exchange, Side.client, recorded(name), why)!));
  assert.deepEqual(
    codes('stop').map(code => code.slice(34, 38)),
    ['d241', '8500', '8104', '8302', '8404', 'd241'],
  );
  assert.deepEqual(
    codes('readClock').map(code => code.slice(-12, -8)),
    ['d241', 'd405', 'd405', 'd406', 'd406', 'd241'],
  );
});

function hexOf(bytes: Uint8Array): string {
  return hex(viewOf(bytes), 0, bytes.length);
}
