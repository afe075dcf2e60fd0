/**
 * Learns a tag's profile from its history. Every detector needs a minimum of history, and says so where it has less.
 *
 * Limits are the greater of what theory asks for and of what the history itself shows, with a margin: a detector that
 * would have spoken in ordinary operation must not speak later of the same thing.
 *
 * @module
 */

import { FEWEST_BATCHES, fitBatches } from './batch.ts';
import type { Command, History } from './history.ts';
import { explained, fitInputs, misfit, stepsAt } from './level.ts';
import { fitLevel, type Level } from './level-chart.ts';
import { BINS, binOf, countBins, FINEST_BIN, NoiseModel } from './noise-model.ts';
import { OscillationMeter } from './oscillation.ts';
import { OutlierFilter } from './outlier.ts';
import { FEWEST_READINGS, type TagInfo, type TagProfile } from './profile.ts';
import { NoiseMeter, QUIET_WINDOW, quietLimit } from './quiet.ts';
import { fitWords, REPLAY_MEMORY } from './replay.ts';
import { repeatsItself, replayLimit, sameness } from './replay-limit.ts';
import { median, quantile, scaleAboutZero } from './robust.ts';
import { fitWhitening, Whitener, type Whitening } from './whitening.ts';

/** Limit of the robust z-score: a normal value exceeds it once in 500 million. */
const OUTLIER_SCORE = 6;
/** Margin over what the history shows. */
const MARGIN = 1.5;
/** Silence that chance gives with at most exp(-25), and how much more than its share the history may show, nats. */
const QUIET_NATS = 25;
const QUIET_ALLOWANCE = 3;
/** Equal readings in a row by chance: at most so likely, at least so many, and so much beyond the history's longest. */
const STUCK_CHANCE = 1e-10;
const STUCK_FEWEST = 10;
const STUCK_MARGIN = 3;
/** Readings of an exact replay that may be needed, at most; more would be no use. */
const LONGEST_REPLAY = 160;
const LAGS = [1, 2, 4, 8, 16, 32, 64];

/**
 * The profile of `tag` as `source` read it; detectors without enough history are named in `silent`. `commands` are those
 * to each set-point, which may move the reading.
 */
export function learnTag(
  tag: TagInfo,
  source: string,
  history: History,
  commands: ReadonlyMap<string, readonly Command[]> = new Map(),
): TagProfile {
  const { name, unit } = tag;
  const { times, count, period } = history;
  const from = times[0] ?? 0;
  const to = times.at(-1) ?? 0;
  const known = { tag: name, unit, source, readings: count, from, to, period: period || 0, responses: [] };
  if (count < FEWEST_READINGS) {
    const hours = Number.isFinite(period) ? ` (${((FEWEST_READINGS * period) / 3600).toFixed(1)} h)` : '';
    return { ...known, silent: { all: `${count} readings; ${FEWEST_READINGS}${hours} are needed` } };
  }
  const runs = history.runs();
  const whitening = fitWhitening(runs);
  if (whitening === undefined) {
    // Nothing to learn of its noise; but two readers of it must say the same.
    return { ...known, spans: learnSpans(runs), silent: { all: 'the reading never moves' } };
  }
  const silent: Record<string, string> = {};
  const keep = <K extends string, T>(key: K, made: T | string): { [k in K]?: T } => {
    if (typeof made !== 'string') return { [key]: made } as { [k in K]?: T };
    silent[key] = made;
    return {};
  };
  const innovations = runs.map(run => innovationsOf(whitening, run));
  return {
    ...known,
    whitening,
    ...keep('outlier', learnOutlier(runs)),
    ...keep('stuck', learnStuck(runs)),
    ...keep('quiet', learnQuiet(innovations)),
    ...keep('level', learnLevel(history, commands)),
    ...keep('oscillation', learnOscillation(runs, whitening)),
    ...keep('replay', learnReplay(innovations, resolution(runs) / whitening.sigma, period)),
    spans: learnSpans(runs),
    silent,
  };
}

function innovationsOf(whitening: Whitening, run: Float64Array): Float64Array {
  const whitener = new Whitener(whitening);
  return run.map(value => whitener.next(value)).filter(innovation => !Number.isNaN(innovation));
}

function learnOutlier(runs: readonly Float64Array[]): { scale: number; limit: number } | string {
  const distances: number[] = [];
  for (const run of runs) {
    const filter = new OutlierFilter();
    for (const value of run) {
      const distance = filter.next(value);
      if (!Number.isNaN(distance)) distances.push(distance);
    }
  }
  const scale = scaleAboutZero(distances);
  if (!(scale > 0)) return 'the reading hardly moves';
  const most = distances.reduce((max, distance) => Math.max(max, Math.abs(distance)), 0);
  return { scale, limit: Math.max(OUTLIER_SCORE * scale, MARGIN * most) };
}

