/**
 * What an intruder does to a whole controller: all of its readings are replayed to the operator, or nothing follows from
 * the operator's commands. And a reader who is told something else than another one.
 *
 * @module
 */

import type { Finding } from '../../src/operation/finding.ts';
import type { HistoryRow } from '../../src/plant/history.ts';
import { Random } from '../../src/plant/random.ts';
import type { Tag } from '../../src/plant/tag.ts';
import { PROCESS_KINDS } from '../../src/process/finding-kinds.ts';
import { ProcessMonitor } from '../../src/process/process-monitor.ts';
import type { ProcessProfile } from '../../src/process/profile.ts';
import type { WindowFigures } from './figures.ts';
import { infoOf, type Plant, SECOND, tell } from './plants.ts';
import { forCommands, forReaders } from './profiles.ts';
import { VARIANTS, type Variant } from './replays.ts';

const HOUR = 3600;
/** Seconds before the first window, between two, and that each lasts. */
const FIRST = HOUR;
const EVERY = 1200;
const LASTS = 300;
/** Seconds that the controller obeys nobody. */
export const DEAF = 600;
/** Differences between two readers, in what one difference in a thousand of the history's own exceeds. */
export const APART = [0.5, 1, 1.5, 2, 3, 5] as const;

/** What the readers read, one second after the other. */
export interface Recorded {
  readonly seconds: number;
  /** By tag: what the operator's station read, and the second reader half a second later. */
  readonly first: ReadonlyMap<string, Float64Array>;
  readonly second: ReadonlyMap<string, Float64Array>;
  /** What the operator set after the reading of that second. */
  readonly wishes: ReadonlyMap<number, { readonly tag: string; readonly value: number }>;
}

/** Reads `seconds` of rows that are half a second apart. */
export function record(plant: Plant, rows: Iterator<HistoryRow>, seconds: number): Recorded {
  const make = () => new Map(plant.watched.map(({ name }) => [name, new Float64Array(seconds)]));
  const [first, second] = [make(), make()];
  const wishes = new Map<number, { readonly tag: string; readonly value: number }>();
  for (let i = 0; i < 2 * seconds; i++) {
    const { values, wish } = rows.next().value as HistoryRow;
    const kept = i % 2 === 0 ? first : second;
    for (const [index, { name }] of plant.all.entries()) {
      const list = kept.get(name);
      if (list !== undefined) list[i >> 1] = values[index]!;
    }
    if (wish !== undefined) wishes.set(i >> 1, { tag: wish.tag.name, value: wish.value });
  }
  return { seconds, first, second, wishes };
}

export function tryWindows(
  plant: Plant,
  profile: ProcessProfile,
  recorded: Recorded,
  seed: number,
): Omit<WindowFigures, 'deaf'> {
  return {
    replays: VARIANTS.map(variant => replaysOf(plant, profile, recorded, variant, seed)),
    apart: APART.map(size => ({ size, delays: apart(plant, profile, recorded, size) })),
  };
}

