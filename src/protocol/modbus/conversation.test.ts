import assert from 'node:assert/strict';
import { test } from 'node:test';
import { anomalyNames } from '../../operation/anomaly.ts';
import { Operation } from '../../operation/operation.ts';
import { Side } from '../../operation/side.ts';
import * as encode from './encode.ts';
import { modbus } from './modbus.ts';
import { Exchange } from './testing.ts';

const { client, server } = Side;

test('units that share a transaction identifier are kept apart', () => {
  const exchange = new Exchange();
  exchange.see(client, encode.readRequest({ transaction: 5, unit: 1 }, 3, 10, 1));
  exchange.see(client, encode.readRequest({ transaction: 5, unit: 2 }, 3, 20, 1));
  assert.deepEqual(exchange.see(server, encode.registersResponse({ transaction: 5, unit: 2 }, 3, [7])), [
    'read holding 20 = 7 ok',
  ]);
  assert.deepEqual(exchange.see(server, encode.registersResponse({ transaction: 5, unit: 1 }, 3, [8])), [
    'read holding 10 = 8 ok',
  ]);
});

test('answers may come in another order than their requests', () => {
  const exchange = new Exchange();
  for (const transaction of [1, 2, 3]) {
    exchange.see(client, encode.readRequest({ transaction, unit: 1 }, 3, transaction * 10, 1));
  }
  for (const transaction of [3, 1, 2]) {
    assert.deepEqual(exchange.see(server, encode.registersResponse({ transaction, unit: 1 }, 3, [0])), [
      `read holding ${transaction * 10} = 0 ok`,
    ]);
  }
});

test('requests with the same identifier are answered in order', () => {
  const exchange = new Exchange();
  assert.deepEqual(exchange.request('03 000a 0001'), ['read holding 10 asked']);
  assert.deepEqual(exchange.request('03 0014 0001'), ['read holding 20 asked [duplicate]']);
  // Each may be the other's.
  assert.deepEqual(exchange.response('03 02 0001'), ['read holding 10 = 1 ok [duplicate]']);
  assert.deepEqual(exchange.response('03 02 0002'), ['read holding 20 = 2 ok [duplicate]']);
});

test('the late answer to a request that was given up is not taken for that of its successor', () => {
  const exchange = new Exchange();
  exchange.request('03 0384 0001');
  exchange.conversation.abandonOldest(client);
  assert.deepEqual(exchange.request('03 0028 0001'), ['read holding 40 asked']);
  assert.deepEqual(exchange.response('03 02 1388'), ['read holding 40 = 5000 ok [duplicate]']);
  assert.deepEqual(exchange.response('03 02 0064'), ['read = 100 ok [unsolicited]']);
});

test('an answer to nothing', () => {
  const exchange = new Exchange();
  assert.deepEqual(exchange.response('03 02 0001'), ['read = 1 ok [unsolicited]']);
  assert.deepEqual(exchange.response('01 01 05'), [
    'read = true false true false false false false false ok [unsolicited]',
  ]);
  assert.deepEqual(exchange.response('17 02 0001'), ['read = 1 ok [unsolicited]']);
  assert.deepEqual(exchange.response('06 0001 0003'), ['write holding 1 = 3 ok [unsolicited]']);
  assert.deepEqual(exchange.response('10 0001 0003'), ['write holding 1-3 ok [unsolicited]']);
  assert.deepEqual(exchange.response('14 04 03 06 1234'), ['fileread = 4660 ok [unsolicited]']);
  assert.deepEqual(exchange.response('83 02'), ['read failed illegal data address [unsolicited]']);
});

