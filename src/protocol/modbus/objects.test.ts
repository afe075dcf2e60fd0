import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { objects, stations } from './objects.ts';
import { SPACES, Spaces } from './spaces.ts';

test('objects as policies write them, in bits', () => {
  const { coil, discrete, input, holding, file, fifo } = Spaces;
  const cases = [
    ['holding 40', { space: holding, area: 0, from: 640, to: 656, sized: false }],
    ['holding 40-49', { space: holding, area: 0, from: 640, to: 800, sized: true }],
    ['holding 40.3', { space: holding, area: 0, from: 643, to: 644, sized: true }],
    ['holding 65535.15', { space: holding, area: 0, from: 1_048_575, to: 1_048_576, sized: true }],
    ['coil 5', { space: coil, area: 0, from: 5, to: 6, sized: true }],
    ['coil 5-9', { space: coil, area: 0, from: 5, to: 10, sized: true }],
    ['input 3', { space: input, area: 0, from: 48, to: 64, sized: false }],
    ['discrete 7', { space: discrete, area: 0, from: 7, to: 8, sized: true }],
    ['file 4 0-9', { space: file, area: 4, from: 0, to: 160, sized: true }],
    ['fifo 1246', { space: fifo, area: 0, from: 19_936, to: 19_952, sized: false }],
    ['  holding   40 ', { space: holding, area: 0, from: 640, to: 656, sized: false }],
  ] as const;
  for (const [text, range] of cases) assert.deepEqual(objects.parse(text), range, text);
});

test('what is wrong with an object is said with what to write', () => {
  const cases = [
    ['', /write for example holding 40/],
    ['40001', /write for example/],
    ['holding', /write for example/],
    ['holding -1', /write for example/],
    ['holding 1.2.3', /write for example/],
    ['holding 1e3', /write for example/],
    ['holdings 40', /there are coil, discrete/],
    ['DB1.DBD4', /write for example/],
    ['holding 65536', /0 to 65535, zero-based/],
    ['holding 40-70000', /0 to 65535/],
    ['holding 99999999999999999999', /0 to 65535/],
    ['holding 49-40', /write 40-49/],
    ['holding 40.16', /0 \(least significant\) to 15/],
    ['coil 5.1', /write coil 5/],
    ['file 4', /file 4 /],
    ['file 0 1', /1 to 65535/],
    ['file 4 10000', /0 to 9999/],
    ['holding 4 40', /holding 40/],
  ] as const;
  for (const [text, problem] of cases) {
    const parsed = objects.parse(text);
    assert.ok('problem' in parsed, text);
    assert.match(parsed.problem, problem);
  }
});

test('every range is read back as it is written', () => {
  const range = fc
    .tuple(fc.integer({ min: 1, max: SPACES.length - 1 }), fc.nat(255), fc.nat(255), fc.nat(15), fc.nat(2))
    .map(([space, a, b, bit, kind]) => {
      const { name, bits, areas } = SPACES[space]!;
      const [first, last] = a < b ? [a, b] : [b, a];
      const object = `${name}${areas ? ' 7' : ''} ${first}`;
      if (kind === 0 && first < last) return `${object}-${last}`;
      return kind === 1 && bits === 16 ? `${object}.${bit}` : object;
    });
  fc.assert(
    fc.property(range, text => {
      const parsed = objects.parse(text);
      assert.ok(!('problem' in parsed), text);
      assert.equal(objects.formatRange(parsed), text);
    }),
    { seed: 20261121 },
  );
});

test('the examples are examples', () => {
  for (const example of objects.examples) assert.ok(!('problem' in objects.parse(example)), example);
});

test('the one-based numbering that engineers know', () => {
  const cases = [
    ['holding 40', '40041'],
    ['holding 40-49', '40041-40050'],
    ['holding 40.3', '40041.3'],
    ['holding 9998', '49999'],
    ['holding 9999', '410000'],
    ['holding 65535', '465536'],
    ['input 0', '30001'],
    ['discrete 7', '10008'],
    ['coil 5', '00006'],
    ['file 4 0-9', ''],
    ['fifo 3', ''],
  ] as const;
  for (const [text, alias] of cases) {
    const parsed = objects.parse(text);
    assert.ok(!('problem' in parsed));
    assert.equal(objects.alias(parsed), alias, text);
  }
});

test('units', () => {
  assert.equal(stations.parse('0'), 0);
  assert.equal(stations.parse('255'), 255);
  for (const text of ['', '256', '-1', '1.5', '0x1', 'one', '1 ']) {
    assert.ok(typeof stations.parse(text) === 'object', text);
  }
  assert.equal(stations.format(17), '17');
  assert.equal(stations.standard, 1);
});

test('unit 0 is that of a broadcast', () => {
  assert.equal(stations.broadcast, 0);
});
