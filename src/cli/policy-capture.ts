/**
 * `cofferdam policy explain --capture`: what a policy says of the operations in one packet of a capture. All that
 * came before is replayed under the policy, so that rates and last values are what they would have been.
 *
 * @module
 */

import { Current } from '../monitor/current.ts';
import { Monitor } from '../monitor/monitor.ts';
import { Anomaly } from '../operation/anomaly.ts';
import { Operation, Phase, type Sink } from '../operation/operation.ts';
import { CaptureReader } from '../packet/capture.ts';
import type { Packet } from '../packet/packet.ts';
import type { FrameSink } from '../packet/records.ts';
import { openSource } from '../packet/source.ts';
import { isSingle } from '../policy/address.ts';
import { commit, decide, settle } from '../policy/decide.ts';
import { VERDICTS, Verdict, verdictOf } from '../policy/decision.ts';
import { type Explanation, explain } from '../policy/explain.ts';
import type { Policy } from '../policy/policy.ts';
import { REASON_NAMES, Reason } from '../policy/reasons.ts';
import type { Route } from '../policy/route.ts';
import { PolicyState } from '../policy/state.ts';
import { UsageError } from './command.ts';

/** Operations of one packet that are explained. */
const MAX_OPERATIONS = 100;
/** Requests with one identifier that are kept until they are answered. */
const MAX_WAITING = 64;

/** A request of the capture: the packet in which it ends, and whether it would have been denied. */
interface Asked {
  readonly packet: number;
  readonly denied: boolean;
}

/** Explains the operations of the messages that end in packet `number`, counted from 1 as other tools do. */
export async function explainPacket(policy: Policy, file: string, number: number): Promise<Explanation[]> {
  const replay = new Replay(policy, number);
  const reader = new CaptureReader();
  await reader.read(await openSource(file), replay, { signal: replay.done });
  if (replay.packets < number) {
    throw new UsageError(`${file} has ${replay.packets} packets; write --packet with a number up to that`);
  }
  return replay.explanations;
}

class Replay implements FrameSink, Sink {
  packets = 0;
  readonly explanations: Explanation[] = [];
  readonly #policy: Policy;
  readonly #number: number;
  readonly #current = new Current();
  readonly #monitor: Monitor;
  readonly #routes = new Map<string, Route>();
  readonly #states = new Map<string, PolicyState>();
  /** The message under work, as far as it was decided, and where its explanations begin. */
  readonly #items: { readonly op: Operation; readonly decided: number }[] = [];
  #explained = 0;
  /** The request that the message answers, where it is an answer. */
  #asked: Asked | undefined;
  /** Requests without an answer, the oldest first, by flow, sender and identifier. */
  readonly #waiting = new Map<string, Asked[]>();
  readonly #stop = new AbortController();

  constructor(policy: Policy, number: number) {
    this.#policy = policy;
    this.#number = number;
    this.#monitor = new Monitor({ protocols: policy.protocols, sink: this, current: this.#current });
  }

  /** Is aborted once the packet was read. */
  get done(): AbortSignal {
    return this.#stop.signal;
  }

  frame(packet: Packet): void {
    if (this.packets === this.#number) return;
    this.packets++;
    this.#monitor.traffic.frame(packet);
    if (this.packets === this.#number) this.#stop.abort();
  }

  /** As in line, a message passes whole or not at all: all of it is decided, then committed. */
  operation(op: Operation): void {
    const { route, state } = this.#between(op);
    if (op.item === 0) this.#begin(op);
    const decided = decide(route, state, op);
    this.#items.push({ op: Object.assign(new Operation(), op), decided });
    if (this.packets === this.#number && this.explanations.length < MAX_OPERATIONS) {
      const explanation = explain(this.#policy, route, state, op);
      this.explanations.push(this.#asked?.denied ? unanswered(explanation, this.#asked) : explanation);
    }
    if (op.item + 1 < op.items) return;
    const denied = this.#items.some(item => verdictOf(item.decided) === Verdict.deny);
    if (op.phase === Phase.request) this.#await(op, denied);
    // Without its request there would be no answer, and nothing to learn from it.
    if (this.#asked?.denied) return;
    if (denied) {
      this.#refuse();
      return;
    }
    for (const item of this.#items) {
      if (item.op.phase === Phase.response) settle(state, item.op);
      else commit(route, state, item.op, item.decided);
    }
  }

  #begin(op: Operation): void {
    this.#items.length = 0;
    this.#explained = this.explanations.length;
    const answers = op.phase === Phase.response && (op.anomalies & Anomaly.unsolicited) === 0;
    this.#asked = answers ? this.#waiting.get(keyOf(op, 1 - op.side))?.shift() : undefined;
  }

  #await(op: Operation, denied: boolean): void {
    const key = keyOf(op, op.side);
    const waiting = this.#waiting.get(key) ?? [];
    this.#waiting.set(key, waiting);
    waiting.push({ packet: this.packets, denied });
    if (waiting.length > MAX_WAITING) waiting.shift();
  }

  /** Of a message that is refused, what would be allowed by itself is refused with the rest. */
  #refuse(): void {
    for (let i = this.#explained; i < this.explanations.length; i++) {
      const one = this.explanations[i]!;
      if (one.verdict === 'deny') continue;
      const sentence = `${one.sentence}; but its message is refused, for another part of it is denied`;
      this.explanations[i] = { ...one, sentence };
    }
  }

  /** The route that the operation takes, and the state of its controller. */
  #between(op: Operation): { readonly route: Route; readonly state: PolicyState } {
    const { clientAddress, serverAddress } = this.#current.session;
    const protocol = this.#policy.protocols[op.protocol]!;
    const target = this.#policy.hostsAt(serverAddress).find(({ network }) => isSingle(network));
    const name = target?.name ?? serverAddress;
    const key = `${clientAddress} ${name} ${protocol.name}`;
    const route = this.#routes.get(key) ?? this.#policy.route(clientAddress, name, protocol.name);
    this.#routes.set(key, route);
    const state = this.#states.get(name) ?? new PolicyState(this.#policy);
    this.#states.set(name, state);
    return { route, state };
  }
}

/** What pairs a request of `side` with its answer. */
function keyOf(op: Operation, side: number): string {
  return `${op.flow} ${side} ${op.reference}`;
}

/** The explanation of an answer that would never have come. */
function unanswered(explanation: Explanation, { packet }: Asked): Explanation {
  return {
    ...explanation,
    verdict: VERDICTS[Verdict.deny]!,
    reason: REASON_NAMES[Reason.unasked]!,
    sentence: `denied: its request would have been denied (packet ${packet}), so there would be no answer`,
  };
}
