import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Side } from '../../operation/side.ts';
import { Frame, Recognition } from '../protocol.ts';
import * as encode from './encode.ts';
import { modbus } from './modbus.ts';
import { bytesOf, viewOf } from './testing.ts';

const { client, server } = Side;
const to = { transaction: 0x0102, unit: 17 };

function frame(hex: string): number {
  const bytes = bytesOf(hex);
  return modbus.frame(client, viewOf(bytes), 0, bytes.length);
}

test('the length is known with the sixth byte, and nothing is promised before', () => {
  assert.equal(frame(''), Frame.more);
  assert.equal(frame('01'), Frame.more);
  assert.equal(frame('0102 00'), Frame.more);
  assert.equal(frame('0102 0000'), Frame.more);
  assert.equal(frame('0102 0000 00'), Frame.more);
  assert.equal(frame('0102 0000 0006'), 12);
  assert.equal(frame('0102 0000 0002'), 8);
  assert.equal(frame('0102 0000 00fe'), 260);
});

test('no message begins with another protocol identifier or a length that no PDU has', () => {
  assert.equal(frame('0102 01'), Frame.lost);
  assert.equal(frame('0102 0001'), Frame.lost);
  assert.equal(frame('0102 0000 0000'), Frame.lost);
  assert.equal(frame('0102 0000 0001'), Frame.lost);
  assert.equal(frame('0102 0000 ffff'), Frame.lost);
});

test('only UMAS goes beyond 253 bytes', () => {
  assert.equal(frame('0102 0000 00ff'), Frame.more);
  assert.equal(frame('0102 0000 00ff 01'), Frame.more);
  assert.equal(frame('0102 0000 00ff 01 03'), Frame.lost);
  assert.equal(frame('0102 0000 00ff 01 5a'), 261);
  assert.equal(frame('0102 0000 0408 01 5a'), 1038);
  assert.ok(frame('0102 0000 0408 01 5a') <= modbus.maxMessage);
});

test('a whole and faultless message is recognised, and the beginning of one may be', () => {
  const request = encode.readRequest(to, 3, 0, 10);
  const response = encode.registersResponse(to, 3, [1, 2, 3]);
  for (const [side, bytes] of [
    [client, request],
    [server, response],
    [server, encode.exceptionResponse(to, 3, 2)],
  ] as const) {
    const view = viewOf(bytes);
    assert.equal(modbus.recognise(side, view, 0, bytes.length), Recognition.certain);
    for (let end = 0; end < bytes.length; end++) {
      assert.equal(modbus.recognise(side, view, 0, end), Recognition.more);
    }
  }
});

test('what could be Modbus is not called certain', () => {
  const cases = [
    [client, encode.message(to, [65, 1, 2]), Recognition.possible],
    [client, bytesOf('0102 0000 0006 11 08 0808 0000'), Recognition.possible],
    [server, encode.exceptionResponse(to, 83, 129), Recognition.possible],
    [client, encode.umas(to, 0, 1, [0]), Recognition.likely],
    [server, encode.umas(to, 0, 1, [0]), Recognition.possible],
    [server, encode.umas(to, 0, 0xfe, [0]), Recognition.likely],
    [client, encode.umas(to, 0, 0xfe, [0]), Recognition.possible],
    [client, encode.readRequest(to, 3, 0, 0), Recognition.possible],
    [client, bytesOf('0102 0000 0006 11 03 0000 0001 ffff ffff'), Recognition.likely],
    [client, bytesOf('0102 0000 0006 11 03 0000 0000 ffff ffff'), Recognition.no],
    [client, encode.message(to, [0]), Recognition.no],
    [client, encode.exceptionResponse(to, 3, 2), Recognition.no],
    [client, bytesOf('0102 0000 0006 11 41 00'), Recognition.more],
    [client, bytesOf('0102 0000 0003 11 41 00 ffff ffff'), Recognition.no],
    [client, Uint8Array.from(Buffer.from('GET / HTTP/1.1\r\n\r\n')), Recognition.no],
    [client, bytesOf('1603 0100 c801 0000 c403'), Recognition.no],
    [client, new Uint8Array(64), Recognition.no],
  ] as const;
  for (const [side, bytes, expected] of cases) {
    assert.equal(
      modbus.recognise(side, viewOf(bytes), 0, bytes.length),
      expected,
      Buffer.from(bytes).toString('hex'),
    );
  }
});

test('doubtful messages are certain once as many that are faultless follow', () => {
  const odd = encode.readRequest(to, 3, 0, 0);
  const good = encode.readRequest(to, 3, 0, 1);
  const refused = encode.exceptionResponse(to, 65, 1);
  for (const [side, messages, expected] of [
    [client, [odd, good], Recognition.certain],
    [client, [odd, odd, good], Recognition.possible],
    [client, [odd, odd, good, good], Recognition.certain],
    [client, [odd, odd, good, good.subarray(0, 9)], Recognition.possible],
    [server, [refused], Recognition.certain],
  ] as const) {
    const bytes = Buffer.concat(messages);
    assert.equal(modbus.recognise(side, viewOf(bytes), 0, bytes.length), expected);
  }
});

test('after bytes that cannot be read, the next message is found', () => {
  const lost = bytesOf('ffff ffff 0000 0000 00ff 0001 0203');
  const good = encode.writeRegistersRequest(to, 0, [0, 0, 1, 0]);
  const bytes = new Uint8Array(lost.length + good.length * 2);
  bytes.set(lost);
  bytes.set(good, lost.length);
  bytes.set(good, lost.length + good.length);
  assert.equal(modbus.resync(client, viewOf(bytes), 0, bytes.length), lost.length);
  // Cut off in the middle of the first: it may go on.
  assert.equal(modbus.resync(client, viewOf(bytes), 0, lost.length + 9), lost.length);
  assert.equal(modbus.resync(client, viewOf(new Uint8Array(100).fill(0xff)), 0, 100), 98);
});
