/**
 * What is encoded is decoded to the same.
 */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { Operation } from '../../operation/operation.ts';
import { Side } from '../../operation/side.ts';
import { hex } from '../../operation/value.ts';
import { Area, areaSpace, hasNumber, isNumbered, Size, sizeBits, V_BLOCK } from './areas.ts';
import {
  type AnyVariable,
  clock,
  cyclicValues,
  dbRead,
  modeTransition,
  readRequest,
  readResponse,
  readSzl,
  setupRequest,
  setupResponse,
  startController,
  subscribeCyclic,
  szlResponse,
  userdataPush,
  userdataRequest,
  userdataResponse,
  writeRequest,
  writeResponse,
} from './encode.ts';
import { Group } from './functions.ts';
import { DataSize, ItemCode } from './items.ts';
import { Exchange, viewOf } from './testing.ts';

interface Seen {
  space: number;
  area: number;
  address: number;
  extent: number;
  bytes: string;
  error: number;
  anomalies: number;
}

const BIT_AREAS = [Area.P, Area.I, Area.Q, Area.M, Area.DB, Area.DI, Area.L, Area.V] as const;
const WIDE = [
  Size.byte,
  Size.char,
  Size.word,
  Size.int,
  Size.dword,
  Size.dint,
  Size.real,
  Size.date,
  Size.time,
] as const;

const reference = fc.integer({ min: 0, max: 0xffff });
const wide = fc.record({
  area: fc.constantFrom(...BIT_AREAS),
  db: fc.integer({ min: 0, max: 0xffff }),
  address: fc.integer({ min: 0, max: 0xffff }).map(byte => byte * 8),
  size: fc.constantFrom(...WIDE),
  count: fc.integer({ min: 1, max: 9 }),
});
const bit = fc.record({
  area: fc.constantFrom(...BIT_AREAS),
  db: fc.integer({ min: 0, max: 0xffff }),
  address: fc.integer({ min: 0, max: 0x7ffff }),
  size: fc.constant(Size.bit),
});
const numbered = fc.record({
  area: fc.constantFrom(Area.T, Area.C),
  address: fc.integer({ min: 0, max: 2047 }),
  size: fc.constantFrom(Size.timer, Size.counter),
  count: fc.integer({ min: 1, max: 9 }),
});
const variables = fc.array(fc.oneof(wide, bit, numbered) as fc.Arbitrary<AnyVariable>, {
  minLength: 1,
  maxLength: 18,
});

function bytesOf(variable: AnyVariable): number {
  return Math.ceil(((variable.count ?? 1) * sizeBits(variable.size)) / 8);
}

function value(variable: AnyVariable) {
  const most = variable.size === Size.bit ? 1 : 0xff;
  const bytes = Uint8Array.from({ length: bytesOf(variable) }, (_, i) => (variable.address + i) & most);
  const size =
    variable.size === Size.bit ? DataSize.bit : variable.size === Size.real ? DataSize.real : DataSize.byte;
  return { size, bytes };
}

function expected(variable: AnyVariable, bytes = '', error = 0, writes = false): Seen {
  const space = areaSpace(variable.area, writes);
  return {
    space,
    area: variable.area === Area.V ? V_BLOCK : hasNumber(space) ? (variable.db ?? 0) : 0,
    address: variable.address,
    extent: isNumbered(space) ? (variable.count ?? 1) : (variable.count ?? 1) * sizeBits(variable.size),
    bytes,
    error,
    anomalies: 0,
  };
}

function see(exchange: Exchange, side: Side, message: Uint8Array): Seen[] {
  const seen: Seen[] = [];
  const op = new Operation();
  exchange.conversation.decode(side, viewOf(message), 0, message.length, op, {
    operation: ({ space, area, address, extent, error, anomalies, valueView, valueAt, valueLength }) =>
      seen.push({
        space,
        area,
        address,
        extent,
        error,
        anomalies,
        bytes: hex(valueView, valueAt, valueLength),
      }),
  });
  exchange.conversation.follow(side, viewOf(message), 0, message.length);
  return seen;
}

test('a read and its answer', () => {
  fc.assert(
    fc.property(reference, variables, (id, list) => {
      const exchange = new Exchange();
      assert.deepEqual(
        see(exchange, Side.client, readRequest(id, list)),
        list.map(variable => expected(variable)),
      );
      const values = list.map(value);
      assert.deepEqual(
        see(exchange, Side.server, readResponse(id, values)),
        list.map((variable, i) => expected(variable, Buffer.from(values[i]!.bytes).toString('hex'))),
      );
    }),
  );
});

