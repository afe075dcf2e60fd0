import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { Space, WHOLE } from './areas.ts';
import { objects } from './objects.ts';
import { stations } from './station.ts';

const READS: readonly (readonly [
  text: string,
  space: number,
  area: number,
  from: number,
  to: number,
  sized: boolean,
])[] = [
  ['DB1.DBX4.3', Space.DB, 1, 35, 36, true],
  ['DB1.DBB4', Space.DB, 1, 32, 40, true],
  ['db1.dbw4', Space.DB, 1, 32, 48, true],
  ['DB1.DBD4', Space.DB, 1, 32, 64, true],
  ['DB1 0-19', Space.DB, 1, 0, 160, true],
  ['DB 1 4', Space.DB, 1, 32, 40, false],
  ['DB1', Space.DB, 1, 0, WHOLE, true],
  ['DI7.DIW2', Space.DB, 7, 16, 32, true],
  ['DI7', Space.DB, 7, 0, WHOLE, true],
  ['DI7 2-3', Space.DB, 7, 16, 32, true],
  ['VW100', Space.DB, 1, 800, 816, true],
  ['V 4.3', Space.DB, 1, 35, 36, true],
  ['V 2-3', Space.DB, 1, 16, 32, true],
  ['V', Space.DB, 1, 0, WHOLE, true],
  ['PQW4', Space.Q, 0, 32, 48, true],
  ['PAB 4', Space.Q, 0, 32, 40, true],
  ['PQ 4-5', Space.Q, 0, 32, 48, true],
  ['PIW4', Space.P, 0, 32, 48, true],
  ['PE', Space.P, 0, 0, WHOLE, true],
  ['M 4.0', Space.M, 0, 32, 33, true],
  ['M4.7', Space.M, 0, 39, 40, true],
  ['MB4', Space.M, 0, 32, 40, true],
  ['MW 4', Space.M, 0, 32, 48, true],
  ['MD4', Space.M, 0, 32, 64, true],
  ['M 4', Space.M, 0, 32, 40, false],
  ['M 4-7', Space.M, 0, 32, 64, true],
  ['M 4.3-5.2', Space.M, 0, 35, 43, true],
  ['M', Space.M, 0, 0, WHOLE, true],
  ['E 0.1', Space.I, 0, 1, 2, true],
  ['I 0.1', Space.I, 0, 1, 2, true],
  ['AB3', Space.Q, 0, 24, 32, true],
  ['T 5', Space.T, 0, 80, 96, false],
  ['T5-6', Space.T, 0, 80, 112, true],
  ['Z 5', Space.C, 0, 80, 96, false],
  ['OB 1', Space.OB, 1, 0, WHOLE, true],
  ['SFB12', Space.SFB, 12, 0, WHOLE, true],
  ['SZL 0x0011', Space.SZL, 0, 0x110000, 0x120000, true],
  ['SZL 0x0132.4', Space.SZL, 0, 0x1320004, 0x1320005, true],
];

for (const [text, space, area, from, to, sized] of READS) {
  test(`reads ${text}`, () => {
    assert.deepEqual(objects.parse(text), { space, area, from, to, sized });
  });
}

const WRONG: Readonly<Record<string, RegExp>> = {
  '': /no S7 object/,
  'DB1.DBW4.3': /only a bit/,
  'DB1.DBX4': /a bit needs/,
  'M 4.8': /bits are 0 to 7/,
  'M 9-4': /ends before/,
  DB70000: /0 to 65535/,
  DB: /which one/,
  DI: /which one/,
  'V1 0-4': /no number of its own/,
  'MB 9999999': /addresses end/,
  'OB1 0-4': /as a whole/,
  holding: /no S7 object/,
};

for (const [text, problem] of Object.entries(WRONG)) {
  test(`says what is wrong with '${text}'`, () => {
    const result = objects.parse(text);
    assert.ok('problem' in result);
    assert.match(result.problem, problem);
  });
}

test('the examples are objects, and written as they are read', () => {
  for (const text of objects.examples) {
    const range = objects.parse(text);
    assert.ok(!('problem' in range), text);
    assert.deepEqual(objects.parse(objects.formatRange(range)), {
      ...range,
      sized: objects.formatRange(range) !== 'T 5',
    });
  }
});

test('every range of bits is read as it is written', () => {
  const range = fc.record({
    space: fc.constantFrom(Space.I, Space.Q, Space.M, Space.DB, Space.L, Space.P, Space.systemFlags),
    area: fc.integer({ min: 1, max: 65535 }),
    from: fc.integer({ min: 0, max: 400_000 }),
    length: fc.integer({ min: 1, max: 4096 }),
  });
  fc.assert(
    fc.property(range, ({ space, area, from, length }) => {
      const blocks = space === Space.DB;
      const wanted = { space, area: blocks ? area : 0, from, to: from + length, sized: true };
      const read = objects.parse(objects.formatRange(wanted));
      assert.deepEqual({ ...read, sized: true }, wanted);
    }),
  );
});

test('any text is read or refused with a reason', () => {
  fc.assert(
    fc.property(fc.string(), text => {
      const result = objects.parse(text);
      assert.ok('problem' in result ? result.problem.length > 0 : result.to > result.from);
    }),
  );
});

test('stations are rack and slot', () => {
  assert.equal(stations.parse('0/2'), 2);
  assert.equal(stations.parse('1 / 3'), 0x23);
  assert.equal(stations.format(0x23), '1/3');
  assert.equal(stations.format(stations.standard), '0/2');
  assert.ok(typeof stations.parse('8/0') === 'object');
  assert.ok(typeof stations.parse('0/32') === 'object');
  assert.ok(typeof stations.parse('2') === 'object');
});
