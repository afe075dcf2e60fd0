import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Anomaly, anomalyNames, MALFORMED } from './anomaly.ts';
import { Operation, Outcome, Phase } from './operation.ts';
import { Side } from './side.ts';
import { readValue, VALUE_BITS, VALUE_TYPES, ValueType } from './value.ts';
import { VERBS, Verb, VerbGroup, verbNamed } from './verb.ts';

function view(...bytes: number[]): DataView {
  return new DataView(Uint8Array.from(bytes).buffer);
}

test('every verb stands in its own row, under its own name', () => {
  assert.equal(VERBS.length, Object.keys(Verb).length);
  for (const [index, row] of VERBS.entries()) {
    assert.equal(row.verb, index);
    assert.equal(Verb[row.name], index);
    assert.equal(verbNamed(row.name), row);
    assert.match(row.technique, /^(T0\d{3})?$/);
  }
  assert.equal(verbNamed('toString'), undefined);
});

test('only verbs that cannot change anything observe', () => {
  const observing = VERBS.filter(row => row.group === VerbGroup.observe).map(row => row.name);
  assert.deepEqual(observing, ['identify', 'browse', 'read', 'subscribe', 'report', 'diagnose']);
});

test('anomalies are distinct bits, named in order', () => {
  const bits = Object.values(Anomaly);
  assert.equal(new Set(bits).size, bits.length);
  for (const bit of bits) assert.equal(bit & (bit - 1), 0);
  assert.deepEqual(anomalyNames(Anomaly.trailing | Anomaly.length | Anomaly.gap), [
    'length',
    'trailing',
    'gap',
  ]);
  assert.deepEqual(anomalyNames(0), []);
});

test('an unknown function, or an answer out of the blue, is not malformed', () => {
  for (const bit of [Anomaly.function, Anomaly.unsolicited, Anomaly.mismatch, Anomaly.duplicate]) {
    assert.equal(MALFORMED & bit, 0);
  }
});

// IEEE 754: 0x42f6e979 is 123.456 in single precision, 0x405edd2f1a9fbe77 in double.
const EXAMPLES: [keyof typeof ValueType, number[], number, unknown][] = [
  ['bits', [0b1010_0101, 0b1], 0, true],
  ['bits', [0b1010_0101, 0b1], 1, false],
  ['bits', [0b1010_0101, 0b1], 8, true],
  ['coil', [0xff, 0x00], 0, true],
  ['coil', [0x00, 0x00], 0, false],
  ['bool', [0, 1], 1, true],
  ['u8', [0, 0xfe], 1, 0xfe],
  ['i8', [0, 0xfe], 1, -2],
  ['u16', [0, 0, 0x1f, 0x86], 1, 8070],
  ['i16', [0xff, 0xfe], 0, -2],
  ['u32', [0xff, 0xff, 0xff, 0xfe], 0, 4294967294],
  ['i32', [0xff, 0xff, 0xff, 0xfe], 0, -2],
  ['u64', [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xfe], 0, 18446744073709551614n],
  ['i64', [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xfe], 0, -2n],
  ['f32', [0x42, 0xf6, 0xe9, 0x79], 0, Math.fround(123.456)],
  ['f64', [0x40, 0x5e, 0xdd, 0x2f, 0x1a, 0x9f, 0xbe, 0x77], 0, 123.456],
  ['text', [0x4f, 0x42, 0x31], 0, 'OB1'],
  ['bytes', [0xde, 0xad], 0, 'dead'],
  ['mask', [0x00, 0xf2, 0x00, 0x25], 1, 0x25],
];
for (const [type, bytes, index, expected] of EXAMPLES) {
  test(`value ${index} of ${type} ${Buffer.from(bytes).toString('hex')} is ${String(expected)}`, () => {
    // Inside other bytes, so that the offset counts.
    const inside = view(0x5a, 0x5a, ...bytes, 0x5a);
    assert.equal(readValue(inside, 2, bytes.length, ValueType[type], index), expected);
  });
}

test('every type has a name and a width', () => {
  assert.equal(VALUE_TYPES.length, VALUE_BITS.length);
  for (const [index, name] of VALUE_TYPES.entries()) assert.equal(ValueType[name], index);
});

test('a record cleared for the next message keeps only what the pipeline set', () => {
  const op = new Operation();
  op.time = 1.5;
  op.flow = 7;
  op.protocol = 1;
  Object.assign(op, { phase: Phase.response, kind: 3, reference: 4, station: 2, fn: 9, code: 5, subcode: 6 });
  Object.assign(op, { verb: Verb.write, item: 1, items: 2, outcome: Outcome.failed, error: 3, anomalies: 8 });
  Object.assign(op, { space: 1, area: 2, address: 3, extent: 4, nameAt: 1, nameLength: 2 });
  Object.assign(op, { valueAt: 1, valueLength: 2, valueType: ValueType.u8, valueCount: 2 });
  op.clear(Side.server);
  const fresh = new Operation();
  assert.deepEqual(op, Object.assign(fresh, { time: 1.5, flow: 7, protocol: 1, side: Side.server }));
});

test('names and values are read where they lie', () => {
  const op = new Operation();
  op.nameView = view(0, 0x5f, 0x49, 0x4e, 0x53, 0x45);
  op.nameAt = 1;
  op.nameLength = 5;
  op.valueView = view(0xff, 0x00, 0x01, 0x00, 0x02);
  op.valueAt = 1;
  op.valueLength = 4;
  op.valueType = ValueType.u16;
  op.valueCount = 2;
  assert.equal(op.name(), '_INSE');
  assert.deepEqual(op.values(), [1, 2]);
  op.clearItem();
  assert.equal(op.name(), '');
  assert.deepEqual(op.values(), []);
});
