import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { Operation, Outcome } from '../operation/operation.ts';
import { ValueType } from '../operation/value.ts';
import { PROTOCOLS } from '../protocol/registry.ts';
import { Digest } from './digest.ts';
import { addDigests } from './summary.ts';

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

function expected(writes: readonly (readonly [number, number])[]): string {
  let sum = 0n;
  for (const [address, value] of writes) {
    const line = JSON.stringify(['modbus', 6, null, `holding ${address}`, [value], 'ok', 0]);
    sum += BigInt(`0x${createHash('sha256').update(line).digest('hex')}`);
  }
  return (sum % 2n ** 256n).toString(16).padStart(64, '0');
}

function digest(writes: readonly (readonly [number, number])[]): string {
  const made = new Digest(PROTOCOLS);
  for (const [address, value] of writes) made.operation(write(address, value));
  return made.toString();
}

describe('digest', () => {
  const writes = fc.array(fc.tuple(fc.nat(9), fc.nat(0xffff)), { maxLength: 200 });

  it('is the sum of the hashes of all lines, whatever repeats', () => {
    fc.assert(
      fc.property(writes, fc.integer({ min: 1, max: 5 }), (list, times) => {
        const repeated = Array.from({ length: times }, () => list).flat();
        assert.equal(digest(repeated), expected(repeated));
      }),
      { numRuns: 50 },
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

  it('is exact for operations that come very often', () => {
    const made = new Digest(PROTOCOLS);
    const op = write(1, 2);
    const count = 2_000_000;
    for (let i = 0; i < count; i++) made.operation(op);
    const once = BigInt(`0x${expected([[1, 2]])}`);
    assert.equal(BigInt(`0x${made.toString()}`), BigInt.asUintN(256, once * BigInt(count)));
  });
});
