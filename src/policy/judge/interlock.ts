/**
 * Interlocks as the judge looks at them: what a write of a tag requires of the last known values of others. A value is
 * known as an interval, so a condition holds, does not, or cannot be told; what cannot be told denies.
 *
 * @module
 */

import type { Condition } from '../model.ts';
import { Reason } from '../reasons.ts';
import type { PolicyState } from '../state.ts';
import type { TagTable } from './tag-table.ts';

/** Whether a condition holds. */
const Truth = { no: 0, yes: 1, unknown: 2 } as const;
type Truth = (typeof Truth)[keyof typeof Truth];

/** A condition on the tag in slot `slot` of the table of the protocol with index `protocol`. */
export interface PlacedCondition {
  readonly condition: Condition;
  readonly protocol: number;
  readonly table: TagTable;
  readonly slot: number;
}

/** What one tag's writes require. */
export interface Guard {
  /** Values of the written tag that it is about; undefined where any is. */
  readonly trigger: Condition | undefined;
  readonly needs: readonly PlacedCondition[];
  /** Whether the needs must hold, or must not. */
  readonly holds: boolean;
  /** Seconds for which a value counts as known. */
  readonly age: number;
}

/** Whether a write of `given[0]` (NaN where it cannot be known) keeps to the guard. */
export function checkGuard(
  guard: Guard,
  state: PolicyState,
  given: Float64Array,
  now: Float64Array,
  message: number,
): Reason {
  const { trigger, needs } = guard;
  if (trigger !== undefined && judgeInterval(trigger, given[0]!, given[0]!) === Truth.no)
    return Reason.granted;
  const wanted = guard.holds ? Truth.yes : Truth.no;
  for (let i = 0; i < needs.length; i++) {
    const truth = judgeKnown(needs[i]!, state, guard.age, now, message);
    if (truth === Truth.unknown) return Reason.interlockUnknown;
    if (truth !== wanted) return Reason.interlock;
  }
  return Reason.granted;
}

/** By what is known of the tag, and what the message being judged has written to it. */
function judgeKnown(
  { condition, protocol, table, slot }: PlacedCondition,
  state: PolicyState,
  age: number,
  now: Float64Array,
  message: number,
): Truth {
  const known = state.values[protocol];
  if (known === undefined || state.tables[protocol] !== table) return Truth.unknown;
  if (!(now[0]! - known.confirmed(slot) <= age)) return Truth.unknown;
  const low = known.low(slot);
  const high = known.high(slot);
  return judgeInterval(
    condition,
    Math.min(low, known.messageLow(slot, message, low)),
    Math.max(high, known.messageHigh(slot, message, high)),
  );
}

/** Of any value from `low` to `high`; NaN on either side is any value at all. */
function judgeInterval({ op, raw }: Condition, low: number, high: number): Truth {
  if (Number.isNaN(low) || Number.isNaN(high)) return Truth.unknown;
  switch (op) {
    case '<':
      return high < raw ? Truth.yes : low >= raw ? Truth.no : Truth.unknown;
    case '<=':
      return high <= raw ? Truth.yes : low > raw ? Truth.no : Truth.unknown;
    case '>':
      return low > raw ? Truth.yes : high <= raw ? Truth.no : Truth.unknown;
    case '>=':
      return low >= raw ? Truth.yes : high < raw ? Truth.no : Truth.unknown;
    case '=':
      return low === raw && high === raw ? Truth.yes : low > raw || high < raw ? Truth.no : Truth.unknown;
    case '!=':
      return low > raw || high < raw ? Truth.yes : low === raw && high === raw ? Truth.no : Truth.unknown;
    case undefined:
      return Truth.yes;
  }
}
