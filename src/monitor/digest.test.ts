import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { Operation, Outcome } from '../operation/operation.ts';
import { VALUE_BITS, VALUE_TYPES, ValueType } from '../operation/value.ts';
import { PROTOCOLS } from '../protocol/registry.ts';
import { addDigests, Digest } from './digest.ts';
import { digestOf } from './digest-of.fixture.ts';
import { ByteWriter } from './output/byte-writer.ts';
import { putValues } from './output/values.ts';

/** Write Single Register of `value` to holding `address`. */
function write(address: number, value: number): Operation {
  const op = new Operation();
  op.code = 6;
  op.space = PROTOCOLS[0]!.spaces.findIndex(({ name }) => name === 'holding');
  op.address = address;
  op.extent = 1;
  op.outcome = Outcome.ok;
  op.valueView = new DataView(Uint8Array.from([9, 9, value >> 8, value & 0xff]).buffer);
  op.valueAt = 2;
  op.valueLength = 2;
  op.valueType = ValueType.u16;
  op.valueCount = 1;
  return op;
}

function line(address: number, value: number) {
  const object = { space: 'holding', area: 0, address, extent: 1 };
  return { protocol: 'modbus', code: 6, outcome: 'ok', ...object, type: 'u16', values: [value] } as const;
}

type Write = readonly [address: number, value: number];

function expected(writes: readonly Write[]): string {
  return digestOf(writes.map(([address, value]) => line(address, value)));
}

function digest(writes: readonly Write[]): string {
  const made = new Digest(PROTOCOLS);
  for (const [address, value] of writes) made.operation(write(address, value));
  return made.toString();
}

/** An operation with `count` values of a type, whose bytes are given. */
function report(type: ValueType, count: number, bytes: readonly number[]): Operation {
  const op = new Operation();
  op.valueView = new DataView(Uint8Array.from([7, ...bytes, 7, 7, 7]).buffer);
  op.valueAt = 1;
  op.valueLength = bytes.length;
  op.valueType = type;
  op.valueCount = count;
  return op;
}

/** Its values, as NDJSON has them. */
function valuesOf(op: Operation): string {
  const to = new ByteWriter();
  const end = putValues(op, to, 0);
  return `[${Buffer.from(to.bytes.subarray(0, end))}]`;
}

describe('digest', () => {
  const writes = fc.array(fc.tuple(fc.nat(9), fc.nat(0xffff)), { maxLength: 200 });

  it('is the sum of the hashes of all operations', () => {
    fc.assert(
      fc.property(writes, list => {
        assert.equal(digest(list), expected(list));
      }),
      { numRuns: 50 },
    );
  });

  it('is what docs/inspect.md says, for values of every type', () => {
    const types = fc.constantFrom(...VALUE_TYPES.filter(name => name !== 'none'));
    const bytes = fc.array(fc.oneof(fc.nat(255), fc.constantFrom(0, 0x7f, 0x80, 0xff)), {
      minLength: 8,
      maxLength: 40,
    });
    fc.assert(
      fc.property(types, bytes, fc.nat(40), (name, list, most) => {
        const type = ValueType[name];
        const bits = VALUE_BITS[type]!;
        const fitting = bits === 0 || name === 'coil' ? 1 : Math.floor((list.length * 8) / bits);
        const count = Math.min(fitting, most);
        const op = report(type, count, list);
        const values = JSON.parse(valuesOf(op));
        const made = new Digest(PROTOCOLS);
        made.operation(op);
        const described = { protocol: 'modbus', code: 0, outcome: 'asked', type: name, values } as const;
        assert.equal(made.toString(), digestOf([described]));
      }),
      { numRuns: 2000 },
    );
  });

  it('has one not-a-number and one zero, as JSON has', () => {
    const floats = [0x7fc00000, 0xffc00001, 0x80000000, 0, 0x7f800000].flatMap(bits => [
      ...Buffer.from(bits.toString(16).padStart(8, '0'), 'hex'),
    ]);
    const op = report(ValueType.f32, 5, floats);
    const made = new Digest(PROTOCOLS);
    made.operation(op);
    const values = JSON.parse(valuesOf(op));
    assert.equal(
      made.toString(),
      digestOf([{ protocol: 'modbus', code: 0, outcome: 'asked', type: 'f32', values }]),
    );
  });

  it('tells whose value is whose', () => {
    assert.notEqual(
      digest([
        [1, 2],
        [2, 1],
      ]),
      digest([
        [1, 1],
        [2, 2],
      ]),
    );
  });

  it('of parts adds up to that of the whole', () => {
    fc.assert(
      fc.property(writes, writes, (a, b) => {
        assert.equal(addDigests(digest(a), digest(b)), digest([...b, ...a]));
      }),
      { numRuns: 50 },
    );
  });
});
