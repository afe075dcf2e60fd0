/**
 * What the compressor's operator sets, and between which values: inside the safe ranges.
 *
 * @module
 */

import { Habits } from '../habits.ts';
import type { Random } from '../random.ts';
import { TAG } from './tags.ts';

/** Rounds between two adjustments, at least and at most. */
const ADJUST = [6, 12] as const;

/** Seconds of a round. */
export const ROUND = 0.5;

export function compressorHabits(random: Random): Habits {
  return new Habits(
    [
      { tag: TAG.speedSetpoint, from: 1460, to: 1540, step: 20 },
      { tag: TAG.dischargeValveSetpoint, from: 76, to: 88, step: 2 },
      { tag: TAG.surgeMarginSetpoint, from: 9, to: 12, step: 0.5 },
    ],
    ADJUST,
    random,
  );
}
