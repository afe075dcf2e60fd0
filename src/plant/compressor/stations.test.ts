import assert from 'node:assert/strict';
import test from 'node:test';
import { Random } from '../random.ts';
import { CompressorStation } from './compressor-station.ts';
import { EngineeringStation } from './engineering-station.ts';
import { CompressorNetwork } from './network.ts';
import { OperatorStation } from './operator-station.ts';
import { TAG, TAGS } from './tags.ts';

const PLACES = {
  process: { address: '127.0.2.96', port: 0 },
  drive: { address: '127.0.2.97', port: 0 },
};

test('the operator sees what the controllers hold, adjusts within the safe ranges, and loses nothing', async t => {
  const plant = new CompressorStation({ seed: 9 });
  const network = new CompressorNetwork(plant);
  t.after(() => network.close());
  const operator = new OperatorStation('127.0.1.96', await network.listen(PLACES), new Random(9));
  t.after(() => operator.close());
  const set = new Set<string>();
  for (let round = 0; round < 120; round++) {
    plant.runUntil(plant.time + 0.5);
    const adjustment = await operator.round();
    if (adjustment === undefined) continue;
    assert.ok(adjustment.done);
    set.add(adjustment.tag.name);
  }
  assert.equal(set.size, 3);
  const { counts } = operator;
  assert.ok(counts.undisturbed);
  assert.ok(counts.requests > 700);
  assert.equal(counts.answers, counts.requests);
  assert.equal(counts.connects, 2);
  assert.deepEqual(plant.watch.excursions, []);
  await operator.round();
  for (const tag of TAGS) {
    if (tag.place.protocol === 's7comm' && tag.place.db === 3) continue;
    if (tag.setting) assert.equal(operator.reading(tag), plant.value(tag), tag.name);
  }
  assert.equal(operator.reading(TAG.dischargePressure), plant.value(TAG.dischargePressure));
});

test('a controller that goes away is counted as lost, and connected to again when it is back', async t => {
  const plant = new CompressorStation({ seed: 9 });
  const first = new CompressorNetwork(plant);
  const places = await first.listen(PLACES);
  const operator = new OperatorStation('127.0.1.97', places, new Random(9));
  t.after(() => operator.close());
  await operator.round();
  await first.close();
  await operator.round();
  assert.ok(operator.counts.lost > 0);
  assert.equal(operator.counts.undisturbed, false);
  const second = new CompressorNetwork(plant);
  t.after(() => second.close());
  await second.listen(places);
  const { answers } = operator.counts;
  await operator.round();
  assert.ok(operator.counts.answers > answers);
  assert.equal(operator.counts.reconnects, 2);
});

test('the engineering station reads identity, clock, lists and blocks', async t => {
  const plant = new CompressorStation({ seed: 9, start: Date.UTC(2026, 0, 1) });
  const network = new CompressorNetwork(plant);
  t.after(() => network.close());
  const { drive } = await network.listen(PLACES);
  const engineer = new EngineeringStation('127.0.1.98', drive);
  t.after(() => engineer.close());
  for (let round = 0; round < 4; round++) await engineer.round();
  assert.ok(engineer.counts.undisturbed);
  assert.equal(engineer.counts.answers, 20);
});

test('a station does not talk to, or from, an address that is not loopback', async () => {
  const { process, drive } = PLACES;
  const abroad = { address: '10.0.0.1', port: 502 };
  for (const operator of [
    new OperatorStation('127.0.1.99', { process: abroad, drive: abroad }, new Random(1)),
    new OperatorStation('10.0.0.2', { process, drive }, new Random(1)),
  ]) {
    await operator.round();
    assert.equal(operator.counts.answers, 0);
    assert.equal(operator.counts.connects, 0);
    operator.close();
  }
});
