import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import test from 'node:test';
import { fileURLToPath } from 'node:url';
import type { DefenceName } from './defence.ts';
import { type HallEvent, type HallOptions, type HallOutcome, playHallExercise } from './hall-exercise.ts';
import { watcherOf } from './watchers.ts';

const FILE = fileURLToPath(new URL('../../../policies/rotor-hall.yaml', import.meta.url));

async function play(
  defences: readonly DefenceName[],
  more: Partial<HallOptions> = {},
): Promise<{ outcome: HallOutcome; events: HallEvent[] }> {
  const events: HallEvent[] = [];
  const outcome = await playHallExercise({
    policy: readFileSync(FILE, 'utf8'),
    file: FILE,
    seed: 1,
    defences: new Set(defences),
    intrusion: true,
    watchers: watcherOf,
    tell: event => events.push(event),
    ...more,
  });
  return { outcome, events };
}

test('undefended, rotors are wrecked while the operator sees good values and the engineers the old blocks', async () => {
  const { outcome, events } = await play([]);
  assert.ok(outcome.wrecked >= 6, `${outcome.wrecked}`);
  assert.ok(outcome.steps.every(({ refused, sessionAlive }) => refused === 0 && sessionAlive));
  assert.equal(outcome.shown, 0);
  assert.deepEqual(outcome.reports, []);
  const firstWreck = events.find(({ what }) => what.includes('wrecked'))!.time;
  // Nobody sees anything before the recording ends.
  assert.ok(outcome.leftBand! < firstWreck && outcome.displayed! > firstWreck + 900);
  assert.ok(outcome.rotors.some(({ highest }) => highest > 1400));
  assert.equal(outcome.operatorLosses, 0);
});

test('permits keep the changed programs out, and the controllers as they were', async () => {
  const { outcome } = await play(['permits']);
  assert.equal(outcome.wrecked, 0);
  assert.equal(outcome.damage, 0);
  assert.equal(outcome.leftBand, undefined);
  assert.ok(outcome.steps.every(step => step.held && step.sessionAlive));
  assert.equal(outcome.operatorLosses, 0);
});

test('limits refuse what is written, and find in a reading of the monitor’s what the program does', async () => {
  const { outcome } = await play(['limits']);
  assert.equal(outcome.wrecked, 0);
  assert.ok(outcome.damage > 0 && outcome.damage < 0.7);
  const [downloadA, downloadB, limits, setpoints] = outcome.steps;
  assert.equal(downloadA!.refused + downloadB!.refused, 0);
  assert.ok(limits!.held && setpoints!.held);
  const first = outcome.reports[0]!;
  assert.equal(first.calls, 'stop');
  assert.ok(first.time - outcome.leftBand! <= 15, `${first.time - outcome.leftBand!} s`);
});

test('a quiet hour finds nothing and disturbs nobody; the same seed gives the same course', async () => {
  const { outcome } = await play(['permits', 'limits'], { intrusion: false });
  assert.deepEqual(outcome.reports, []);
  assert.deepEqual(outcome.deeds, []);
  assert.equal(outcome.operatorLosses, 0);
  assert.equal(outcome.damage, 0);
  const first = await play(['limits'], { seed: 9 });
  const second = await play(['limits'], { seed: 9 });
  assert.deepEqual(first, second);
});

test('a policy that leads anywhere but to loopback addresses is refused', async () => {
  const shipped = readFileSync(FILE, 'utf8');
  for (const [from, to] of [
    ['plc-a: 127.0.5.1', 'plc-a: 10.2.0.7'],
    ['eng-1: 127.0.4.21', 'eng-1: 10.1.0.66'],
    ['listen: 127.0.6.2:1102', 'listen: 0.0.0.0:1102'],
  ] as const) {
    const policy = shipped.replace(from, to);
    assert.notEqual(policy, shipped);
    await assert.rejects(play([], { policy }), { code: 'COFFERDAM_NOT_LOOPBACK' });
  }
});
