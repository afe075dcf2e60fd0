/**
 * Writes that receivers may read differently from each other, and the several names of one place in memory: what the
 * gateway judges must be what the controller does.
 */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Side } from '../../operation/side.ts';
import { Area, Size } from './areas.ts';
import { type AnyVariable, type DataItem, dbRead, readRequest, writeRequest } from './encode.ts';
import { DataSize } from './items.ts';
import { bytesOf, Exchange } from './testing.ts';

/** Byte of a message with one variable and one value where the value's length begins. */
const LENGTH = 33;

function db(size: Size, count = 1, address = 0): AnyVariable {
  return { area: Area.DB, db: 1, address, size, count };
}

/** What is said of one variable, its value, and its length field where it is another than the encoder's. */
function write(variable: AnyVariable, value: DataItem, length?: number): string[] {
  const message = writeRequest(1, [variable], [value]);
  if (length !== undefined) new DataView(message.buffer, message.byteOffset).setUint16(LENGTH, length);
  return new Exchange().decode(Side.client, message);
}

const UNDERSTOOD: readonly (readonly [string, AnyVariable, DataItem])[] = [
  ['a bit as BIT', db(Size.bit), { size: DataSize.bit, bytes: [1] }],
  ['bytes as BYTE, in bits', db(Size.byte, 4), { size: DataSize.byte, bytes: [1, 2, 3, 4] }],
  ['a word as BYTE, in bits', db(Size.word), { size: DataSize.byte, bytes: [1, 2] }],
  ['an integer as INT, in bits (Snap7)', db(Size.int, 2), { size: DataSize.int, bytes: [1, 2, 3, 4] }],
  ['a double integer as INT, in bits (Snap7)', db(Size.dint), { size: DataSize.int, bytes: [1, 2, 3, 4] }],
  ['a real as REAL, in bytes (Snap7)', db(Size.real), { size: DataSize.real, bytes: [1, 2, 3, 4] }],
  ['a real as BYTE, in bits (nodes7)', db(Size.byte, 4), { size: DataSize.byte, bytes: [1, 2, 3, 4] }],
  [
    'characters as OCTET STRING, in bytes (Snap7)',
    db(Size.char, 2),
    { size: DataSize.octets, bytes: [1, 2] },
  ],
  [
    'a timer as OCTET STRING, in bytes',
    { area: Area.T, address: 5, size: Size.timer },
    { size: DataSize.octets, bytes: [0, 9] },
  ],
];

for (const [title, variable, value] of UNDERSTOOD) {
  test(`writes ${title}`, () => {
    const [said, ...more] = write(variable, value);
    assert.deepEqual(more, []);
    assert.doesNotMatch(said!, /\[/);
  });
}

const AMBIGUOUS: readonly (readonly [string, RegExp, AnyVariable, DataItem, number?])[] = [
  ['DINT, in bits or in bytes', /\[value\]/, db(Size.dint), { size: DataSize.dint, bytes: [0, 0, 0, 1] }],
  ['INT for bytes', /\[value\]/, db(Size.byte, 2), { size: DataSize.int, bytes: [0, 1] }],
  [
    'INT, its length in bytes',
    /\[length trailing value\]/,
    db(Size.int, 4),
    { size: DataSize.int, bytes: [1, 2, 3, 4] },
    4,
  ],
  ['no transport size', /\[length value\]/, db(Size.byte), { size: DataSize.none, bytes: [] }],
  ['BIT for bytes', /\[value\]/, db(Size.byte, 2), { size: DataSize.bit, bytes: [1, 1] }, 16],
  ['BYTE for a bit', /\[value\]/, db(Size.bit), { size: DataSize.byte, bytes: [1] }],
  ['two bits in a byte', /\[value\]/, db(Size.bit), { size: DataSize.bit, bytes: [1] }, 2],
  ['eight bits in a byte', /\[value\]/, db(Size.bit), { size: DataSize.bit, bytes: [1] }, 8],
  ['a bit that is neither 0 nor 1', /\[value\]/, db(Size.bit), { size: DataSize.bit, bytes: [2] }],
  ['more bytes than asked for', /\[length\]/, db(Size.word), { size: DataSize.byte, bytes: [1, 2, 3, 4] }],
  ['fewer bytes than asked for', /\[length\]/, db(Size.dword), { size: DataSize.real, bytes: [1, 2] }],
];

for (const [title, said, variable, value, length] of AMBIGUOUS) {
  test(`does not accept a write of ${title}`, () => {
    for (const line of write(variable, value, length)) assert.match(line, said);
  });
}

test('a value cannot hide a second one: one in doubt marks the whole message', () => {
  const hidden = [0xaa, 0, 0, 4, 0, 0x10, 0x7f, 0xff];
  const message = writeRequest(
    1,
    [db(Size.byte, 8), db(Size.word, 1, 32)],
    [
      { size: DataSize.dint, bytes: hidden },
      { size: DataSize.byte, bytes: [0, 50] },
    ],
  );
  assert.deepEqual(new Exchange().decode(Side.client, message), [
    'write DB1 0-7 = 170 0 0 4 0 16 127 255 asked [value]',
    'write DB1.DBW4 = 50 asked [value]',
  ]);
});

test('several parts cannot be written', () => {
  const parts = dbRead([{ bytes: 2, db: 1, start: 0 }]);
  const message = writeRequest(1, [parts], [{ size: DataSize.byte, bytes: [1, 2] }]);
  for (const line of new Exchange().decode(Side.client, message)) assert.match(line, /\[value\]/);
});

const ALIASES: readonly (readonly [string, AnyVariable, string])[] = [
  ['an instance data block', { ...db(Size.word, 1, 32), area: Area.DI }, 'DB1.DBW4'],
  ['variable memory', { area: Area.V, address: 32, size: Size.word }, 'DB1.DBW4'],
  ['peripheral outputs', { area: Area.P, address: 32, size: Size.word }, 'QW4'],
];

for (const [title, variable, name] of ALIASES) {
  test(`${title}: written under another name, named as what it is`, () => {
    const exchange = new Exchange();
    const value = { size: DataSize.byte, bytes: [0, 7] };
    assert.deepEqual(exchange.see(Side.client, writeRequest(1, [variable], [value])), [
      `write ${name} = 7 asked`,
    ]);
    // The answer: 03 00, length, COTP, header, function 5, one item, done.
    const answer = bytesOf('0300001602f080 320300000001000200010000 0501 ff');
    assert.deepEqual(exchange.see(Side.server, answer), [`write ${name} = 7 ok`]);
  });
}

test('peripheral inputs are not the process image', () => {
  const variable = { area: Area.P, address: 32, size: Size.word } as const;
  assert.deepEqual(new Exchange().decode(Side.client, readRequest(1, [variable])), ['read PW4 asked']);
});
