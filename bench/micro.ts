/**
 * `npm run bench -- micro`: what the parts of the packet path cost by themselves. They run hot and alone, as they
 * never do in earnest: for comparing two versions of the same part, not for claims.
 *
 * @module
 */

import assert from 'node:assert/strict';
import { bench, do_not_optimize, run, summary } from 'mitata';
import { Operation, Phase, type Sink } from '../src/operation/operation.ts';
import { Side } from '../src/operation/side.ts';
import { readValue, ValueType } from '../src/operation/value.ts';
import { decide } from '../src/policy/decide.ts';
import { Verdict, verdictOf } from '../src/policy/decision.ts';
import { parsePolicy } from '../src/policy/parse.ts';
import { PolicyState } from '../src/policy/state.ts';
import { readRequest, writeRegister } from '../src/protocol/modbus/encode.ts';
import { Fc } from '../src/protocol/modbus/functions.ts';
import { modbus } from '../src/protocol/modbus/modbus.ts';
import type { Protocol } from '../src/protocol/protocol.ts';
import { s7comm } from '../src/protocol/s7comm/s7comm.ts';
import type { Dialogue } from './generate/dialogue.ts';
import { ModbusPoll } from './generate/modbus-poll.ts';
import { Random } from './generate/random.ts';
import { S7Poll } from './generate/s7-poll.ts';

class Counter implements Sink {
  operations = 0;
  operation(_op: Operation): void {
    this.operations++;
  }
}

const LIMITS = { requests: 64, bytes: 65536 };

benchDecoding();
benchDeciding();
benchValues();
await run();

function benchDecoding(): void {
  const exchanges = 1000;
  for (const [protocol, dialogue] of [
    [modbus, new ModbusPoll(new Random(1))],
    [s7comm, new S7Poll(new Random(1))],
  ] as const) {
    const said = talk(dialogue, exchanges);
    bench(`${protocol.name}: frame, decode and follow ${2 * exchanges} messages`, () => {
      do_not_optimize(follow(protocol, said));
    });
    bench(`${protocol.name}: frame and observe ${2 * exchanges} messages`, () => {
      do_not_optimize(observe(protocol, said));
    });
  }
}

/** Messages of a poll, in one buffer, as they follow each other in a session. */
interface Talk {
  readonly view: DataView;
  /** Side, begin and end of each. */
  readonly messages: Int32Array;
}

function talk(dialogue: Dialogue, exchanges: number): Talk {
  const parts: Uint8Array[] = [];
  const messages: number[] = [];
  let at = 0;
  const say = (side: Side, message: Uint8Array) => {
    parts.push(message);
    messages.push(side, at, at + message.length);
    at += message.length;
  };
  for (let i = 0; i < exchanges; i++) {
    dialogue.exchange(i);
    say(Side.client, dialogue.request);
    say(Side.server, dialogue.response);
  }
  return { view: viewOf(Buffer.concat(parts)), messages: Int32Array.from(messages) };
}

/** As a gateway reads. */
function follow(protocol: Protocol, { view, messages }: Talk): number {
  const conversation = protocol.open(LIMITS);
  const op = new Operation();
  const counter = new Counter();
  for (let i = 0; i < messages.length; i += 3) {
    const side = messages[i] as Side;
    const at = messages[i + 1]!;
    const end = messages[i + 2]!;
    assert(protocol.frame(side, view, at, end) === end - at);
    conversation.decode(side, view, at, end, op, counter);
    conversation.follow(side, view, at, end);
  }
  return counter.operations;
}

/** As a monitor reads. */
function observe(protocol: Protocol, { view, messages }: Talk): number {
  const conversation = protocol.open(LIMITS);
  const op = new Operation();
  const counter = new Counter();
  for (let i = 0; i < messages.length; i += 3) {
    const side = messages[i] as Side;
    const at = messages[i + 1]!;
    const end = messages[i + 2]!;
    assert(protocol.frame(side, view, at, end) === end - at);
    conversation.observe(side, view, at, end, op, counter);
  }
  return counter.operations;
}

/** A read of anything, and a write of one tag among many, under few and many rules. */
function benchDeciding(): void {
  summary(() => {
    for (const tags of [1, 1000]) {
      const { policy, problems } = parsePolicy(policyOf(tags), 'bench.yaml');
      assert(policy !== undefined, JSON.stringify(problems));
      const route = policy.route('10.0.0.1', 'plc', 'modbus');
      const state = new PolicyState(policy);
      const to = { transaction: 1, unit: 1 };
      for (const [name, message] of [
        ['a read', readRequest(to, Fc.readHoldingRegisters, 0, 125)],
        ['a write', writeRegister(to, (tags >> 1) * 2, 500)],
      ] as const) {
        const op = decoded(message);
        assert.equal(verdictOf(decide(route, state, op)), Verdict.allow);
        bench(`decide on ${name}, ${tags + 1} rules and ${tags} tags`, () => {
          do_not_optimize(decide(route, state, op));
        });
      }
    }
  });
}

function policyOf(tags: number): string {
  const numbers = Array.from({ length: tags }, (_, i) => i);
  return `cofferdam: 1
plant: bench
zones:
  control: { level: 2, hosts: { hmi: 10.0.0.1 } }
  process: { level: 1, hosts: { plc: 10.0.0.2 } }
tags:
${numbers.map(i => `  tag.${i}: { at: plc modbus holding ${i * 2}, type: uint16, range: [0, 1000] }`).join('\n')}
conduits:
  - from: control
    to: plc
    protocol: modbus
    reason: bench
    owner: bench
    review: 2099-12-31
    allow:
      - read: anything
${numbers.map(i => `      - write: tag.${i}`).join('\n')}
`;
}

function decoded(message: Uint8Array): Operation {
  const view = viewOf(message);
  const op = new Operation();
  const conversation = modbus.open(LIMITS);
  conversation.decode(Side.client, view, 0, view.byteLength, op, new Counter());
  assert.equal(op.phase, Phase.request);
  return op;
}

function benchValues(): void {
  const count = 62;
  const view = new DataView(new ArrayBuffer(count * 4));
  summary(() => {
    for (const type of ['bits', 'u16', 'f32'] as const) {
      bench(`read ${count} values of ${type}`, () => {
        for (let i = 0; i < count; i++) do_not_optimize(readValue(view, 0, count * 4, ValueType[type], i));
      });
    }
  });
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
