import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { AnnouncementSink } from '../device-facts.ts';
import { ANNOUNCEMENTS } from '../registry.ts';
import { SIGNATURES } from './signatures.ts';

/** Beginnings that lead far into the checks: what follows is any bytes. */
const BEGINNINGS = [
  '',
  '0300001f02f080',
  '0300002002f0800d1e',
  '0300002002f080a81a',
  '0300003002f08001000100611e301c020103a0',
  '0300002002f080720100',
  '0300002302e000000000',
  '0564ffc4010003',
  '68fd',
  '6f00100000000001000000000000000000000000000000000000000000000200',
  '63001a00000000000000000000000000000000000000000001000c00',
  '0200028008000000000000000000b100',
  '4d53474610000000',
  '810a0010',
  '8104000c',
  '46494e530000001a00000002',
  '80000200010000020000',
  '000020000000',
  '50000000ff',
  '54000000000000ff',
  '57000000001111070000ffff',
  'aa01001a',
  '0001001000010018',
  '7ea00a',
  '600e82',
  '014932',
  '01030400',
  '0110',
  '1016000400044d51',
  '160301002f01',
  '16feff00',
  '5353482d322e30',
  'feff05010000000100000038',
  'fefd03010000000100000030',
];

/** The bytes, and the same within others: nothing around them may matter, and nothing behind them is there. */
function both(bytes: Uint8Array, look: (view: DataView, at: number, end: number) => unknown): void {
  const alone = new Uint8Array(bytes);
  const expected = look(new DataView(alone.buffer), 0, alone.length);
  const inside = new Uint8Array(bytes.length + 64).fill(0xff);
  inside.set(bytes, 32);
  assert.deepEqual(look(new DataView(inside.buffer), 32, 32 + bytes.length), expected);
}

const message = fc
  .tuple(fc.constantFrom(...BEGINNINGS), fc.uint8Array({ maxLength: 150 }), fc.nat(200), fc.boolean())
  .map(([beginning, rest, cut, last]) => {
    const bytes = Uint8Array.from([...Buffer.from(beginning, 'hex'), ...rest]).subarray(0, cut);
    // Often a length that agrees, so that checks go on.
    if (last && bytes.length > 8) bytes[3] = bytes.length;
    return bytes;
  });

test('signatures read nothing outside of the bytes they are given', () => {
  fc.assert(
    fc.property(message, bytes => {
      for (const { stream, datagram } of SIGNATURES) {
        if (stream !== undefined) both(bytes, stream);
        if (datagram !== undefined) both(bytes, datagram);
      }
    }),
    { numRuns: 3000 },
  );
});

test('announcements read nothing outside of the bytes they are given', () => {
  fc.assert(
    fc.property(message, bytes => {
      for (const announcement of ANNOUNCEMENTS) {
        both(bytes, (view, at, end) => {
          const said: string[] = [];
          const sink: AnnouncementSink = {
            fact: (name, value) => said.push(`${name} ${value}`),
            address: address => said.push(address),
          };
          announcement.read(view, at, end, sink);
          return said;
        });
      }
    }),
    { numRuns: 3000 },
  );
});
