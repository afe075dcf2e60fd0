/**
 * Readings of the rotor hall on quiet days.
 *
 * @module
 */

import { type HistoryOptions, type HistoryRow, history } from '../history.ts';
import { Random } from '../random.ts';
import type { Tag } from '../tag.ts';
import { ROUND, rotorHallHabits } from './habits.ts';
import { RotorHall } from './rotor-hall.ts';
import { TAGS } from './tags.ts';

/** Tags of which {@link rotorHallHistory} gives values, in this order: readings, setpoints and limits. */
export const ROTOR_HALL_HISTORY: readonly Tag[] = TAGS.filter(tag => tag.type !== 'bool');

/** Quiet hours of the hall, about a second of computing each. */
export function rotorHallHistory(options: HistoryOptions): Generator<HistoryRow> {
  const hall = new RotorHall({ seed: options.seed });
  const habits = rotorHallHabits(new Random(options.seed ^ 0x165667b1));
  return history(hall, ROTOR_HALL_HISTORY, habits, ROUND, options);
}
