/**
 * What a gateway tells the world: verdicts, with a copy of everything a reader needs to know, and what happens to
 * sessions and listeners. Plain data, ready for a record or a line of JSON.
 *
 * @module
 */

import { anomalyNames } from '../operation/anomaly.ts';
import type { Finding } from '../operation/finding.ts';
import { type Operation, PHASES } from '../operation/operation.ts';
import { SIDES } from '../operation/side.ts';
import { VERBS } from '../operation/verb.ts';
import { ruleOf, VERDICTS, verdictOf } from '../policy/decision.ts';
import type { Protocol } from '../protocol/protocol.ts';
import { CAUSES, Cause, FATES, type Fate } from './cause.ts';
import type { Judge } from './judge.ts';

export type Mode = 'enforce' | 'monitor';

/** Whose session it is. */
export interface Party {
  readonly session: number;
  /** Address of the client. */
  readonly client: string;
  /** Name of the controller's host in the policy. */
  readonly target: string;
  readonly protocol: string;
}

/** A verdict on one operation. */
export interface VerdictEvent extends Party {
  readonly event: 'verdict';
  /** Seconds since 1970-01-01 UTC. */
  readonly time: number;
  readonly mode: Mode;
  /** Who sent the message, and what it is. */
  readonly from: 'client' | 'server';
  readonly phase: (typeof PHASES)[number];
  readonly station: string;
  readonly function: string;
  readonly code: number;
  readonly subcode: number;
  readonly verb: string;
  readonly object: string;
  /** The values as text, at most {@link MAX_VALUES} of them. */
  readonly values: readonly string[];
  readonly anomalies: readonly string[];
  readonly verdict: 'deny' | 'alert' | 'allow';
  /** What decided: `policy`, or what else spoke against it. */
  readonly cause: (typeof CAUSES)[number];
  /** A sentence for people. */
  readonly reason: string;
  /** Index of the policy's rule, or -1. */
  readonly rule: number;
  /** Id of the permit that covers it, or comes nearest to that, and why it does not; only where one is needed. */
  readonly permit?: string;
  readonly refusal?: string;
  /** What became of the message; in monitor mode a denied one is `passed`. */
  readonly fate: (typeof FATES)[number];
}

/** Something that happened to a session. */
export interface SessionEvent extends Party {
  readonly event: 'opened' | 'closed' | 'note';
  readonly time: number;
  /** Name of the {@link Note}; '' where the session is opened. */
  readonly what: string;
  readonly from: 'client' | 'server';
  readonly count: number;
}

/** Something that happened to a listener. */
export interface ListenerEvent {
  readonly event: 'listening' | 'unlistened' | 'rejected' | 'failed';
  readonly time: number;
  readonly address: string;
  readonly port: number;
  readonly target: string;
  readonly protocol: string;
  /** Connections that were rejected. */
  readonly count: number;
  /** Why it failed; '' otherwise. */
  readonly what: string;
}

/** Something that somebody should see: of a session, where it is said which. */
export interface FindingEvent extends Partial<Party> {
  readonly event: 'finding';
  readonly time: number;
  readonly finding: Finding;
  /** True where it was told before, and more of the same has come to an end: how often is its count. */
  readonly over?: boolean;
}

/** A conduit is opened by break-glass, or closes again. */
export interface BreakGlassEvent {
  readonly event: 'break-glass';
  readonly time: number;
  readonly what: 'begins' | 'ends';
  readonly id: string;
  readonly from: readonly string[];
  readonly to: string;
  readonly protocol: string;
  readonly reason: string;
  readonly requester: string;
  readonly approvers: readonly string[];
  /** Seconds since 1970-01-01 UTC at which it ends by itself. */
  readonly until: number;
  /** Operations that passed because of it. */
  readonly passed: number;
  /** False where the policy has no such conduit, so that there is nothing to open. */
  readonly known: boolean;
}

export type GatewayEvent = VerdictEvent | SessionEvent | ListenerEvent | FindingEvent | BreakGlassEvent;

/** Values of one operation that an event tells. */
export const MAX_VALUES = 16;
/** Characters of one value that an event tells. */
const MAX_TEXT = 80;

const SENTENCES = {
  [Cause.policy]: '',
  [Cause.malformed]: 'the message cannot be understood, or its lengths disagree',
  [Cause.mismatch]: 'the answer does not fit the request that it names',
  [Cause.unsolicited]: 'there is no request that this would answer',
  [Cause.busy]: 'too many requests of this session await their answer',
  [Cause.unreachable]: 'the controller cannot be reached',
} as const satisfies Record<Cause, string>;

/** Copies what matters of an operation and of the decision on it. */
export function verdictEvent(
  party: Party,
  mode: Mode,
  protocol: Protocol,
  judge: Judge,
  op: Operation,
  decision: number,
  cause: Cause,
  fate: Fate,
): VerdictEvent {
  const byPolicy = cause === Cause.policy;
  return {
    event: 'verdict',
    time: op.time,
    ...party,
    mode,
    from: SIDES[op.side],
    phase: PHASES[op.phase],
    station: protocol.stations.format(op.station),
    function: protocol.functions[op.fn]?.name ?? '',
    code: op.code,
    subcode: op.subcode,
    verb: VERBS[op.verb]?.name ?? 'unknown',
    object: protocol.objects.format(op),
    values: valueTexts(op),
    anomalies: anomalyNames(op.anomalies),
    verdict: byPolicy ? VERDICTS[verdictOf(decision)] : 'deny',
    cause: CAUSES[cause],
    reason: byPolicy ? judge.describe(op, decision) : SENTENCES[cause],
    rule: byPolicy ? ruleOf(decision) : -1,
    fate: FATES[fate],
    ...(byPolicy ? judge.permission(op, decision) : undefined),
  };
}

function valueTexts(op: Operation): string[] {
  const texts: string[] = [];
  const count = Math.min(op.valueCount, MAX_VALUES);
  for (let i = 0; i < count; i++) {
    const text = String(op.value(i));
    texts.push(text.length > MAX_TEXT ? `${text.slice(0, MAX_TEXT)}…` : text);
  }
  return texts;
}
