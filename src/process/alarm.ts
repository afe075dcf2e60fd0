/**
 * What a detector says before it is put into words that name the plant: the kind, when, and a sentence's end.
 *
 * @module
 */

import type { Evidence } from '../operation/finding.ts';
import type { ProcessKind } from './finding-kinds.ts';

export interface Alarm {
  readonly kind: ProcessKind;
  readonly time: number;
  /** What the tag does: `stands at 12.3 bar for 45 readings`. */
  readonly what: string;
  /** Further evidence, earlier than the alarm itself. */
  readonly before?: readonly Evidence[];
}

/** A number as a person wants it: six digits at most. */
export function short(value: number): string {
  return Number.isFinite(value) ? String(Number(value.toPrecision(6))) : String(value);
}

/** A time as ISO 8601 in UTC, to the second. */
export function clock(time: number): string {
  const date = new Date(time * 1000);
  return Number.isNaN(date.getTime()) ? `${time} s` : `${date.toISOString().slice(0, 19)}Z`;
}
