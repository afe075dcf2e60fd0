/**
 * Programmer commands whose bytes say less, or something else, than they do.
 */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Side } from '../../operation/side.ts';
import { dataMessage } from '../osi/encode.ts';
import { Area, Size } from './areas.ts';
import { plcStop, userdataPush, userdataRequest, writeRequest } from './encode.ts';
import { DataSize } from './items.ts';
import { bytesOf, Exchange, recorded } from './testing.ts';

const { client } = Side;
const PROGRAMMER = 1;

function command(sub: number, ...content: number[]): string {
  return new Exchange().decode(client, userdataRequest(9, PROGRAMMER, sub, content))[0]!;
}

test('what is done to a job is never less than a command, whatever function the job is said to have', () => {
  for (const sub of [13, 14, 15, 18]) {
    // Variable status (2), where each subfunction has it.
    assert.match(command(sub, 0, 0, 0, 4, 2, 1, 0, 1), /^operate /);
    assert.match(command(sub, 0, 0, 0, 6, 0, 1, 2, 1, 0, 1), /^operate /);
    assert.match(command(sub, 0, 2, 0, 4, 2, 2, 2, 1, 0, 1), /^operate /);
  }
  // Memory reset (12) and leaving HOLD (11) are more than a command.
  assert.match(command(14, 0, 0, 0, 2, 12, 1), /^delete /);
  assert.match(command(15, 0, 0, 0, 4, 0, 1, 11, 1), /^start /);
  assert.match(command(17, 0, 0, 0, 2, 9, 1), /^diagnose /);
});

test('a table that its lengths do not account for is malformed', () => {
  const status = (...content: number[]) => command(2, ...content);
  const item = [0x01, 1, 0, 0, 0, 4];
  assert.equal(status(0, 0, 0, 8, 0, 1, ...item), 'read MB4 asked');
  assert.match(status(0, 4, 0, 0, 0, 0, 0, 0), /\[length\]/);
  assert.match(status(0, 0, 0, 14, 0, 1, ...item, ...item), /\[length\]/);
  assert.match(status(0, 0, 0, 8, 0, 2, ...item), /\[length\]/);
  assert.match(status(0, 0, 0, 2, 0, 0), /\[count\]/);
  assert.match(status(0, 0), /\[truncated\]/);
  for (const sub of [8, 9]) {
    assert.match(command(sub, 0, 4, 0, 0, 0, 0, 0, 0), /\[length\]/);
    assert.match(command(sub, 0, 0, 0, 8, 0, 2, ...item), /\[length\]/);
  }
  const attack = '0300002502f08032070000003c0008000c0001120411410200ff0900080004000000000000';
  assert.match(new Exchange().decode(client, bytesOf(attack))[0]!, /\[length\]/);
});

test('parameters that say of which kind they are in two ways are malformed', () => {
  const bytes = recorded('readSzl');
  bytes[7 + 10 + 4] = 0x12;
  assert.match(new Exchange().decode(client, bytes)[0]!, /\[value\]/);
});

test('a segment that reads as a message of its own is malformed', () => {
  const stop = [...plcStop(9).subarray(7)];
  const where = { area: Area.DB, db: 1, address: 0, size: Size.byte, count: stop.length };
  const write = writeRequest(9, [where], [{ size: DataSize.byte, bytes: stop }]).subarray(7);
  const cut = write.length - stop.length;
  const anomalies = (segment: number) =>
    / asked(.*)$/.exec(new Exchange().decode(client, dataMessage(write, segment))[0]!)![1];
  assert.equal(anomalies(cut), ' [value]');
  assert.equal(anomalies(cut - 1), '');
  assert.equal(anomalies(write.length), '');
});

test('what a watched variable table has come to is told item by item', () => {
  const { server } = Side;
  const push = (...content: number[]) =>
    new Exchange().decode(server, userdataPush(PROGRAMMER, 2, [0, 4, ...content], 2));
  // As a controller told it to its programmer: two items, the second filled up.
  const told = [
    0, 18, 1, 0, 0, 2, 0, 2, 0xff, 9, 0, 6, 0x41, 0x33, 0x85, 0x1f, 0xde, 0xad, 0xff, 9, 0, 1, 2, 0,
  ];
  assert.deepEqual(push(...told), ['report = 65 51 133 31 222 173 ok', 'report = 2 ok']);
  assert.match(push(0, 4, 1, 0, 0, 2, 0, 9, 0xff, 9)[0]!, /^report = [0-9a-f]+ asked/);
});

test('a bit of a table is one bit, named by its number in the byte', () => {
  // What STEP 7 sent to make I8.1 true; IB8, read after it, was 2.
  const modify = [0, 0, 0, 14, 0, 1, 0x10, 1, 0, 0, 0, 8, 0, 9, 0, 1, 1, 0];
  assert.equal(command(8, ...modify), 'operate I 8.1 = true asked');
  modify[7] = 8;
  assert.match(command(8, ...modify), /\[value\]/);
});

test('what became of a table that modifies is told item by item', () => {
  const push = (...codes: number[]) =>
    new Exchange().decode(
      Side.server,
      userdataPush(PROGRAMMER, 8, [0, 4, 0, codes.length, 1, 0, 0, 2, 0, 3, ...codes.slice(2)], 2),
    );
  const failed = 'report failed 0x03 accessing the object not allowed';
  assert.deepEqual(push(0, 0, 0xff, 3, 0xff, 0), ['report ok', failed, 'report ok']);
  assert.match(push(0, 0, 0xff, 3)[0]!, / asked/);
});

test('a type that only numerical controls have is malformed with the functions of others', () => {
  const typed = (group: number, type: number) => {
    const bytes = userdataRequest(9, group, 1, [0, 0x11, 0, 0]);
    bytes[7 + 10 + 5] = (type << 4) | group;
    return new Exchange().decode(client, bytes)[0]!;
  };
  assert.match(typed(4, 7), /\[value\]$/);
  assert.doesNotMatch(typed(4, 4), /value/);
  assert.doesNotMatch(typed(15, 7), /value/);
});
