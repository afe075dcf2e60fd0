/**
 * For tests: a policy around a few rules, and a session under it that is fed with messages or statements.
 *
 * @module
 */

import assert from 'node:assert/strict';
import { Operation } from '../operation/operation.ts';
import type { Side } from '../operation/side.ts';
import { modbus } from '../protocol/modbus/modbus.ts';
import type { Conversation, Protocol } from '../protocol/protocol.ts';
import { PROTOCOLS } from '../protocol/registry.ts';
import { commit, decide, settle } from './decide.ts';
import { reasonOf, ruleOf, VERDICTS, verdictOf } from './decision.ts';
import { describeDecision } from './describe.ts';
import type { Policy } from './policy.ts';
import { formatProblem } from './problem.ts';
import { readPolicy } from './read/policy.ts';
import { REASON_NAMES } from './reasons.ts';
import type { Route } from './route.ts';
import { PolicyState } from './state.ts';
import { readStatement } from './statement.ts';

/** A policy that must be right. */
export function policyOf(text: string): Policy {
  const { policy, problems } = readPolicy(text, 'plant.yaml', PROTOCOLS, '2026-11-21');
  assert.deepEqual(problems.map(formatProblem), []);
  return policy!;
}

/** A policy with hosts `hmi` (10.0.0.1), `eng` (10.0.0.2), `plc` and `cpu`, with `tags` and one conduit of `rules`. */
export function plantWith(rules: string, tags = '{}', protocol = 'modbus'): Policy {
  const indented = rules.trim().split('\n').join('\n    ');
  return policyOf(`cofferdam: 1
plant: Test
zones:
  control: { hosts: { hmi: 10.0.0.1, eng: 10.0.0.2 } }
  hall: { hosts: { plc: 10.0.1.1, cpu: 10.0.1.2 } }
tags: ${tags.trim().startsWith('{') ? tags.trim() : `\n  ${tags.trim().split('\n').join('\n  ')}`}
conduits:
  - from: control
    to: plc
    protocol: ${protocol}
    reason: test
    owner: test
    review: 2027-01-01
    ${indented}
`);
}

/** What was decided. */
export interface Decided {
  readonly verdict: string;
  readonly reason: string;
  readonly rule: number;
  readonly sentence: string;
}

/** A client's session with a controller: what is allowed is committed and followed, answers are settled. */
export class Session {
  readonly policy: Policy;
  readonly route: Route;
  readonly state: PolicyState;
  readonly op = new Operation();
  readonly conversation: Conversation;
  now = 1000;
  flow = 1;

  constructor(
    policy: Policy,
    from = '10.0.0.1',
    protocol: Protocol = modbus,
    state = new PolicyState(policy),
  ) {
    this.policy = policy;
    this.route = policy.route(from, 'plc', protocol.name);
    this.state = state;
    this.op.protocol = PROTOCOLS.indexOf(protocol);
    this.conversation = protocol.open({ requests: 64, bytes: 65_536 });
  }

  /** Decides a whole message and, if nothing of it is denied, commits or settles it. */
  message(side: Side, bytes: Uint8Array): Decided[] {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.op.time = this.now;
    this.op.flow = this.flow;
    const decided: Decided[] = [];
    const packed: number[] = [];
    const decode = (each: (op: Operation) => void): void =>
      this.conversation.decode(side, view, 0, bytes.length, this.op, { operation: each });
    decode(op => {
      packed.push(decide(this.route, this.state, op));
      decided.push(this.#say(packed.at(-1)!, op));
    });
    if (packed.some(one => verdictOf(one) === 0)) return decided;
    let i = 0;
    decode(op => {
      if (op.phase === 0) commit(this.route, this.state, op, packed[i++]!);
      else settle(this.state, op);
    });
    this.conversation.follow(side, view, 0, bytes.length);
    return decided;
  }

  /** Decides a statement, without consequences. */
  ask(text: string): Decided {
    const said = readStatement(this.policy, 'plc', this.route.protocol!, text);
    assert.ok('op' in said, 'problem' in said ? said.problem : '');
    said.op.time = this.now;
    return this.#say(decide(this.route, this.state, said.op), said.op);
  }

  #say(packed: number, op: Operation): Decided {
    return {
      verdict: VERDICTS[verdictOf(packed)]!,
      reason: REASON_NAMES[reasonOf(packed)]!,
      rule: ruleOf(packed),
      sentence: describeDecision(this.policy, packed, op, this.route),
    };
  }
}
