/**
 * What the rotor hall's operator sets, and between which values.
 *
 * @module
 */

import { Habits } from '../habits.ts';
import type { Random } from '../random.ts';
import { DRIVE_TAGS } from './tags.ts';

/** Rounds between two adjustments, at least and at most. */
const ADJUST = [60, 180] as const;

/** Seconds of a round: how often the operator's station asks. */
export const ROUND = 1;

export function rotorHallHabits(random: Random): Habits {
  const habits = DRIVE_TAGS.map(({ setpoint }) => ({ tag: setpoint, from: 1040, to: 1090, step: 5 }));
  return new Habits(habits, ADJUST, random);
}