/** A controller's readings are replayed for a while; each controller in its turn. */
function replaysOf(
  plant: Plant,
  profile: ProcessProfile,
  { seconds, first, second, wishes }: Recorded,
  variant: Variant,
  seed: number,
): WindowFigures['replays'][number] {
  const controllers = [...new Set(plant.watched.map(({ controller }) => controller))];
  const random = new Random(seed ^ 0x51ed270b);
  const replay: number[] = [];
  const disagreement: number[] = [];
  let begun = Number.NEGATIVE_INFINITY;
  let played = '';
  const found = (delays: number[], time: number) => {
    if (delays.at(-1) === -1) delays[delays.length - 1] = Math.floor(time) - begun + 1;
  };
  const of = new Map(plant.watched.map(({ name, controller }) => [name, controller]));
  const here = ({ subject, to }: Finding) => of.get(subject.object!) === played && to < begun + LASTS;
  const tags = plant.watched.map(infoOf);
  const monitor = new ProcessMonitor({
    tags,
    profile,
    sink: finding => {
      if (here(finding) && finding.kind === PROCESS_KINDS.replay.name) found(replay, finding.to);
    },
  });
  const readers = new ProcessMonitor({
    tags,
    profile: forReaders(profile),
    sink: finding => {
      if (here(finding) && finding.kind === PROCESS_KINDS.disagreement.name) found(disagreement, finding.to);
    },
  });
  const noiseOf = new Map(profile.tags.map(({ tag, whitening }) => [tag, whitening?.sigma ?? 0]));
  let from = 0;
  for (let i = 0; i < seconds; i++) {
    if (i >= FIRST && (i - FIRST) % EVERY === 0 && i + LASTS <= seconds) {
      played = controllers[((i - FIRST) / EVERY) % controllers.length]!;
      begun = i;
      from = recording(i, random);
      for (const delays of [replay, disagreement]) delays.push(-1);
    }
    for (const tag of plant.watched) {
      const { name, controller } = tag;
      const readings = first.get(name)!;
      const forged = controller === played && i < begun + LASTS;
      const resolution = resolutionOf(tag);
      const value = forged
        ? variant.play({ readings, from, resolution, noise: noiseOf.get(name) ?? 0, random }, i - begun)
        : readings[i]!;
      monitor.observe(name, i, value, 'hmi-1');
      readers.observe(name, i, value, 'hmi-1');
      readers.observe(name, i + 0.5, second.get(name)![i]!, SECOND);
    }
    const wish = wishes.get(i);
    if (wish !== undefined) monitor.command(wish.tag, i + 0.25, wish.value);
  }
  return { variant: variant.name, replay, disagreement };
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

/** The operator's station is told of every reading that it is so much more than it is. */
function apart(plant: Plant, profile: ProcessProfile, recorded: Recorded, size: number): number[] {
  const { seconds, first, second } = recorded;
  const readings = plant.watched.filter(({ setting }) => !setting);
  const steps = new Map(
    profile.tags.flatMap(({ tag, spans }) => (spans === undefined ? [] : [[tag, spans[0]!.difference]])),
  );
  const delays: number[] = [];
  let begun = Number.NEGATIVE_INFINITY;
  let waiting = new Set<string>();
  const monitor = new ProcessMonitor({
    tags: plant.watched.map(infoOf),
    profile: forReaders(profile),
    sink: ({ kind, subject, to }) => {
      if (kind !== PROCESS_KINDS.disagreement.name || !waiting.delete(subject.object!)) return;
      delays.push(Math.floor(to) - begun + 1);
    },
  });
  const over = () => {
    for (const _ of waiting) delays.push(-1);
    waiting = new Set();
  };
  for (let i = 0; i < seconds; i++) {
    if (i >= FIRST && (i - FIRST) % EVERY === 0 && i + LASTS <= seconds) {
      begun = i;
      waiting = new Set(readings.filter(({ name }) => (steps.get(name) ?? 0) > 0).map(({ name }) => name));
    }
    if (i === begun + LASTS) over();
    for (const tag of readings) {
      const more = i < begun + LASTS ? size * (steps.get(tag.name) ?? 0) : 0;
      const resolution = resolutionOf(tag);
      const value = first.get(tag.name)![i]! + more;
      const shown = resolution === 0 ? value : Math.round(value / resolution) * resolution;
      monitor.observe(tag.name, i, shown, 'hmi-1');
      monitor.observe(tag.name, i + 0.5, second.get(tag.name)![i]!, SECOND);
    }
  }
  over();
  return delays;
}

function resolutionOf({ type, scale }: Tag): number {
  return type === 'float32' ? 0 : scale;
}

/** Whether the controller obeys nobody, `time` seconds after the first hour of the trials began. */
export function isDeaf(time: number): boolean {
  return time >= FIRST && (time - FIRST) % EVERY < DEAF;
}

/** Seconds from the first command without effect to the finding. Rows are a second apart; the first is at `zero`. */
export function tryDeaf(
  plant: Plant,
  profile: ProcessProfile,
  rows: Iterable<HistoryRow>,
  zero: number,
): number[] {
  const delays: number[] = [];
  // Since when a command of this stretch waits for its effect; NaN where none does.
  let since = Number.NaN;
  const monitor = new ProcessMonitor({
    tags: plant.watched.map(infoOf),
    profile: forCommands(profile),
    sink: ({ kind, to }) => {
      if (kind !== PROCESS_KINDS.unresponsive.name || Number.isNaN(since)) return;
      if (delays.at(-1) === -1) delays[delays.length - 1] = Math.ceil(to - since);
    },
  });
  for (const row of rows) {
    if (!isDeaf(row.time - zero)) since = Number.NaN;
    else if (Number.isNaN(since) && row.wish !== undefined && plant.watched.includes(row.wish.tag)) {
      since = row.time + 0.25;
      delays.push(-1);
    }
    tell(plant, row, monitor);
  }
  return delays;
}