test('a write and its answer', () => {
  fc.assert(
    fc.property(
      reference,
      variables,
      fc.constantFrom(ItemCode.success, ItemCode.address),
      (id, list, code) => {
        const exchange = new Exchange();
        const values = list.map(value);
        const bytes = values.map(v => Buffer.from(v.bytes).toString('hex'));
        const codes = list.map((_, i) => (i % 2 === 0 ? ItemCode.success : code));
        assert.deepEqual(
          see(exchange, Side.client, writeRequest(id, list, values)),
          list.map((variable, i) => expected(variable, bytes[i], 0, true)),
        );
        assert.deepEqual(
          see(exchange, Side.server, writeResponse(id, codes)),
          list.map((variable, i) =>
            expected(variable, bytes[i], codes[i] === ItemCode.success ? 0 : codes[i], true),
          ),
        );
      },
    ),
  );
});

test('a value that does not fit its variable is malformed', () => {
  const variable = { area: Area.DB, db: 1, address: 0, size: Size.real } as const;
  const exchange = new Exchange();
  const short = writeRequest(1, [variable], [{ size: DataSize.byte, bytes: [1, 2] }]);
  assert.match(exchange.decode(Side.client, short)[0]!, /\[length/);
  const bits = writeRequest(
    1,
    [{ ...variable, size: Size.bit, count: 2 }],
    [{ size: DataSize.bit, bytes: [1, 1] }],
  );
  assert.match(exchange.decode(Side.client, bits)[0]!, /\[.*count/);
  const within = readRequest(1, [{ ...variable, address: 3 }]);
  assert.match(exchange.decode(Side.client, within)[0]!, /\[address\]/);
  const beyond = readRequest(1, [{ ...variable, address: 0xfffff8 }]);
  assert.match(exchange.decode(Side.client, beyond)[0]!, /\[address\]/);
});

test('a PDU longer than negotiated is malformed', () => {
  const exchange = new Exchange();
  exchange.see(Side.client, setupRequest(1, 480));
  exchange.see(Side.server, setupResponse(1, 240));
  const list = (count: number) =>
    Array.from({ length: count }, () => ({ area: Area.M, address: 0, size: Size.byte }) as const);
  assert.ok(exchange.decode(Side.client, readRequest(2, list(19))).every(line => !line.includes('[')));
  assert.match(exchange.decode(Side.client, readRequest(2, list(20)))[0]!, /\[oversize\]/);
});

test('left-over and missing bytes are malformed, wherever they are', () => {
  const list = [{ area: Area.M, address: 0, size: Size.byte }] as const;
  const whole = readRequest(1, list);
  for (const [title, change] of Object.entries({
    'a byte after the data': (b: number[]) => [...b, 0],
    'a parameter length too long': (b: number[]) => b.with(14, b[14]! + 1),
    'a parameter length too short': (b: number[]) => b.with(14, b[14]! - 1),
    'a data length without data': (b: number[]) => b.with(16, 1),
    'one item more in the count': (b: number[]) => b.with(18, 2),
    'no item in the count': (b: number[]) => b.with(18, 0),
    'an item that is longer': (b: number[]) => b.with(20, 11),
    'an item of another kind': (b: number[]) => b.with(19, 0x13),
    'an unknown syntax': (b: number[]) => b.with(21, 0x77),
    'an unknown area': (b: number[]) => b.with(27, 0x44),
    'an unknown transport size': (b: number[]) => b.with(22, 0x44),
  })) {
    const bytes = change([...whole]);
    bytes[3] = bytes.length;
    const said = new Exchange().decode(Side.client, Uint8Array.from(bytes));
    assert.match(said[0]!, /\[(length|trailing|truncated|header|count|value)/, title);
  }
});

test('who may say what', () => {
  const exchange = new Exchange();
  assert.match(exchange.decode(Side.server, readRequest(1, []))[0]!, /state/);
  assert.match(exchange.decode(Side.server, startController(1))[0]!, /state/);
  assert.match(exchange.decode(Side.server, readSzl(1, 0x11))[0]!, /state/);
  assert.match(exchange.decode(Side.client, modeTransition(2))[0]!, /state/);
  assert.match(
    exchange.decode(Side.client, readResponse(1, [{ size: DataSize.byte, bytes: [1] }]))[0]!,
    /state/,
  );
});

test('other syntaxes are spaces of their own', () => {
  const exchange = new Exchange();
  const symbolic = Uint8Array.from([0x12, 14, 0xb2, 0xff, 0x8a, 0x0e, 0, 5, 1, 2, 3, 4, 0x40, 0, 0, 9]);
  const nck = Uint8Array.from([0x12, 8, 0x82, 0x41, 0, 3, 0, 7, 0x1a, 2]);
  const drive = Uint8Array.from([0x12, 10, 0xa2, 0, 0, 0, 0, 0, 1, 2, 0, 3]);
  const parts = dbRead([
    { bytes: 3, db: 1, start: 5 },
    { bytes: 1, db: 2, start: 0 },
  ]);
  assert.deepEqual(exchange.decode(Side.client, readRequest(1, [symbolic, nck, drive, parts])), [
    'read SYMBOLIC5 8a0e00050102030440000009 "\x8a\x0e\0\x05\x01\x02\x03\x04@\0\0\t" asked',
    `read NCK${0x411a0003} 7-8 asked`,
    'read DRIVE258 3 asked',
    'read DB1 5-7 asked',
    'read DB2.DBB0 asked',
  ]);
});

test('system status lists in two parts belong together', () => {
  const exchange = new Exchange();
  exchange.see(Side.client, readSzl(1, 0x00a0, 2));
  const more = { sequence: 5, unit: 1, last: false };
  exchange.see(Side.server, userdataResponse(1, Group.cpu, 1, [0, 0xa0, 0, 2, 0, 1, 0, 2, 9], more));
  assert.deepEqual(exchange.see(Side.client, userdataRequest(2, Group.cpu, 1, undefined, 5)), [
    'diagnose SZL 0x00a0.2 asked',
  ]);
  const rest = userdataResponse(2, Group.cpu, 1, [8], { sequence: 5, unit: 1 });
  assert.deepEqual(exchange.see(Side.server, rest), ['diagnose SZL 0x00a0.2 = 08 ok']);
  assert.deepEqual(exchange.see(Side.client, userdataRequest(3, Group.cpu, 1, undefined, 5)), [
    'diagnose asked',
  ]);
});

test('cyclic values, asked for and pushed', () => {
  const exchange = new Exchange();
  const list = [{ area: Area.DB, db: 3, address: 16, size: Size.int }] as const;
  const values = cyclicValues([{ size: DataSize.int, bytes: [0xff, 0xfe] }]);
  assert.deepEqual(exchange.see(Side.client, subscribeCyclic(1, list)), ['subscribe DB3.DBW2 asked']);
  assert.deepEqual(exchange.see(Side.server, userdataResponse(1, Group.cyclic, 1, values)), [
    'subscribe DB3.DBW2 = -2 ok',
  ]);
  assert.deepEqual(exchange.see(Side.server, userdataPush(Group.cyclic, 1, values, 1)), ['report = -2 ok']);
});

test('a variable table that modifies carries the values', () => {
  const exchange = new Exchange();
  const parameters = [0, 20, 0, 14, ...Array(20).fill(0)];
  const items = [0, 1, 0x72, 1, 0, 9, 0, 4];
  const request = userdataRequest(1, Group.programmer, 8, [...parameters, ...items, 0, 4, 0, 16, 1, 2], 0);
  assert.deepEqual(exchange.see(Side.client, request), ['operate DB9.DBW4 = 258 asked']);
  // The peripheral outputs are the outputs, under another name.
  const outputs = [0, 1, 0x32, 1, 0, 0, 0, 4];
  const modify = userdataRequest(2, Group.programmer, 8, [...parameters, ...outputs, 0, 4, 0, 16, 1, 2], 0);
  assert.deepEqual(exchange.see(Side.client, modify), ['operate QW4 = 258 asked']);
});

test('a system status list is identification or diagnosis by its id', () => {
  const exchange = new Exchange();
  exchange.see(Side.client, readSzl(9, 0x1c));
  assert.match(
    exchange.see(Side.server, szlResponse(9, 0x1c, 0, [[1, 2]]))[0]!,
    /^identify SZL 0x001c.0 = 001c0000000200010102 ok$/,
  );
});

test('the clock is written as controllers do', () => {
  assert.equal(
    Buffer.from(clock(new Date('2016-02-08T14:51:37.916Z'))).toString('hex'),
    // Recorded: 1916…, whose first byte of the year its controller fills with 19.
    '00201602081451379162',
  );
});