test('an answer that does not fit its request', () => {
  const cases: [request: string, response: string, told: string[]][] = [
    ['03 000a 0002', '04 04 0000 0000', ['read = 0 0 ok [mismatch]']],
    ['03 000a 0002', '84 02', ['read failed illegal data address [mismatch]']],
    ['03 000a 0002', '03 02 0007', ['read holding 10-11 = 7 ok [mismatch]']],
    ['03 000a 0001', '03 04 0007 0008', ['read holding 10 = 7 ok [mismatch]']],
    ['01 000a 0009', '01 01 ff', [`read coil 10-18 = ${'true '.repeat(8)}ok [mismatch]`]],
    ['05 0001 ff00', '05 0001 0000', ['write coil 1 = false ok [mismatch]']],
    ['06 0001 0003', '06 0002 0003', ['write holding 2 = 3 ok [mismatch]']],
    ['10 0001 0001 02 0005', '10 0001 0002', ['write holding 1 = 5 ok [mismatch]']],
    ['16 0004 00f2 0025', '16 0004 00f2 0024', ['write holding 4 = 242 36 ok [mismatch]']],
    ['08 000b 0000', '08 000c 0000', ['diagnose = 0 ok [mismatch]']],
    [
      '14 0e 06 0004 0001 0001 06 0003 0009 0001',
      '14 04 03 06 0102',
      ['fileread file 4 1 = 258 ok [mismatch]'],
    ],
    [
      '15 09 06 0004 0007 0001 06af',
      '15 09 06 0004 0007 0001 06ae',
      ['filewrite file 4 7 = 1710 ok [mismatch]'],
    ],
    ['2b 0e 01 00', '2b 0e 02 01 00 00 01 00 01 41', ['identify identity 0 VendorName = A ok [mismatch]']],
  ];
  for (const [request, response, told] of cases) {
    const exchange = new Exchange();
    exchange.request(request);
    assert.deepEqual(exchange.response(response), told, `${request} / ${response}`);
  }
});

test('a request that could not be read still pairs', () => {
  const exchange = new Exchange();
  assert.deepEqual(exchange.request('03 000a'), ['read = 000a asked [truncated]']);
  assert.deepEqual(exchange.response('83 03'), ['read failed illegal data value']);
  assert.equal(exchange.conversation.waiting(client), 0);
});

test('a full table forgets the oldest request and says so', () => {
  const exchange = new Exchange();
  for (let transaction = 0; transaction < 16; transaction++) {
    exchange.see(client, encode.readRequest({ transaction, unit: 1 }, 3, 1, 1));
  }
  assert.deepEqual(exchange.see(client, encode.readRequest({ transaction: 16, unit: 1 }, 3, 1, 1)), [
    'read holding 1 asked [evicted]',
  ]);
  assert.equal(exchange.conversation.waiting(client), 16);
  assert.equal(exchange.conversation.oldestTicket(client), 2);
});

test('tickets count requests up; the oldest can be given up', () => {
  const { conversation } = new Exchange();
  const bytes = encode.readRequest({ transaction: 1, unit: 1 }, 3, 1, 1);
  const view = new DataView(bytes.buffer);
  assert.equal(conversation.nextTicket(client), 1);
  assert.equal(conversation.oldestTicket(client), 0);
  conversation.follow(client, view, 0, bytes.length);
  conversation.follow(client, view, 0, bytes.length);
  assert.equal(conversation.oldestTicket(client), 1);
  conversation.abandonOldest(client);
  assert.equal(conversation.oldestTicket(client), 2);
  assert.equal(conversation.waiting(client), 1);
  assert.equal(conversation.waiting(server), 0);
  assert.equal(conversation.oldestTicket(server), 0);
});

test('decode changes nothing', () => {
  const conversation = modbus.open({ requests: 4, bytes: 256 });
  const bytes = encode.readRequest({ transaction: 1, unit: 1 }, 3, 1, 1);
  for (let i = 0; i < 10; i++) {
    conversation.decode(client, new DataView(bytes.buffer), 0, bytes.length, new Operation(), {
      operation() {},
    });
  }
  assert.equal(conversation.waiting(client), 0);
  assert.equal(conversation.nextTicket(client), 1);
});

test('seen from its first byte, only a server that answered UMAS is sent more than the standard allows', () => {
  const conversation = modbus.open({ requests: 4, bytes: 4096 }, true);
  const op = new Operation();
  const anomalies = (side: Side, bytes: Uint8Array, follow: boolean) => {
    const view = new DataView(bytes.buffer);
    conversation.decode(side, view, 0, bytes.length, op, { operation() {} });
    if (follow) conversation.follow(side, view, 0, bytes.length);
    return anomalyNames(op.anomalies);
  };
  const to = { transaction: 1, unit: 1 };
  const long = encode.umas({ transaction: 2, unit: 1 }, 0, 0x20, new Array(300).fill(0));
  assert.deepEqual(anomalies(client, long, false), ['oversize']);
  anomalies(client, encode.umas(to, 0, 0x01, [0]), true);
  assert.deepEqual(anomalies(client, long, false), ['oversize']);
  anomalies(server, encode.umas(to, 0, 0xfe, [0xfd, 0x03]), true);
  assert.deepEqual(anomalies(client, long, false), []);
});
