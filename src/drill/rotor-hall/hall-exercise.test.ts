import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import test from 'node:test';
import { fileURLToPath } from 'node:url';
import { outcomeRow, PAGE } from '../../../test/start/hall-page.ts';
import { AUDIT_INTERVAL } from './audit-watch.ts';
import { SCHEDULE } from './changed-program.ts';
import { DEFENCES, type DefenceName } from './defence.ts';
import { type HallEvent, type HallOptions, type HallOutcome, playHallExercise } from './hall-exercise.ts';
import { ENGINEER, HISTORIAN, ROTOR_HALL_INTRUSION } from './intrusion.ts';
import { watcherOf } from './watchers.ts';

const FILE = fileURLToPath(new URL('../../../policies/rotor-hall.yaml', import.meta.url));

async function play(
  defences: readonly DefenceName[],
  more: Partial<HallOptions> = {},
  asOnPage = true,
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
  if (asOnPage) {
    const remedy =
      'docs/rotor-hall.md has drifted from the code: node test/start/hall-page.ts, then commit it';
    assert.ok(readFileSync(PAGE, 'utf8').includes(outcomeRow(outcome)), `${remedy}\n${outcomeRow(outcome)}`);
  }
  return { outcome, events };
}

/** The course of the exercise with limits alone. */
let limited: Awaited<ReturnType<typeof play>>;

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

test('permits keep the changed programs out, and let through what was signed', async () => {
  const { outcome } = await play(['permits']);
  assert.equal(outcome.wrecked, 0);
  assert.equal(outcome.damage, 0);
  assert.equal(outcome.leftBand, undefined);
  assert.equal(outcome.changed, true);
  assert.ok(outcome.steps.length === 2 && outcome.steps.every(step => step.held && step.sessionAlive));
  assert.equal(
    outcome.reports.length,
    outcome.steps.reduce((sum, { requests }) => sum + requests, 0),
  );
  assert.ok(outcome.reports.every(({ defence, station }) => defence === 'permits' && station === ENGINEER));
  assert.equal(outcome.operatorLosses, 0);
});

test('read-back finds every changed block within one interval, whatever the station shows', async () => {
  const { outcome } = await play(['audit']);
  assert.equal(outcome.wrecked, 0);
  assert.equal(outcome.shown, 0);
  assert.deepEqual(
    outcome.reports.map(({ cascade }) => cascade),
    ['plc-a', 'plc-b'],
  );
  for (const { time, what } of outcome.reports) {
    const reading = 60;
    assert.ok(time - ROTOR_HALL_INTRUSION[0]!.at <= AUDIT_INTERVAL + reading, `${time} s`);
    for (const block of ['OB1 changed', 'OB35 changed', 'FB10 changed', 'FC1865 added', 'DB890 added']) {
      assert.ok(what.includes(block), what);
    }
  }
});

test('limits refuse what is written, and find in a reading of the monitor’s what the program does', async () => {
  limited = await play(['limits']);
  const { outcome } = limited;
  assert.equal(outcome.wrecked, 0);
  assert.ok(outcome.damage > 0 && outcome.damage < 0.7);
  const [downloadA, downloadB, limits, setpoints] = outcome.steps;
  assert.equal(downloadA!.refused + downloadB!.refused, 0);
  assert.ok(limits!.held && setpoints!.held);
  const first = outcome.reports[0]!;
  assert.equal(first.calls, 'stop');
  assert.ok(first.time - outcome.leftBand! <= 10, `${first.time - outcome.leftBand!} s`);
});

test('where no other sensors tell, limits keep the cascade that is written to, and not the one whose program has a schedule', async () => {
  const { outcome } = await play(
    ['limits'],
    {
      watchers: (name, ground) => {
        const watcher = watcherOf(name, ground);
        return {
          reading(reading) {
            if (reading.station !== HISTORIAN) watcher?.reading?.(reading);
          },
        };
      },
    },
    false,
  );
  const wrecked = outcome.rotors.map(rotor => rotor.wrecked);
  assert.equal(wrecked.slice(0, 6).filter(Boolean).length, 5);
  assert.deepEqual(wrecked.slice(6), new Array(6).fill(false));
});

test('replay detection finds the recording within a minute, by repetition alone too', async () => {
  const { outcome } = await play(['replay']);
  assert.equal(outcome.wrecked, 0);
  const played = ROTOR_HALL_INTRUSION[0]!.at + SCHEDULE.play;
  assert.ok(outcome.reports.every(({ time }) => time >= played));
  const repeats = outcome.reports.filter(({ what }) => what.includes('repeats'));
  assert.ok(repeats[0]!.time - played <= 60, `${repeats[0]!.time - played} s`);
  for (let drive = 1; drive <= 12; drive++) {
    assert.ok(
      repeats.some(({ what }) => what.startsWith(`drive-${drive}.`)),
      `drive ${drive}`,
    );
  }
});

test('all together in a quiet hour find nothing and disturb nobody', async () => {
  const { outcome } = await play(DEFENCES, { intrusion: false, seed: 9 }, false);
  assert.deepEqual(outcome.reports, []);
  assert.deepEqual(outcome.deeds, []);
  assert.equal(outcome.changed, true);
  assert.equal(outcome.operatorLosses, 0);
  assert.equal(outcome.damage, 0);
});

test('the same seed gives the same course', async () => {
  assert.deepEqual(await play(['limits']), limited);
});

test('it ends early when told to', async () => {
  const { outcome } = await play([], { signal: AbortSignal.abort() }, false);
  assert.equal(outcome.seconds, 0);
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
