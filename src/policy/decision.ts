/**
 * A decision: verdict, reason and rule in one small integer, so that judging a message makes no object.
 *
 * @module
 */

import type { Reason } from './reasons.ts';

export const Verdict = { deny: 0, alert: 1, allow: 2 } as const;
export type Verdict = (typeof Verdict)[keyof typeof Verdict];
export const VERDICTS = ['deny', 'alert', 'allow'] as const;

/** Rules that a policy may have: what is left of 31 bits. */
export const MAX_RULES = (1 << 23) - 2;

/** `rule` is an index of `Policy.rules`, or -1 where no rule decided. */
export function decision(verdict: Verdict, reason: Reason, rule: number): number {
  return verdict | (reason << 2) | ((rule + 1) << 8);
}

export function verdictOf(packed: number): Verdict {
  return (packed & 3) as Verdict;
}

export function reasonOf(packed: number): Reason {
  return ((packed >> 2) & 0x3f) as Reason;
}

export function ruleOf(packed: number): number {
  return (packed >> 8) - 1;
}
