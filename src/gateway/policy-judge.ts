/**
 * The judge of a session under a policy: the route of its client to its controller, and the state that all sessions
 * of this controller share.
 *
 * @module
 */

import type { Operation } from '../operation/operation.ts';
import { commit, decide, settle } from '../policy/decide.ts';
import { reasonOf } from '../policy/decision.ts';
import { describeDecision } from '../policy/describe.ts';
import type { Policy } from '../policy/policy.ts';
import { Reason } from '../policy/reasons.ts';
import type { Route } from '../policy/route.ts';
import type { PolicyState } from '../policy/state.ts';
import { Why } from '../protocol/protocol.ts';
import type { Judge } from './judge.ts';

export class PolicyJudge implements Judge {
  readonly closed: boolean;
  readonly refuse: Judge['refuse'];
  readonly #policy: Policy;
  readonly #route: Route;
  readonly #state: PolicyState;

  constructor(policy: Policy, route: Route, state: PolicyState) {
    this.#policy = policy;
    this.closed = route.conduits.length === 0;
    this.refuse = route.refuse;
    this.#route = route;
    this.#state = state;
  }

  decide(op: Operation): number {
    return decide(this.#route, this.#state, op);
  }

  commit(op: Operation, decision: number): void {
    commit(this.#route, this.#state, op, decision);
  }

  settle(op: Operation): void {
    settle(this.#state, op);
  }

  why(decision: number): Why {
    switch (reasonOf(decision)) {
      case Reason.range:
      case Reason.partial:
      case Reason.step:
      case Reason.lastUnknown:
        return Why.value;
      case Reason.rate:
        return Why.busy;
      default:
        return Why.denied;
    }
  }

  describe(op: Operation, decision: number): string {
    return describeDecision(this.#policy, decision, op, this.#route);
  }
}
