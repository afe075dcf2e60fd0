/**
 * All statistics of one tag as one source reads it, made from the tag's profile.
 *
 * @module
 */

import { type Alarm, clock, short } from './alarm.ts';
import { Episode } from './episode.ts';
import type { ProcessKind } from './finding-kinds.ts';
import { explained, known } from './level.ts';
import { LevelChart } from './level-chart.ts';
import { NoiseModel } from './noise-model.ts';
import { OscillationMeter } from './oscillation.ts';
import { OUTLIER_DELAY, OutlierFilter } from './outlier.ts';
import type { TagProfile } from './profile.ts';
import { NoiseMeter, QUIET_WINDOW } from './quiet.ts';
import { REPLAY_MEMORY, ReplayDetector } from './replay.ts';
import { replayLimit } from './replay-limit.ts';
import { Whitener } from './whitening.ts';

/** Seconds without the condition after which the next is a new finding. */
const REST = 600;

export interface StatisticsOptions {
  /** Earlier readings among which repeats are looked for, a power of two. */
  readonly memory?: number;
  /** Present value of a set-point; NaN, the default, where it is not known. */
  readonly setting?: (tag: string) => number;
}

export class Statistics {
  readonly #profile: TagProfile;
  readonly #raise: (alarm: Alarm) => void;
  readonly #whitener: Whitener | undefined;
  readonly #outlier: OutlierFilter | undefined;
  readonly #noise: NoiseMeter | undefined;
  readonly #oscillation: OscillationMeter | undefined;
  readonly #level: LevelChart | undefined;
  readonly #setting: (tag: string) => number;
  readonly #replay: ReplayDetector | undefined;
  readonly #episodes = new Map<ProcessKind, Episode>();
  #last = Number.NaN;
  #same = 0;

  constructor(profile: TagProfile, raise: (alarm: Alarm) => void, options: StatisticsOptions = {}) {
    const { whitening, outlier, quiet, oscillation, level, replay, period } = profile;
    this.#profile = profile;
    this.#raise = raise;
    this.#whitener = whitening && new Whitener(whitening);
    this.#outlier = outlier && new OutlierFilter();
    this.#noise = quiet && new NoiseMeter();
    this.#oscillation = oscillation && new OscillationMeter(oscillation.band);
    this.#level = level && new LevelChart(level);
    this.#setting = options.setting ?? (() => Number.NaN);
    const memory = options.memory ?? REPLAY_MEMORY;
    this.#replay =
      replay &&
      new ReplayDetector(
        new NoiseModel(replay.counts, replay.width),
        replay.words,
        replayLimit(memory, period, replay.sameness),
        memory,
      );
  }

  /** Takes the next reading, a finite number later than the last one. */
  next(time: number, value: number): void {
    const stuck = this.#stuck(time, value);
    this.#spike(time, value);
    this.#stand(time, value);
    this.#swing(time, value);
    const innovation = this.#whitener?.next(value);
    if (innovation === undefined || Number.isNaN(innovation)) return;
    this.#silence(time, innovation, stuck);
    this.#repeat(time, innovation);
  }

  /** Readings are missing: what comes next does not follow from what came before. */
  interrupt(): void {
    this.#same = 0;
    this.#last = Number.NaN;
    this.#whitener?.reset();
    this.#outlier?.reset();
    this.#noise?.reset();
    this.#oscillation?.reset();
    this.#level?.interrupt();
    this.#replay?.interrupt();
  }

  #stuck(time: number, value: number): boolean {
    this.#same = value === this.#last ? this.#same + 1 : 1;
    this.#last = value;
    const limit = this.#profile.stuck?.limit;
    if (limit === undefined || this.#same <= limit) return false;
    this.#tell('stuck', time, () => `stands at ${this.#show(value)} for ${this.#same} readings in a row`);
    return true;
  }

  #spike(time: number, value: number): void {
    if (this.#outlier === undefined) return;
    const { scale, limit } = this.#profile.outlier!;
    const distance = this.#outlier.next(value);
    if (!(Math.abs(distance) > limit)) return;
    const { judged } = this.#outlier;
    this.#tell(
      'outlier',
      time,
      () =>
        `was ${this.#show(judged)} ${OUTLIER_DELAY} readings ago, ${short(Math.abs(distance) / scale)} deviations from those around it`,
    );
  }

  #stand(time: number, value: number): void {
    const chart = this.#level;
    if (chart === undefined) return;
    const { inputs, batches } = this.#profile.level!;
    if (!known(inputs, this.#setting)) {
      chart.interrupt();
      return;
    }
    if (!chart.next(value - explained(inputs, this.#setting))) return;
    const what = (verb: string) => () =>
      `has ${verb} ${chart.mean > batches.mean ? 'up' : 'down'} to ${this.#show(chart.mean)}` +
      ` (mean of ${batches.size} readings${inputs.length > 0 ? ', at the usual set-points' : ''});` +
      ` ${short(batches.mean)} ± ${this.#show(batches.sigma)} was learned`;
    if (chart.drifts) this.#tell('drift', time, what('drifted'));
    if (chart.shifts) this.#tell('shift', time, what('shifted'));
  }

  #swing(time: number, value: number): void {
    const meter = this.#oscillation;
    if (meter === undefined || meter.next(value) <= this.#profile.oscillation!.limit) return;
    const seconds = 2 * meter.halfPeriod * this.#profile.period;
    this.#tell('oscillation', time, () => `oscillates with a period of ${short(seconds)} s`);
  }

  #silence(time: number, innovation: number, stuck: boolean): void {
    const power = this.#noise?.next(innovation) ?? Number.NaN;
    const { limit, usual } = this.#profile.quiet ?? {};
    // What stands still has been told.
    if (limit === undefined || usual === undefined || stuck || !(power < limit)) return;
    this.#tell(
      'quiet',
      time,
      () =>
        `has ${short((power / usual) * 100)} % of its usual noise power in the last ${QUIET_WINDOW} readings`,
    );
  }

  #repeat(time: number, innovation: number): void {
    const repeat = this.#replay?.next(time, innovation);
    if (repeat === undefined) return;
    const { length, from, to, score } = repeat;
    this.#tell(
      'replay',
      time,
      () =>
        `repeats in its last ${length} readings those of ${clock(from)} to ${clock(to)} (score ${score.toFixed(0)} nats)`,
    );
  }

  #tell(kind: ProcessKind, time: number, what: () => string): void {
    let episode = this.#episodes.get(kind);
    if (episode === undefined) {
      // Levels are looked at once a batch: an episode lasts over the next few of them.
      const batch = (this.#profile.level?.batches.size ?? 0) * this.#profile.period;
      episode = new Episode(kind === 'drift' || kind === 'shift' ? Math.max(REST, 4 * batch) : REST);
      this.#episodes.set(kind, episode);
    }
    if (episode.met(time)) this.#raise({ kind, time, what: what() });
  }

  #show(value: number): string {
    const { unit } = this.#profile;
    return unit === '' ? short(value) : `${short(value)} ${unit}`;
  }
}
