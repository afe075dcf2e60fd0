/**
 * The judge of a session under a policy: the route of its client to its controller, the state that all sessions of this
 * controller share, and, where permits are kept, the session's seat at the controller's desk.
 *
 * @module
 */

import type { Finding } from '../operation/finding.ts';
import { type Operation, Phase } from '../operation/operation.ts';
import { Verb } from '../operation/verb.ts';
import { commit, decide, settle } from '../policy/decide.ts';
import { decision as decided, reasonOf, ruleOf, Verdict, verdictOf } from '../policy/decision.ts';
import { describeDecision } from '../policy/describe.ts';
import type { Policy } from '../policy/policy.ts';
import { Reason } from '../policy/reasons.ts';
import type { Route } from '../policy/route.ts';
import type { PolicyState } from '../policy/state.ts';
import { usedFinding } from '../program/break-glass-findings.ts';
import type { Ruling, Seat } from '../program/seat.ts';
import { phraseOf } from '../protocol/phrase.ts';
import { Why } from '../protocol/protocol.ts';
import type { BreakGlass } from './break-glass.ts';
import type { Judge, Permission } from './judge.ts';

/** Denials of the policy's own. What is not understood, or answers nothing, passes by no opening. */
const MENDABLE: ReadonlySet<Reason> = new Set([
  Reason.noRule,
  Reason.station,
  Reason.denied,
  Reason.permit,
  Reason.range,
  Reason.partial,
  Reason.step,
  Reason.lastUnknown,
  Reason.rate,
  Reason.interlock,
  Reason.interlockUnknown,
]);

export class PolicyJudge implements Judge {
  readonly closed: boolean;
  readonly refuse: Judge['refuse'];
  readonly #policy: Policy;
  readonly #route: Route;
  readonly #state: PolicyState;

  readonly #seat: Seat | undefined;
  readonly #glass: BreakGlass | undefined;
  /** Whether the message under work has an operation that was asked about at the desk. */
  #asked = false;

  /** Without a `seat` nothing is covered by a permit, without `glass` nothing open by break-glass. */
  constructor(policy: Policy, route: Route, state: PolicyState, seat?: Seat, glass?: BreakGlass) {
    this.#policy = policy;
    this.closed = route.conduits.length === 0;
    this.refuse = route.refuse;
    this.#route = route;
    this.#state = state;
    this.#seat = seat;
    this.#glass = glass;
    if (seat !== undefined) seat.clients = route.clients;
  }

  decide(op: Operation): number {
    if (op.item === 0) this.#asked = false;
    const packed = decide(this.#route, this.#state, op);
    return verdictOf(packed) === Verdict.deny ? this.#reconsider(op, packed) : packed;
  }

  get due(): boolean {
    return this.#asked && this.#seat!.due;
  }

  async record(): Promise<void> {
    await this.#seat?.record();
  }

  commit(op: Operation, decision: number): void {
    commit(this.#route, this.#state, op, decision);
    const reason = reasonOf(decision);
    if (reason === Reason.breakGlass) this.#countOpen();
    if (reason === Reason.permitted) this.#seat?.passed(op);
    else if (op.verb >= Verb.download && (op.phase === Phase.request || op.valueLength > 0)) {
      this.#seat?.foreign(op);
    }
  }

  refused(): void {
    if (this.#asked) this.#seat!.refused();
    this.#asked = false;
  }

  settle(op: Operation): void {
    settle(this.#state, op);
    if (op.verb >= Verb.download) this.#seat?.answered(op);
  }

  why(decision: number): Why {
    switch (reasonOf(decision)) {
      case Reason.range:
      case Reason.partial:
      case Reason.step:
      case Reason.lastUnknown:
      case Reason.interlock:
      case Reason.interlockUnknown:
        return Why.value;
      case Reason.rate:
        return Why.busy;
      default:
        return Why.denied;
    }
  }

  describe(op: Operation, decision: number): string {
    const said = describeDecision(this.#policy, decision, op, this.#route);
    const open = reasonOf(decision) === Reason.breakGlass ? this.#glass?.opening(this.#route) : undefined;
    if (open !== undefined) return `${said}: ${open.reason} (${open.approvers.join(', ')})`;
    const ruling = this.#rulingOf(op, decision);
    if (ruling === undefined) return said;
    const { permit, refusal } = ruling;
    return refusal === undefined ? `${said}: ${permit?.id.slice(0, 12)}` : `${said}: ${refusal.message}`;
  }

  permission(op: Operation, decision: number): Permission | undefined {
    const ruling = this.#rulingOf(op, decision);
    return ruling && { permit: ruling.permit?.id ?? '', refusal: ruling.refusal?.name ?? '' };
  }

  finding(op: Operation, decision: number, client: string): Finding | undefined {
    if (reasonOf(decision) === Reason.breakGlass) return this.#used(op, client);
    return reasonOf(decision) === Reason.permit && this.#asked ? this.#seat!.finding(op, client) : undefined;
  }

  /** That an open conduit is used is told once; how often, when it closes. */
  #used(op: Operation, client: string): Finding | undefined {
    const open = this.#glass?.opening(this.#route);
    if (open === undefined || open.used) return undefined;
    open.used = true;
    const { protocol } = this.#route;
    const what = protocol === undefined ? '' : phraseOf(op, protocol, op.verb === Verb.authenticate);
    return usedFinding(open, op.time, client, what);
  }

  /** What the policy denies may be covered by a permit, or pass because the conduit is open. */
  #reconsider(op: Operation, packed: number): number {
    const asked = reasonOf(packed) === Reason.permit ? this.#ask(op, packed) : packed;
    const denied = verdictOf(asked) === Verdict.deny && MENDABLE.has(reasonOf(asked));
    return denied && this.#glass?.opening(this.#route) !== undefined
      ? decided(Verdict.alert, Reason.breakGlass, ruleOf(asked))
      : asked;
  }

  #countOpen(): void {
    const open = this.#glass?.opening(this.#route);
    if (open !== undefined) open.passed++;
  }

  /** What the policy lets pass with a permit only is asked about at the desk. */
  #ask(op: Operation, packed: number): number {
    if (this.#seat === undefined) return packed;
    if (!this.#asked) this.#seat.begin();
    this.#asked = true;
    const { refusal } = this.#seat.judge(op);
    return refusal === undefined ? decided(Verdict.allow, Reason.permitted, ruleOf(packed)) : packed;
  }

  #rulingOf(op: Operation, decision: number): Ruling | undefined {
    const reason = reasonOf(decision);
    if (!this.#asked || (reason !== Reason.permit && reason !== Reason.permitted)) return undefined;
    return this.#seat!.ruling(op.item);
  }
}
