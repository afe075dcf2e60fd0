/**
 * The quick reading of a poll, at and around its limits: it says what the reading of every message says.
 */

import { test } from 'node:test';
import fc from 'fast-check';
import { Side } from '../../operation/side.ts';
import { Twins } from '../twins.fixture.ts';
import { message } from './encode.ts';
import { modbus } from './modbus.ts';

const code = fc.oneof(
  { weight: 8, arbitrary: fc.integer({ min: 1, max: 4 }) },
  fc.constantFrom(0, 5, 23, 0x83),
);
const quantity = fc.oneof(fc.integer({ min: 0, max: 130 }), fc.constantFrom(1992, 2000, 2001, 2008, 65_535));
const address = fc.oneof(fc.nat(200), fc.integer({ min: 65_400, max: 65_535 }));
/** How far an answer is from what was asked for: in its function, its count of bytes, and its bytes. */
const off = fc.tuple(
  fc.constantFrom(0, 0, 0, 1, 0x80),
  fc.constantFrom(0, 0, 0, -1, 1),
  fc.constantFrom(0, 0, 0, -1, 1),
);

/** Bytes more than a request has, and the protocol identifier in the header. */
const more = fc.constantFrom(0, 0, 0, 0, -1, 1);
const id = fc.constantFrom(0, 0, 0, 0, 0, 0, 0, 1);

/** Whether the answer is. */
const lost = fc.constantFrom(false, false, true);

test('a poll that is observed says what it says when decoded', () => {
  const exchange = fc.record({ code, quantity, address, off, transaction: fc.nat(2), more, id, lost });
  fc.assert(
    fc.property(fc.array(exchange, { minLength: 1, maxLength: 12 }), exchanges => {
      const twins = new Twins(modbus, { requests: 4, bytes: 256 });
      const see = (side: Side, bytes: Uint8Array, id: number) => {
        bytes[3] = id;
        twins.see(side, bytes);
      };
      for (const { code, quantity, address, off, transaction, more, id, lost } of exchanges) {
        const to = { transaction, unit: 1 };
        const words = [address >> 8, address & 255, quantity >> 8, quantity & 255];
        see(Side.client, message(to, [code, ...words, 0].slice(0, 5 + more)), id);
        if (lost) continue;
        const [other, count, length] = off;
        const bytes = Math.min(252, code <= 2 ? (quantity + 7) >> 3 : quantity * 2);
        const values = Array.from({ length: Math.max(0, Math.min(251, bytes + length)) }, (_, i) => i);
        see(Side.server, message(to, [(code ^ other) & 255, (bytes + count) & 255, ...values]), id);
      }
    }),
    { numRuns: 2000 },
  );
});
