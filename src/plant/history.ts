/**
 * Many simulated hours of a plant that nobody attacks, quickly and without sockets: what its stations would have read,
 * and what its operator set. What is normal is learned from it, and false alarms are counted on it.
 *
 * @module
 */

import type { Habits, Wish } from './habits.ts';
import type { Tag } from './tag.ts';

/** What a history is made from. */
export interface HistoryPlant {
  readonly time: number;
  runUntil(time: number): void;
  value(tag: Tag): number;
  /** As an operator's write does it. */
  set(tag: Tag, value: number): void;
}

export interface HistoryOptions {
  readonly seed: number;
  /** How much of it, simulated seconds. */
  readonly seconds: number;
  /** Simulated seconds between two readings. */
  readonly period?: number;
  /** Simulated seconds that are left out at first: what begins settles. */
  readonly settle?: number;
  /** Times at which the plant does not do what the operator sets, though it is set. */
  readonly deaf?: (time: number) => boolean;
}

/** What was read at one time. */
export interface HistoryRow {
  /** Simulated seconds since the plant began. */
  readonly time: number;
  /** Values of the tags, in their order. The same array each time: copy what you keep. */
  readonly values: Float64Array;
  /** What the operator sets after that reading, if anything. */
  readonly wish: Wish | undefined;
}

/** Reads `tags` of `plant` every `period` seconds; the operator's rounds are every `round` seconds. */
export function* history(
  plant: HistoryPlant,
  tags: readonly Tag[],
  habits: Habits,
  round: number,
  { seconds, period = 1, settle = 60, deaf }: HistoryOptions,
): Generator<HistoryRow> {
  const values = new Float64Array(tags.length);
  let nextRound = settle;
  for (let i = 0; i * period < seconds; i++) {
    const time = settle + i * period;
    plant.runUntil(time);
    for (const [index, tag] of tags.entries()) values[index] = plant.value(tag);
    let wish: Wish | undefined;
    for (; nextRound <= time; nextRound += round) {
      wish = habits.round(tag => plant.value(tag));
      if (wish !== undefined && deaf?.(time) !== true) plant.set(wish.tag, wish.value);
    }
    yield { time, values, wish };
  }
}
