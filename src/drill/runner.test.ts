import assert from 'node:assert/strict';
import test from 'node:test';
import { CompressorStation } from '../plant/compressor/compressor-station.ts';
import { CompressorNetwork } from '../plant/compressor/network.ts';
import { DRIVE_CONTROLLER, PROCESS_CONTROLLER } from '../plant/compressor/tags.ts';
import { COMPRESSOR_INTRUSION } from './compressor-intrusion.ts';
import { ENGINEER, OPERATOR, VENDOR } from './hosts.ts';
import { Intruder } from './runner.ts';

const HOSTS = new Map([
  [OPERATOR, '127.0.1.11'],
  [ENGINEER, '127.0.1.21'],
  [VENDOR, '127.0.1.66'],
]);

/** An intruder in front of a station without a gateway; time passes only as the test says. */
async function undefended(t: test.TestContext) {
  const station = new CompressorStation({ seed: 4 });
  const network = new CompressorNetwork(station);
  const { process, drive } = await network.listen({
    process: { address: '127.0.2.93', port: 0 },
    drive: { address: '127.0.2.94', port: 0 },
  });
  const endpoints = new Map([
    [PROCESS_CONTROLLER, process],
    [DRIVE_CONTROLLER, drive],
  ]);
  const intruder = new Intruder({ hosts: HOSTS, endpoints });
  t.after(async () => {
    intruder.close();
    await network.close();
  });
  return { station, intruder };
}

test('undefended, the intrusion wrecks the machine within 20 s', async t => {
  const { station, intruder } = await undefended(t);
  station.runUntil(5);
  for (const step of COMPRESSOR_INTRUSION) {
    station.runUntil(station.time + 0.5 + (step.wait ?? 0));
    const result = await intruder.run(step);
    assert.equal(result.held, false, step.name);
    assert.ok(result.saw.includes('done'), step.name);
    assert.ok(result.sessionAlive, step.name);
  }
  station.runUntil(25);
  const { surgeCycles, highestSpeed, damage, wrecked } = station.train.consequences;
  assert.ok(surgeCycles >= 1);
  assert.ok(highestSpeed > 2000);
  assert.equal(damage, 1);
  assert.ok(wrecked);
  assert.equal(station.drive.cpu.running, false);
  assert.ok(station.watch.excursions.length > 10);
});

test('the steps before the last do no harm by themselves where one guard still stands', async t => {
  const { station, intruder } = await undefended(t);
  // The speed alone: the drive program's limits hold.
  const speed = COMPRESSOR_INTRUSION.find(step => step.name.startsWith('set the speed'))!;
  await intruder.run(speed);
  station.runUntil(30);
  assert.ok(station.train.consequences.highestSpeed < 1600);
  assert.equal(station.train.consequences.damage, 0);
});

test('a step says what came back, and a controller that is gone is no refusal', async t => {
  const { intruder } = await undefended(t);
  const [scan] = COMPRESSOR_INTRUSION;
  const result = await intruder.run(scan!);
  assert.equal(result.requests, scan!.attempts.length);
  assert.deepEqual([...result.saw].sort(), ['done', 'refused: illegal function']);

  const nobody = new Intruder({
    hosts: HOSTS,
    endpoints: new Map([[PROCESS_CONTROLLER, { address: '127.0.2.95', port: 9 }]]),
  });
  const lost = await nobody.run(scan!);
  assert.equal(lost.refused, 0);
  assert.equal(lost.held, false);
  assert.equal(lost.sessionAlive, false);
});

test('the runner refuses every address that is not loopback', () => {
  for (const address of [
    '10.2.0.7',
    '192.168.1.1',
    '0.0.0.0',
    '128.0.0.1',
    '::',
    'localhost',
    '127.0.0.1.example',
  ]) {
    const endpoints = new Map([[PROCESS_CONTROLLER, { address, port: 502 }]]);
    assert.throws(
      () => new Intruder({ hosts: HOSTS, endpoints }),
      { code: 'COFFERDAM_NOT_LOOPBACK' },
      address,
    );
    const hosts = new Map([[VENDOR, address]]);
    assert.throws(
      () => new Intruder({ hosts, endpoints: new Map() }),
      { code: 'COFFERDAM_NOT_LOOPBACK' },
      address,
    );
  }
});