function learnStuck(runs: readonly Float64Array[]): { limit: number } | string {
  let longest = 1;
  let same = 0;
  let pairs = 0;
  for (const run of runs) {
    for (let i = 1, length = 1; i < run.length; i++) {
      pairs++;
      if (run[i] === run[i - 1]) {
        same++;
        length++;
      } else length = 1;
      longest = Math.max(longest, length);
    }
  }
  const chance = (same + 1) / (pairs + 2);
  const byChance = Math.ceil(Math.log(STUCK_CHANCE) / Math.log(chance));
  const limit = Math.max(STUCK_FEWEST, byChance, STUCK_MARGIN * longest);
  if (limit > pairs / 4) return `the reading rests for long (${longest} equal ones in a row)`;
  return { limit };
}

function learnQuiet(innovations: readonly Float64Array[]): { usual: number; limit: number } | string {
  const powers: number[] = [];
  for (const run of innovations) {
    const meter = new NoiseMeter();
    for (const innovation of run) {
      const power = meter.next(innovation);
      if (!Number.isNaN(power)) powers.push(power);
    }
  }
  if (powers.length === 0) return `no run of ${QUIET_WINDOW} readings without a gap`;
  const usual = median(powers);
  const least = powers.reduce((min, power) => Math.min(min, power));
  // Noise that falls lower in the history than chance explains comes and goes by itself.
  if (!(least >= usual * quietLimit(Math.log(powers.length) + QUIET_ALLOWANCE))) {
    return 'the noise of the reading comes and goes';
  }
  return { usual, limit: usual * quietLimit(QUIET_NATS) };
}

function learnLevel(history: History, commands: ReadonlyMap<string, readonly Command[]>): Level | string {
  const inputs = fitInputs(history, commands);
  const settings = inputs.map(({ tag }) => stepsAt(commands.get(tag)!, history.times));
  const places = new Map(inputs.map(({ tag }, i) => [tag, settings[i]!]));
  const rest = history.less(at => explained(inputs, tag => places.get(tag)![at]!));
  const fitted = fitBatches(rest.runs());
  if (fitted !== undefined) {
    return fitLevel(inputs, fitted.batches, fitted.means, misfit(rest, settings), history.period);
  }
  const hours = (history.count * history.period) / 3600;
  return `in ${hours.toFixed(1)} h there are no ${FEWEST_BATCHES} stretches that do not follow each other; give a longer history`;
}

function learnOscillation(
  runs: readonly Float64Array[],
  whitening: Whitening,
): { band: number; limit: number } {
  const band = 3 * whitening.sigma;
  let most = 0;
  for (const run of runs) {
    const meter = new OscillationMeter(band);
    for (const value of run) most = Math.max(most, meter.next(value));
  }
  // The smallest swing that is told from noise: a half-period of the shortest kind at the band.
  return { band, limit: Math.max(3 * band, MARGIN * most) };
}

function learnReplay(innovations: readonly Float64Array[], coarseness: number, period: number) {
  const width = Math.max(FINEST_BIN, coarseness);
  const counts = new Array<number>(BINS * BINS).fill(0);
  const all: number[] = [];
  for (const run of innovations) {
    const bins = Uint8Array.from(run, innovation => binOf(innovation, width));
    countBins(counts, bins);
    for (const bin of bins) all.push(bin);
  }
  const model = new NoiseModel(counts, width);
  const words = fitWords(all);
  const same = sameness(model, words, innovations);
  if (repeatsItself(same)) {
    return 'the history repeats itself: a reading without noise, or a replay to leave out (--except)';
  }
  const needs = Math.ceil(replayLimit(REPLAY_MEMORY, period, same) / model.information);
  if (!(needs > 0 && needs <= LONGEST_REPLAY)) return 'the reading has too little noise to tell a repeat';
  return { width, counts, words, sameness: same, needs };
}

/** The least difference between neighbouring readings, in the tag's unit, beyond errors of arithmetic. */
function resolution(runs: readonly Float64Array[]): number {
  let least = Number.POSITIVE_INFINITY;
  for (const run of runs) {
    for (let i = 1; i < run.length; i++) {
      const difference = Math.abs(run[i]! - run[i - 1]!);
      if (difference > 1e-9 * Math.abs(run[i]!) && difference < least) least = difference;
    }
  }
  return least;
}

function learnSpans(runs: readonly Float64Array[]): { periods: number; difference: number }[] {
  const spans: { periods: number; difference: number }[] = [];
  let before = 0;
  for (const periods of LAGS) {
    const differences: number[] = [];
    for (const run of runs) {
      for (let i = periods; i < run.length; i++) differences.push(Math.abs(run[i]! - run[i - periods]!));
    }
    if (differences.length === 0) break;
    before = Math.max(before, quantile(differences, 0.999));
    spans.push({ periods, difference: before });
  }
  return spans;
}
