/**
 * One seed of one plant: a day is learned, then false alarms are counted on clean days, or replays and faults are played
 * into some hours of them, or what is done to a whole controller. A process of its own; prints its figures as JSON.
 *
 * @module
 */

import { Random } from '../../src/plant/random.ts';
import { PROCESS_KINDS, type ProcessKind } from '../../src/process/finding-kinds.ts';
import { ProcessLearner } from '../../src/process/learner.ts';
import { ProcessMonitor } from '../../src/process/process-monitor.ts';
import type { ProcessProfile, TagProfile } from '../../src/process/profile.ts';
import { Statistics } from '../../src/process/statistics.ts';
import { FAULTS } from './faults.ts';
import type { CleanFigures, JobFigures, TrialFigures } from './figures.ts';
import { infoOf, PLANTS, type Plant, type PlantName, tell, tellOthers } from './plants.ts';
import { forReaders } from './profiles.ts';
import { VARIANTS } from './replays.ts';
import { isDeaf, record, tryDeaf, tryWindows } from './windows.ts';

const HOUR = 3600;
/** Seconds before the first replay, between two, and that each lasts. */
const FIRST = 2 * HOUR;
const EVERY = 1800;
const LASTS = 300;
/** Faults a tag and size. */
const TRIALS = 3;

interface Job {
  readonly plant: PlantName;
  readonly seed: number;
  readonly part: 'clean' | 'trials' | 'windows';
  readonly learn: number;
  readonly watch: number;
}

const [plant, seed, part, learn, watch] = process.argv.slice(2);
const job = { plant, seed: Number(seed), part, learn: Number(learn), watch: Number(watch) } as Job;
console.log(JSON.stringify(run(job)));

function run({ plant: name, seed, part, learn, watch }: Job): JobFigures {
  const whole: Plant = PLANTS[name];
  const plant: Plant = part !== 'trials' ? whole : { ...whole, watched: whole.tried };
  const tags = plant.watched.map(infoOf);
  const learner = new ProcessLearner(tags);
  const seconds = (learn + watch) * HOUR;
  // Others read too where that is looked at: half a second later.
  const period = part === 'trials' ? 1 : 0.5;
  const rows = plant.history({ seed, seconds, period });
  for (let i = 0; i * period < learn * HOUR; i++) {
    const row = rows.next().value!;
    if (Number.isInteger(i * period)) tell(plant, row, learner);
    else if (row.wish !== undefined) learner.command(row.wish.tag.name, row.time + 0.25, row.wish.value);
  }
  const profile = learner.learn();
  const figures = { plant: name, seed };
  if (part === 'clean') return { ...figures, clean: countFalse(plant, profile, rows, watch) };
  if (part === 'trials') return { ...figures, trials: tryAll(plant, profile, rows, watch, seed) };
  const windows = tryWindows(plant, profile, record(plant, rows, watch * HOUR), seed);
  return { ...figures, windows: { ...windows, deaf: deafHours(plant, profile, { seed, seconds, learn }) } };
}

/** The same plant once more, which obeys its operator only now and then. */
function deafHours(
  plant: Plant,
  profile: ProcessProfile,
  { seed, seconds, learn }: { readonly seed: number; readonly seconds: number; readonly learn: number },
): number[] {
  let zero = Number.NaN;
  const deaf = (time: number) => isDeaf(time - zero);
  const rows = plant.history({ seed, seconds, deaf });
  for (let i = 0; i < learn * HOUR - 1; i++) rows.next();
  zero = rows.next().value!.time;
  return tryDeaf(plant, profile, rows, zero);
}

/** What is found where nothing is wrong. */
function countFalse(
  plant: Plant,
  profile: ProcessProfile,
  rows: ReturnType<Plant['history']>,
  hours: number,
): CleanFigures {
  const alarms: Record<string, number> = {};
  const examples: string[] = [];
  const monitor = new ProcessMonitor({
    tags: plant.watched.map(infoOf),
    profile,
    sink: ({ kind, message }) => {
      alarms[kind] = (alarms[kind] ?? 0) + 1;
      if (examples.length < 20) examples.push(`${kind}: ${message}`);
    },
  });
  const readers = new ProcessMonitor({
    tags: plant.watched.map(infoOf),
    profile: forReaders(profile),
    sink: ({ kind, message }) => {
      if (kind !== PROCESS_KINDS.disagreement.name) return;
      alarms[kind] = (alarms[kind] ?? 0) + 1;
      if (examples.length < 20) examples.push(`${kind}: ${message}`);
    },
  });
  let half = false;
  for (const row of rows) {
    if (half) {
      tellOthers(plant, row, readers);
      if (row.wish !== undefined) monitor.command(row.wish.tag.name, row.time + 0.25, row.wish.value);
    } else {
      tell(plant, row, monitor);
      tell(plant, row, readers);
    }
    half = !half;
  }
  const detectors = {
    shift: 'level',
    drift: 'level',
    oscillation: 'oscillation',
    quiet: 'quiet',
    stuck: 'stuck',
    outlier: 'outlier',
    replay: 'replay',
    disagreement: 'spans',
  } as const;
  // Set-points are watched too, but only readings count as tags.
  const readings = new Set(plant.watched.filter(({ setting }) => !setting).map(({ name }) => name));
  const tags = profile.tags.filter(({ tag }) => readings.has(tag));
  const speaking = Object.fromEntries(
    Object.entries(detectors).map(([kind, part]) => [
      `process.${kind}`,
      tags.filter(tag => tag[part] !== undefined).length,
    ]),
  );
  speaking['process.range'] = plant.watched.filter(
    ({ setting, range }) => !setting && range !== undefined,
  ).length;
  speaking['process.unresponsive'] = new Set(
    profile.tags.flatMap(({ responses }) => responses.map(({ tag }) => tag)),
  ).size;
  return { hours, speaking, alarms, examples };
}

