/**
 * What is expected of a tag after a command to another, and whether it came.
 *
 * @module
 */

import type { Readings } from './readings.ts';
import { AVERAGED } from './response.ts';

/** A change that is expected must be so many deviations of what the history leaves unexplained. */
export const CLEAR = 6;
/** A reading that moves less than this share of what is expected does not answer. */
const SHARE = 0.25;

export interface Expectation {
  /** The commanded tag, and the time of the command. */
  readonly command: string;
  readonly time: number;
  /** Value that was written. */
  readonly value: number;
  /** When the reading should have moved, and by how much. */
  readonly due: number;
  readonly change: number;
}

/** The change that came; NaN while that is not known, undefined where it never will be. */
export function came({ time, due }: Expectation, readings: Readings): number | undefined {
  const after = readings.meanAfter(due, AVERAGED);
  if (Number.isNaN(after)) return Number.NaN;
  const before = readings.meanUntil(time, AVERAGED);
  return Number.isNaN(before) ? undefined : after - before;
}

/** True where a change is no answer to what was expected. */
export function isNoAnswer(change: number, expected: number): boolean {
  return change / expected < SHARE;
}
