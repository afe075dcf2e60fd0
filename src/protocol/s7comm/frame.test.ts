import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Operation } from '../../operation/operation.ts';
import { Side } from '../../operation/side.ts';
import { connectionRequest, dataMessage } from '../osi/encode.ts';
import { Frame, Recognition } from '../protocol.ts';
import { readRequest } from './encode.ts';
import { s7comm } from './s7comm.ts';
import { bytesOf, Exchange, RECORDED, type Recorded, recorded, viewOf } from './testing.ts';

function frame(bytes: Uint8Array, end = bytes.length): number {
  return s7comm.frame(Side.client, viewOf(bytes), 0, end);
}

function recognise(...messages: Uint8Array[]): Recognition {
  const bytes = Buffer.concat(messages);
  return s7comm.recognise(Side.client, viewOf(bytes), 0, bytes.length);
}

test('a message is as long as its packet says, as soon as its header is there', () => {
  for (const name of Object.keys(RECORDED) as Recorded[]) {
    const bytes = recorded(name);
    assert.equal(frame(bytes), bytes.length, name);
    assert.equal(frame(bytes, 7), bytes.length, name);
    for (let end = 0; end < 7; end++) assert.equal(frame(bytes, end), Frame.more, `${name} at ${end}`);
  }
});

test('a segmented message goes on to the packet with the mark, at every way to cut it', () => {
  const payload = recorded('read').subarray(7);
  const whole = new Exchange().decode(Side.client, recorded('read'));
  for (let segment = 1; segment < payload.length; segment++) {
    const bytes = dataMessage(payload, segment);
    assert.equal(frame(bytes), bytes.length, `segments of ${segment}`);
    assert.deepEqual(new Exchange().decode(Side.client, bytes), whole, `segments of ${segment}`);
    // Until the last packet's header is there, the length is not known.
    const last = bytes.length - 7 - ((payload.length - 1) % segment) - 1;
    assert.equal(frame(bytes, last + 6), Frame.more);
    assert.equal(frame(bytes, last + 7), bytes.length);
  }
});

test('a segmented answer finds its segmented request', () => {
  const exchange = new Exchange();
  exchange.see(Side.client, dataMessage(recorded('read').subarray(7), 30));
  const told = exchange.see(Side.server, dataMessage(recorded('readAck').subarray(7), 11));
  assert.equal(told[7], 'read C 0 = 17 ok');
  assert.equal(exchange.conversation.waiting(Side.client), 0);
});

test('an empty packet is a message by itself, with the mark or without', () => {
  for (const hex of ['0300000702f000', '0300000702f080']) {
    const bytes = Buffer.concat([bytesOf(hex), recorded('read')]);
    assert.equal(frame(bytes), 7);
    assert.deepEqual(new Exchange().see(Side.client, bytesOf(hex)), ['connect asked']);
  }
});

test('what cannot be a message is lost', () => {
  const lost = {
    'another version': '0200000702f080',
    'shorter than any packet': '0300000602f0',
    'a header longer than its packet': '0300000704f080',
    'no header': '0300000700f080',
    'a data TPDU with a longer header': '0300000903f0800000',
    'a connection TPDU amid segments': '0300000802f00032 0300000b0680000000000000',
    'a packet longer than the limit': '0300ffff02f080',
  };
  for (const [title, hex] of Object.entries(lost)) assert.equal(frame(bytesOf(hex)), Frame.lost, title);
});

test('segments may not add up to more than the limit', () => {
  const bytes = dataMessage(new Uint8Array(s7comm.maxMessage), 1000);
  assert.equal(frame(bytes), Frame.lost);
  assert.equal(frame(dataMessage(new Uint8Array(s7comm.maxMessage - 7 * 9), 1000)), s7comm.maxMessage);
});

test('connection TPDUs say nothing of who uses the connection; the first data do', () => {
  const connect = recorded('connectionRequest');
  assert.equal(recognise(connect), Recognition.more);
  assert.equal(recognise(connect, recorded('setup')), Recognition.certain);
  assert.equal(recognise(recorded('empty'), recorded('read')), Recognition.certain);
  // S7comm-plus and an ISO session connect.
  assert.equal(recognise(connect, bytesOf('0300000e02f0807201000000 0000')), Recognition.no);
  assert.equal(recognise(connect, bytesOf('0300000e02f0800d01000000 0000')), Recognition.no);
  assert.equal(recognise(bytesOf('160301')), Recognition.no);
  // A kind of message that there is not.
  assert.equal(recognise(bytesOf('0300001202f080320900000001000100000f')), Recognition.no);
});

test('what the other side sends is only likely', () => {
  for (const [side, name] of [
    [Side.client, 'read'],
    [Side.server, 'readAck'],
    [Side.client, 'readSzl'],
    [Side.server, 'szl'],
    [Side.server, 'cyclicPush'],
    [Side.server, 'downloadBlock'],
    [Side.client, 'downloadBlockAck'],
  ] as const) {
    const bytes = recorded(name);
    const by = (who: Side) => s7comm.recognise(who, viewOf(bytes), 0, bytes.length);
    assert.equal(by(side), Recognition.certain, name);
    assert.equal(by(side === Side.client ? Side.server : Side.client), Recognition.likely, name);
  }
});

test('recognition asks for more until there is enough', () => {
  const bytes = Buffer.concat([recorded('connectionRequest'), recorded('read')]);
  for (let end = 0; end < 31; end++) {
    assert.equal(s7comm.recognise(Side.client, viewOf(bytes), 0, end), Recognition.more, `${end}`);
  }
  assert.equal(recognise(recorded('connectionRequest'), recorded('read')), Recognition.certain);
  assert.equal(recognise(dataMessage(recorded('read').subarray(7), 1)), Recognition.likely);
});

test('after a gap the next packet with S7 in it is found', () => {
  const noise = bytesOf('03 00 00 00 03 03 00 ffff 32 01');
  const bytes = Buffer.concat([noise, readRequest(1, [])]);
  assert.equal(s7comm.resync(Side.client, viewOf(bytes), 0, bytes.length), noise.length);
  assert.equal(s7comm.resync(Side.client, viewOf(noise), 0, 6), 5);
});

test('the station is the rack and slot of the called TSAP, and unknown in mid-stream', () => {
  const exchange = new Exchange();
  const op = new Operation();
  const stations: string[] = [];
  const see = (bytes: Uint8Array) => {
    exchange.conversation.decode(Side.client, viewOf(bytes), 0, bytes.length, op, {
      operation: ({ station }) => stations.push(s7comm.stations.format(station)),
    });
    exchange.conversation.follow(Side.client, viewOf(bytes), 0, bytes.length);
  };
  see(recorded('stop'));
  see(connectionRequest({ source: 1, calling: bytesOf('0100'), called: bytesOf('0343') }));
  see(recorded('stop'));
  assert.deepEqual(stations, ['?', '2/3', '2/3']);
});
