/**
 * Simulated plants as the process room sees them: tags, readings once a second, and what the operator sets.
 *
 * @module
 */

import { COMPRESSOR_HISTORY, compressorHistory } from '../../src/plant/compressor/history.ts';
import type { HistoryOptions, HistoryRow } from '../../src/plant/history.ts';
import { ROTOR_HALL_HISTORY, rotorHallHistory } from '../../src/plant/rotor-hall/history.ts';
import type { Tag } from '../../src/plant/tag.ts';
import type { TagInfo } from '../../src/process/profile.ts';

export interface Plant {
  readonly title: string;
  /** Tags of the rows, in their order. */
  readonly all: readonly Tag[];
  /** Those that are watched: readings, and the set-points that move them. */
  readonly watched: readonly Tag[];
  /** Those into which replays and faults are played. */
  readonly tried: readonly Tag[];
  history(options: HistoryOptions): Generator<HistoryRow>;
}

/** Drives of the hall that stand for all twelve, which are alike: two of each cascade, and one of each. */
const DRIVES = /^(drive|rotor)-(1|4|7|10)\./;
const TRIED = /^(drive|rotor)-(1|7)\./;

export const PLANTS = {
  compressor: {
    title: 'Gas compressor station',
    all: COMPRESSOR_HISTORY,
    watched: COMPRESSOR_HISTORY,
    tried: COMPRESSOR_HISTORY,
    history: compressorHistory,
  },
  hall: {
    title: 'Rotor hall',
    all: ROTOR_HALL_HISTORY,
    watched: ROTOR_HALL_HISTORY.filter(({ name }) => DRIVES.test(name)),
    tried: ROTOR_HALL_HISTORY.filter(({ name }) => TRIED.test(name)),
    history: rotorHallHistory,
  },
} as const satisfies Record<string, Plant>;
export type PlantName = keyof typeof PLANTS;
export const PLANT_NAMES = Object.keys(PLANTS) as PlantName[];

/** A tag as the process room knows it. */
export function infoOf({ name, unit, range }: Tag): TagInfo {
  return { name, unit, ...(range === undefined ? {} : { range }) };
}

/** Half a second after the operator's station another one reads, and a third reads every thirty seconds. */
export const SECOND = 'historian-1';
export const THIRD = 'audit-1';
const THIRD_EVERY = 30;

/** Hands the row that comes half a second after one of the operator's station to the other readers. */
export function tellOthers(
  { all, watched }: Plant,
  { time, values }: HistoryRow,
  to: { observe(tag: string, time: number, value: number, source: string): void },
): void {
  const third = Math.floor(time) % THIRD_EVERY === 0;
  for (const [index, tag] of all.entries()) {
    if (!watched.includes(tag)) continue;
    to.observe(tag.name, time, values[index]!, SECOND);
    if (third) to.observe(tag.name, time, values[index]!, THIRD);
  }
}

/** Hands a row to whoever learns or watches: readings first, then what the operator sets. */
export function tell(
  { all, watched }: Plant,
  { time, values, wish }: HistoryRow,
  to: {
    observe(tag: string, time: number, value: number, source: string): void;
    command(tag: string, time: number, value: number): void;
  },
): void {
  for (const [index, tag] of all.entries()) {
    if (watched.includes(tag)) to.observe(tag.name, time, values[index]!, 'hmi-1');
  }
  if (wish !== undefined) to.command(wish.tag.name, time + 0.25, wish.value);
}
