/**
 * The quick reading of a poll, at and around its limits: it says what the reading of every message says.
 */

import { test } from 'node:test';
import fc from 'fast-check';
import { Side } from '../../operation/side.ts';
import { connectionConfirm, connectionRequest } from '../osi/encode.ts';
import { Twins } from '../twins.fixture.ts';
import { ackData, job, setupRequest, setupResponse } from './encode.ts';
import { s7comm } from './s7comm.ts';

/** With TPDUs of at most 128 bytes. */
const CONNECTION = { source: 1, calling: Uint8Array.of(1, 0), called: Uint8Array.of(1, 2), tpduSize: 7 };

/** Mostly the first of them. */
function mostly<T>(usual: fc.Arbitrary<T>, ...others: T[]): fc.Arbitrary<T> {
  return fc.oneof({ weight: 12, arbitrary: usual }, fc.constantFrom(...others));
}

const syntax = mostly(fc.constant(0x10), 0x11, 0xb0);
const size = mostly(fc.constantFrom(1, 2, 3, 4, 5, 6, 7, 8), 0, 15, 28, 29, 30, 200);
const count = mostly(fc.constantFrom(1, 2, 4), 0, 300, 0xffff);
const area = mostly(fc.constantFrom(0x81, 0x82, 0x83, 0x84), 0, 0x1c, 0x1d, 0x1e, 0x80, 0x85, 0x87, 0x99);
const address = mostly(fc.constantFrom(0, 8, 0x7fff8), 3, 0x7ffff, 0x80000, 0xffffff);
const variable = fc.tuple(syntax, size, count, area, address).map(([syntax, size, count, area, address]) => {
  const bytes = Uint8Array.of(0x12, 10, syntax, size, 0, 0, 0, 7, area, 0, 0, 0);
  const view = new DataView(bytes.buffer);
  view.setUint16(4, count);
  view.setUint32(8, area * 0x1000000 + address);
  return [...bytes];
});

const code = mostly(fc.constant(0xff), 0, 5, 10);
const shape = fc.constantFrom<number[]>(
  [3, 1, 1],
  [4, 8, 1],
  [4, 16, 2],
  [4, 32, 4],
  [9, 4, 4],
  [7, 4, 4],
  [5, 16, 2],
);
const oddShape = mostly(shape, [0, 4, 0], [4, 9, 2], [6, 4, 4], [99, 1, 1], [9, 0, 0]);
const value = fc.tuple(code, oddShape).map(([code, [size = 0, field = 0, length = 0]]) => {
  return [code, size, 0, field, ...new Array<number>(length).fill(code === 0xff ? 1 : 0)];
});

/** More than fits the TPDU. */
const LONG = new Array(11).fill([
  [0x12, 10, 16, 2, 0, 1, 0, 0, 0x83, 0, 0, 0],
  [0xff, 4, 0, 8, 1],
]);

/** A Job and its answer, and what is changed in each: a byte at a place, and bytes more or fewer at the end. */
const exchange = fc.record({
  reference: fc.nat(5),
  items: mostly(fc.array(fc.tuple(variable, value), { minLength: 1, maxLength: 5 }), [], LONG),
  fewer: mostly(fc.constant(0), 1),
  filled: fc.boolean(),
  error: mostly(fc.constant(0), 0x8104),
  lost: mostly(fc.constant(false), true, true, true),
  swapped: mostly(fc.constant(false), true),
  asked: fc.tuple(
    mostly(fc.constant(-1), 5, 6, 7, 8, 9, 13, 15, 17, 18, 19, 20),
    fc.nat(255),
    mostly(fc.constant(0), -1, 1),
  ),
  answered: fc.tuple(
    mostly(fc.constant(-1), 7, 8, 14, 16, 17, 18, 19, 20, 21, 22),
    fc.nat(255),
    mostly(fc.constant(0), -1, 1),
  ),
});

/** The message with a byte changed and bytes more or fewer, its packet as long as it is then. */
function changed(message: Uint8Array, [at, byte, more]: readonly [number, number, number]): Uint8Array {
  const bytes = new Uint8Array(message.length + more);
  bytes.set(message.subarray(0, bytes.length));
  if (at >= 0 && at < bytes.length) bytes[at] = byte;
  new DataView(bytes.buffer).setUint16(2, bytes.length);
  return bytes;
}

/** Filled up to an even length, except the last. */
function filled(values: readonly number[][]): number[] {
  return values.flatMap((value, i) =>
    i + 1 < values.length && value.length % 2 === 1 ? [...value, 0] : value,
  );
}

test('a poll that is observed says what it says when decoded', () => {
  fc.assert(
    fc.property(
      fc.constantFrom('none', 'open', 'negotiated'),
      fc.array(exchange, { minLength: 1, maxLength: 8 }),
      (begins, exchanges) => {
        const twins = new Twins(s7comm, { requests: 4, bytes: 256 });
        if (begins !== 'none') {
          twins.see(Side.client, connectionRequest(CONNECTION));
          twins.see(Side.server, connectionConfirm(CONNECTION));
        }
        if (begins === 'negotiated') {
          twins.see(Side.client, setupRequest(9, 60));
          twins.see(Side.server, setupResponse(9, 60));
        }
        for (const {
          reference,
          items,
          fewer,
          filled: extra,
          error,
          lost,
          swapped,
          asked,
          answered,
        } of exchanges) {
          const [client, server] = swapped ? [Side.server, Side.client] : [Side.client, Side.server];
          const variables = items.map(([variable]) => variable);
          const values = items.slice(fewer).map(([, value]) => value);
          twins.see(client, changed(job(reference, [4, variables.length, ...variables.flat()]), asked));
          if (lost) continue;
          const data = extra ? [...filled(values), 0] : filled(values);
          twins.see(server, changed(ackData(reference, [4, values.length], data, error), answered));
        }
      },
    ),
    { numRuns: 2000 },
  );
});