/** Replays and faults, played into readings of some hours. */
function tryAll(
  plant: Plant,
  profile: ProcessProfile,
  rows: ReturnType<Plant['history']>,
  hours: number,
  seed: number,
): TrialFigures {
  const readings = new Map(plant.watched.map(tag => [tag.name, new Float64Array(hours * HOUR)]));
  const settings: { readonly at: number; readonly tag: string; readonly value: number }[] = [];
  let at = 0;
  for (const { values, wish } of rows) {
    for (const [index, tag] of plant.all.entries()) {
      const kept = readings.get(tag.name);
      if (kept !== undefined) kept[at] = values[index]!;
    }
    if (wish !== undefined) settings.push({ at, tag: wish.tag.name, value: wish.value });
    at++;
  }
  const random = new Random(seed ^ 0x2545f491);
  const replays: TrialFigures['replays'][number][] = [];
  const faults: TrialFigures['faults'][number][] = [];
  for (const tag of plant.watched.filter(({ setting }) => !setting)) {
    const learned = profile.tags.find(one => one.tag === tag.name)!;
    const values = readings.get(tag.name)!;
    const resolution = tag.type === 'float32' ? 0 : tag.scale;
    if (learned.whitening === undefined) continue;
    for (const variant of VARIANTS) {
      const noise = learned.whitening.sigma;
      const delays =
        learned.replay === undefined
          ? new Array<number>(Math.floor((values.length - FIRST - LASTS) / EVERY) + 1).fill(-1)
          : replaysInto(
              values,
              learned,
              (from, i) => variant.play({ readings: values, from, resolution, noise, random }, i),
              random,
            );
      replays.push({ tag: tag.name, needs: learned.replay?.needs ?? -1, variant: variant.name, delays });
    }
    for (const fault of FAULTS) {
      for (const size of fault.sizes) {
        const change = (value: number, i: number, last: number) => {
          const changed = fault.change(value, size, i, last, learned);
          return resolution === 0 ? Math.fround(changed) : Math.round(changed / resolution) * resolution;
        };
        const delays = faultsInto(values, learned, fault.kind, fault.within, change, settings);
        if (delays !== undefined) faults.push({ tag: tag.name, fault: fault.name, size, delays });
      }
    }
  }
  return { replays, faults };
}

/** Seconds until each replay is found, -1 for those that are not while they last. */
function replaysInto(
  values: Float64Array,
  profile: TagProfile,
  play: (from: number, i: number) => number,
  random: Random,
): number[] {
  const { tag, unit, source, readings, from, to, period, whitening, replay } = profile;
  const only = { tag, unit, source, readings, from, to, period, responses: [], silent: {} };
  const delays: number[] = [];
  let begun = Number.NaN;
  const statistics = new Statistics({ ...only, whitening: whitening!, replay: replay! }, ({ time }) => {
    if (delays.length > 0 && delays.at(-1) === -1 && time < begun + LASTS)
      delays[delays.length - 1] = time - begun + 1;
  });
  let recorded = 0;
  for (let i = 0; i < values.length; i++) {
    if (i >= FIRST && (i - FIRST) % EVERY === 0 && i + LASTS <= values.length) {
      begun = i;
      recorded = recording(i, random);
      delays.push(-1);
    }
    statistics.next(i, i < begun + LASTS ? play(recorded, i - begun) : values[i]!);
  }
  return delays;
}

/** Where a recording for the replay at `now` begins: among true readings, not in what was itself replayed before. */
function recording(now: number, random: Random): number {
  for (;;) {
    const from = Math.floor(random.between(600, now - 2 * LASTS));
    const since = from < FIRST ? EVERY : (from - FIRST) % EVERY;
    const until = from < FIRST ? FIRST - from : EVERY - since;
    if (since >= LASTS && until > LASTS * 1.05) return from;
  }
}

/** Seconds until each of some faults is found; undefined where the detector does not speak for the tag. */
function faultsInto(
  values: Float64Array,
  profile: TagProfile,
  kind: ProcessKind,
  within: number,
  change: (value: number, i: number, last: number) => number,
  settings: readonly { readonly at: number; readonly tag: string; readonly value: number }[],
): number[] | undefined {
  const { replay: _, ...rest } = profile;
  const detector = kind === 'shift' || kind === 'drift' ? 'level' : kind;
  if (!(detector in rest)) return undefined;
  const delays: number[] = [];
  const room = values.length - FIRST - within;
  // The hours are too few for it.
  if (room < 0) return undefined;
  for (let trial = 0; trial < TRIALS; trial++) {
    const begins = FIRST + Math.floor((trial * room) / TRIALS);
    const last = values[begins - 1]!;
    let found = -1;
    const now = new Map<string, number>();
    let next = 0;
    const statistics = new Statistics(
      rest,
      alarm => {
        if (alarm.kind === kind && alarm.time >= begins && found < 0) found = alarm.time - begins + 1;
      },
      { setting: tag => now.get(tag) ?? Number.NaN },
    );
    for (let i = 0; i < begins + within && found < 0; i++) {
      for (; next < settings.length && settings[next]!.at < i; next++)
        now.set(settings[next]!.tag, settings[next]!.value);
      if (i < begins - FIRST) continue;
      statistics.next(i, i < begins ? values[i]! : change(values[i]!, i - begins, last));
    }
    delays.push(found);
  }
  return delays;
}
