import assert from 'node:assert/strict';
import test from 'node:test';
import { BlockType, makeBlock } from '../s7-block.ts';
import { objectText, withinRange } from '../tag.ts';
import { CompressorStation } from './compressor-station.ts';
import { TAG, TAGS } from './tags.ts';

/** Every tag's value each second up to `seconds`. */
function trace(seed: number, seconds: number, step?: number): number[][] {
  const station = new CompressorStation(step === undefined ? { seed } : { seed, step });
  const rows: number[][] = [];
  for (let t = 1; t <= seconds; t++) {
    station.runUntil(t);
    rows.push(TAGS.map(tag => station.value(tag)));
  }
  return rows;
}

test('left alone it runs for an hour with every tag in its safe range', () => {
  for (const seed of [1, 2]) {
    const station = new CompressorStation({ seed });
    for (let t = 1; t <= 3600; t++) {
      station.runUntil(t);
      for (const tag of TAGS) {
        const now = station.value(tag);
        assert.ok(withinRange(tag, now), `seed ${seed}, ${t} s: ${tag.name} is ${now} ${tag.unit}`);
      }
    }
    assert.equal(station.train.consequences.surgeCycles, 0);
    assert.equal(station.train.consequences.damage, 0);
    assert.deepEqual(station.watch.excursions, []);
    assert.equal(station.time, 3600);
  }
});

test('it begins in its safe range, whatever the seed', () => {
  for (let seed = 0; seed < 50; seed++) {
    const station = new CompressorStation({ seed });
    station.runUntil(10);
    assert.deepEqual(station.watch.excursions, [], `seed ${seed}`);
  }
});

test('the whole range of the speed setpoint is safe, at either end and in a step', () => {
  for (const [from, to] of [
    [1400, 1575],
    [1575, 1400],
  ] as const) {
    const station = new CompressorStation({ seed: 3 });
    for (const [setpoint, until] of [
      [from, 120],
      [to, 240],
    ] as const) {
      station.drive.cpu.set(TAG.speedSetpoint, setpoint);
      station.drive.cpu.set(TAG.speedRamp, 30);
      station.runUntil(until);
      assert.ok(Math.abs(station.train.rpm - setpoint) < 3);
    }
    assert.equal(station.train.consequences.damage, 0);
    assert.equal(station.process.trip, '');
  }
});

test('the same seed gives the same trace, another seed another', () => {
  assert.deepEqual(trace(5, 60), trace(5, 60));
  assert.notDeepEqual(trace(5, 60), trace(6, 60));
});

test('half the step gives the same trace within the noise of the least digit', () => {
  const coarse = trace(5, 60);
  const fine = trace(5, 60, 0.0025);
  for (const [i, row] of coarse.entries()) {
    for (const [j, tag] of TAGS.entries()) {
      const difference = Math.abs(row[j]! - fine[i]![j]!);
      // One count where there are counts; float tags have none to hide behind.
      const tolerance = tag.type === 'float32' ? 1e-3 : tag.scale * 1.01;
      assert.ok(difference <= tolerance, `${tag.name}: ${difference}`);
    }
  }
});

test('too high a setpoint is clamped by the drive program as long as its limits stand', () => {
  const station = new CompressorStation({ seed: 1 });
  station.drive.cpu.set(TAG.speedSetpoint, 2400);
  station.runUntil(60);
  assert.ok(Math.abs(station.train.rpm - 1575) < 3);
  assert.equal(station.train.consequences.damage, 0);
});

test('shutting the outlet is met by the anti-surge controller, and wrecks the machine without it', () => {
  const guarded = new CompressorStation({ seed: 1 });
  guarded.process.compressor.set(TAG.dischargeValveSetpoint, 5);
  guarded.runUntil(60);
  assert.ok(guarded.train.consequences.surgeCycles <= 1);
  assert.ok(guarded.train.consequences.damage < 0.1);

  const bare = new CompressorStation({ seed: 1 });
  bare.process.compressor.set(TAG.dischargeValveSetpoint, 5);
  bare.process.compressor.set(TAG.antisurgeAuto, 0);
  bare.process.compressor.set(TAG.tripsArmed, 0);
  bare.runUntil(90);
  assert.ok(bare.train.consequences.surgeCycles > 20);
  assert.ok(bare.train.consequences.damage > 0.8);
});

test('a trip stops the motor and opens the recycle valve', () => {
  const station = new CompressorStation({ seed: 1 });
  station.process.lube.set(TAG.oilPump, 0);
  station.runUntil(40);
  assert.equal(station.process.trip, 'bearing temperature');
  assert.equal(station.drive.trip, 'process trip');
  assert.ok(station.train.rpm < 500);
  assert.equal(station.process.compressor.get(TAG.recycleValvePosition) > 90, true);
});

test('a guard block replaced by an empty one no longer guards', () => {
  for (const replaced of [false, true]) {
    const station = new CompressorStation({ seed: 1 });
    const { cpu } = station.drive;
    if (replaced) {
      const empty = makeBlock(BlockType.OB, 35, Uint8Array.of(0x65, 0x00));
      assert.ok(cpu.load(BlockType.OB, 35, empty.bytes));
      assert.ok(cpu.activate(BlockType.OB, 35));
    }
    cpu.set(TAG.speedMaximum, 2400);
    cpu.set(TAG.speedSetpoint, 2400);
    cpu.set(TAG.speedRamp, 30);
    station.runUntil(30);
    assert.equal(station.drive.trip, replaced ? '' : 'overspeed');
    assert.equal(station.train.consequences.highestSpeed > 1700, replaced);
  }
});

test('in STOP the motor gives no torque', () => {
  const station = new CompressorStation({ seed: 1 });
  station.drive.cpu.running = false;
  station.runUntil(20);
  assert.ok(station.train.rpm < 700);
});

test('values that are no numbers in float registers do no more harm than any others', () => {
  const station = new CompressorStation({ seed: 1 });
  for (const wrong of [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]) {
    station.drive.cpu.set(TAG.speedSetpoint, wrong);
    station.drive.cpu.set(TAG.speedRamp, wrong);
    station.drive.cpu.set(TAG.speedMaximum, wrong);
    station.process.compressor.set(TAG.surgeMarginSetpoint, wrong);
    station.runUntil(station.time + 5);
    assert.ok(station.train.state.every(Number.isFinite));
  }
});

test('no two tags share a name, or an object of one controller', () => {
  assert.equal(new Set(TAGS.map(tag => tag.name)).size, TAGS.length);
  const objects = TAGS.map(
    tag => `${tag.controller} ${'station' in tag.place ? tag.place.station : ''} ${objectText(tag)}`,
  );
  assert.equal(new Set(objects).size, TAGS.length);
});
