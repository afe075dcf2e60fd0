/**
 * What an operator sets in the course of a shift: now and then one of a few settings, a step up or down, between values
 * that the machine likes.
 *
 * @module
 */

import type { Random } from './random.ts';
import type { Tag } from './tag.ts';

/** A setting that an operator changes, between which values, and by how much at once. */
export interface Habit {
  readonly tag: Tag;
  readonly from: number;
  readonly to: number;
  readonly step: number;
}

/** What the operator wants set. */
export interface Wish {
  readonly tag: Tag;
  readonly value: number;
}

export class Habits {
  readonly #habits: readonly Habit[];
  readonly #rounds: readonly [number, number];
  readonly #random: Random;
  #left: number;

  /** `rounds` between two changes, at least and at most; the first comes after the least. */
  constructor(habits: readonly Habit[], rounds: readonly [number, number], random: Random) {
    this.#habits = habits;
    this.#rounds = rounds;
    this.#random = random;
    this.#left = rounds[0];
  }

  /** One round; `reading` is what the operator sees of a tag. */
  round(reading: (tag: Tag) => number): Wish | undefined {
    if (--this.#left > 0) return undefined;
    this.#left = Math.round(this.#random.between(...this.#rounds));
    const { tag, from, to, step } = this.#habits[this.#random.word() % this.#habits.length]!;
    const up = this.#random.uniform() < 0.5 ? -step : step;
    return { tag, value: Math.min(Math.max(reading(tag) + up, from), to) };
  }
}
