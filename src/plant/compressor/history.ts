/**
 * Readings of the compressor station on quiet days.
 *
 * @module
 */

import { type HistoryOptions, type HistoryRow, history } from '../history.ts';
import { Random } from '../random.ts';
import type { Tag } from '../tag.ts';
import { CompressorStation } from './compressor-station.ts';
import { compressorHabits, ROUND } from './habits.ts';
import { TAGS } from './tags.ts';

/** Tags of which {@link compressorHistory} gives values, in this order: readings, and what the operator sets. */
export const COMPRESSOR_HISTORY: readonly Tag[] = TAGS.filter(tag => tag.type !== 'bool');

/** Quiet hours of the station, about a second of computing each. */
export function compressorHistory(options: HistoryOptions): Generator<HistoryRow> {
  const station = new CompressorStation({ seed: options.seed });
  const habits = compressorHabits(new Random(options.seed ^ 0x27d4eb2f));
  return history(station, COMPRESSOR_HISTORY, habits, ROUND, options);
}
