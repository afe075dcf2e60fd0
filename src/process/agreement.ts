/**
 * Agreement of two readers of one tag: their readings differ by no more than the tag moves in the time between them.
 *
 * How far it moves in so many sampling periods is learned from the history: the differences that one reading in a
 * thousand exceeds (an empirical variogram). Five comparisons in a row that exceed it clearly are a disagreement. Each is of
 * new readings of both: one that is old, of a reader who seldom reads, is compared once.
 *
 * Source: G. Matheron, "Principles of geostatistics", Economic Geology 58 (1963), for the variogram.
 *
 * @module
 */

import type { TagProfile } from './profile.ts';

/** Comparisons in a row that must fail. */
const ROW = 5;
/** Margin over the differences learned. */
const MARGIN = 1.5;
/** Sources of a tag that are told apart. */
export const MOST_SOURCES = 8;

/** The greatest difference between readings `apart` seconds from each other; NaN beyond what was learned. */
export function tolerance({ spans, period }: TagProfile, apart: number): number {
  if (spans === undefined) return Number.NaN;
  // A reading is as old as a sampling period when it is read.
  const periods = apart / period + 1;
  const span = spans.find(one => one.periods >= periods);
  return span === undefined ? Number.NaN : MARGIN * span.difference;
}

/** Compares two readers. */
export class Agreement {
  #failed = 0;
  // Times of the readings that were compared last.
  #first = Number.NaN;
  #second = Number.NaN;

  /** Whether readings of these times, of the one reader and the other, are both new since they were compared last. */
  fresh(first: number, second: number): boolean {
    if (first === this.#first || second === this.#second) return false;
    this.#first = first;
    this.#second = second;
    return true;
  }

  /** Takes a comparison; true where the readers disagree. */
  next(difference: number, allowed: number): boolean {
    if (Number.isNaN(allowed)) return false;
    this.#failed = Math.abs(difference) > allowed ? this.#failed + 1 : 0;
    return this.#failed >= ROW;
  }
}
