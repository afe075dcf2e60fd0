/**
 * One tag as one source reads it: range, statistics, answers to commands.
 *
 * @module
 */

import { type Alarm, clock, short } from './alarm.ts';
import { Episode } from './episode.ts';
import { came, type Expectation, isNoAnswer } from './expectation.ts';
import { GAP } from './history.ts';
import type { TagInfo, TagProfile } from './profile.ts';
import { Readings } from './readings.ts';
import { median } from './robust.ts';
import { Statistics, type StatisticsOptions } from './statistics.ts';

/** Readings from which the sampling period is judged, and how much it may differ from the one learned. */
const JUDGED = 9;
const FASTER = 0.6;
const SLOWER = 1.7;
/** Seconds within the range after which leaving it is a new finding. */
const RANGE_REST = 60;
/** Commands whose answers are awaited. */
const MOST_EXPECTED = 32;
/** Seconds by which a clock must jump back to have been set; messages a little out of order do not turn it back. */
const SET_BACK = 60;
/** Shares of a limit by which arithmetic may miss it. */
const ROUNDING = 1e-6;

export class Stream {
  readonly readings = new Readings();
  /** Why the statistics do not look at this stream; '' while they do, or may yet. */
  silent = '';
  readonly #tag: TagInfo;
  readonly #profile: TagProfile | undefined;
  readonly #raise: (alarm: Alarm) => void;
  readonly #options: StatisticsOptions;
  readonly #range = new Episode(RANGE_REST);
  readonly #unanswered = new Episode(RANGE_REST);
  #expected: Expectation[] = [];
  #statistics: Statistics | undefined;
  readonly #first: number[] = [];

  constructor(
    tag: TagInfo,
    profile: TagProfile | undefined,
    raise: (alarm: Alarm) => void,
    options: StatisticsOptions,
  ) {
    this.#tag = tag;
    this.#profile = profile;
    this.#raise = raise;
    this.#options = options;
  }

  /** Takes a reading. What is no number, or not later than the last one, is compared with the range only. */
  observe(time: number, value: number): void {
    this.#limit(time, value);
    if (time < this.readings.lastTime - SET_BACK) this.#restart();
    const { lastTime } = this.readings;
    if (!Number.isFinite(value) || time <= lastTime) return;
    this.readings.add(time, value);
    this.#watch(time, value, lastTime);
    if (this.#expected.length > 0) this.#check(time);
  }

  /** A command was given that must move this tag. One before it to the same tag is not waited for any more. */
  expect(expectation: Expectation): void {
    this.#expected = this.#expected.filter(one => one.command !== expectation.command);
    this.#expected.push(expectation);
    if (this.#expected.length > MOST_EXPECTED) this.#expected.shift();
  }

  /** The clock was set back: what was before cannot be told from what comes. */
  #restart(): void {
    this.readings.clear();
    this.#statistics?.interrupt();
    this.#expected = [];
  }

  #limit(time: number, value: number): void {
    const { range } = this.#tag;
    if (range === undefined) return;
    const slack = ROUNDING * Math.max(Math.abs(range[0]), Math.abs(range[1]));
    if (value >= range[0] - slack && value <= range[1] + slack) return;
    if (!this.#range.met(time)) return;
    const { unit } = this.#tag;
    this.#raise({
      kind: 'range',
      time,
      what: `is ${short(value)} ${unit}`.trimEnd().concat(`, outside ${range[0]} to ${range[1]}`),
    });
  }

  #watch(time: number, value: number, lastTime: number): void {
    if (this.#profile === undefined || this.silent !== '') return;
    const { period } = this.#profile;
    if (this.#statistics === undefined) {
      this.#begin(time);
      return;
    }
    if (time - lastTime > GAP * period) this.#statistics.interrupt();
    this.#statistics.next(time, value);
  }

  /** The statistics begin once it is known that the source reads as often as when the profile was learned. */
  #begin(time: number): void {
    this.#first.push(time);
    if (this.#first.length < JUDGED) return;
    const { period } = this.#profile!;
    const own = median(this.#first.slice(1).map((at, i) => at - this.#first[i]!));
    if (own >= FASTER * period && own <= SLOWER * period) {
      this.#statistics = new Statistics(this.#profile!, this.#raise, this.#options);
    } else {
      this.silent = `read every ${short(own)} s, learned at ${short(period)} s`;
    }
  }

  #check(time: number): void {
    for (const expectation of this.#expected) {
      if (time <= expectation.due) continue;
      const change = came(expectation, this.readings);
      if (Number.isNaN(change)) continue;
      this.#expected = this.#expected.filter(one => one !== expectation);
      if (change !== undefined && isNoAnswer(change, expectation.change))
        this.#tellOf(time, change, expectation);
    }
  }

  #tellOf(
    time: number,
    change: number,
    { command, value, change: expected, time: given }: Expectation,
  ): void {
    if (!this.#unanswered.met(time)) return;
    const { unit } = this.#tag;
    this.#raise({
      kind: 'unresponsive',
      time,
      what: `moved by ${short(change)} ${unit} where ${short(expected)} ${unit} should follow`,
      before: [{ time: given, what: `${command} was set to ${short(value)} at ${clock(given)}` }],
    });
  }
}
