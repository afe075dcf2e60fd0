/**
 * The test stand: a policy for one operator station and one controller, and a session under it whose output is
 * recorded.
 *
 * @module
 */

import assert from 'node:assert/strict';
import type { BreakGlass } from '../../src/gateway/break-glass.ts';
import { CAUSES, type Cause, FATES, type Fate, NOTES, type Note } from '../../src/gateway/cause.ts';
import { Counts } from '../../src/gateway/counts.ts';
import type { Judge } from '../../src/gateway/judge.ts';
import { LIMITS, type Limits } from '../../src/gateway/limits.ts';
import { PolicyJudge } from '../../src/gateway/policy-judge.ts';
import { Session, type Wire } from '../../src/gateway/session.ts';
import type { Finding } from '../../src/operation/finding.ts';
import type { Operation } from '../../src/operation/operation.ts';
import type { Side } from '../../src/operation/side.ts';
import { parsePolicy } from '../../src/policy/parse.ts';
import type { Policy } from '../../src/policy/policy.ts';
import type { Route } from '../../src/policy/route.ts';
import { PolicyState } from '../../src/policy/state.ts';
import type { Desk } from '../../src/program/desk.ts';
import { Seat } from '../../src/program/seat.ts';
import { PROTOCOLS, protocolNamed } from '../../src/protocol/registry.ts';

export const HMI = '127.0.1.11';
export const STRANGER = '127.0.1.66';
export const PLC = '127.0.1.7';

export interface PolicyOptions {
  readonly refuse?: 'answer' | 'drop' | 'reset';
  /** Ports of the controller. */
  readonly modbus?: number;
  readonly s7comm?: number;
  /** What the operator may write in holding registers. */
  readonly writes?: string;
  /** Further lines under the write of holding registers, such as a range. */
  readonly within?: string;
}

/** The operator may read everything of unit 1 and write holding registers 40 to 49; in DB 1, bytes 0 to 9. */
export function policyText(options: PolicyOptions = {}): string {
  const { refuse = 'answer', modbus = 502, s7comm = 102, writes = 'holding 40-49', within = '' } = options;
  return `
cofferdam: 1
plant: Test stand
zones:
  control: { level: 2, hosts: { hmi: ${HMI}, eng: 127.0.1.21 } }
  field: { level: 1, hosts: { plc: ${PLC} } }
conduits:
  - from: hmi
    to: plc
    protocol: modbus
    station: 1
    reason: the operator runs the stand
    owner: tests
    review: 2099-01-01
    refuse: ${refuse}
    allow:
      - read: anything
      - write: ${writes}${within === '' ? '' : `\n        ${within}`}
  - from: hmi
    to: plc
    protocol: s7comm
    reason: the operator runs the stand
    owner: tests
    review: 2099-01-01
    refuse: ${refuse}
    allow:
      - read: anything
      - write: DB1 0-9
listeners:
  - { listen: 127.0.0.1:0, to: plc, protocol: modbus, port: ${modbus} }
  - { listen: 127.0.0.1:0, to: plc, protocol: s7comm, port: ${s7comm} }
`;
}

export function policyOf(text: string): Policy {
  const parsed = parsePolicy(text, 'stand.yaml');
  assert.deepEqual(parsed.problems, []);
  return parsed.policy!;
}

/** What a session put out, per side and in order. */
export class Recorder implements Wire {
  readonly ended: Side[] = [];
  readonly verdicts: string[] = [];
  readonly notes: string[] = [];
  closed = '';
  #parts: [Uint8Array[], Uint8Array[]] = [[], []];

  send(to: Side, bytes: Uint8Array, at: number, end: number): void {
    this.#parts[to].push(bytes.slice(at, end));
  }

  /** Who records what a message waits for. */
  holder: (side: Side) => void = () => {};
  hold(side: Side): void {
    this.holder(side);
  }

  end(to: Side): void {
    this.ended.push(to);
  }

  close(reset: boolean, why: Note): void {
    this.closed = `${reset ? 'reset' : 'closed'} ${NOTES[why]}`;
  }

  /** What was said of the operations that a permit was needed for. */
  readonly permissions: string[] = [];
  readonly findings: Finding[] = [];
  judge: (() => Judge) | undefined;

  verdict(op: Operation, decision: number, cause: Cause, fate: Fate): void {
    const judge = this.judge?.();
    const permission = judge?.permission(op, decision);
    if (permission !== undefined) this.permissions.push(permission.refusal || 'permitted');
    const finding = judge?.finding(op, decision, HMI);
    if (finding !== undefined) this.findings.push(finding);
    this.verdicts.push(`${op.code} ${op.address} ${CAUSES[cause]} ${FATES[fate]}`);
  }

  note(note: Note, side: Side, count: number): void {
    this.notes.push(`${side} ${NOTES[note]} ${count}`);
  }

  /** Everything sent to `side` since the last time. */
  take(side: Side): Buffer {
    const bytes = Buffer.concat(this.#parts[side]);
    this.#parts[side] = [];
    return bytes;
  }
}

export interface Stand {
  readonly session: Session;
  readonly recorder: Recorder;
  readonly counts: Counts;
  /** `side` sends these bytes. */
  say(side: Side, ...bytes: Uint8Array[]): void;
  /** So many seconds pass. */
  wait(seconds: number): void;
  /** Resolves when no message waits for a record. */
  recorded(): Promise<void>;
}

export interface StandOptions {
  readonly protocol?: string;
  readonly client?: string;
  readonly enforce?: boolean;
  readonly reports?: 'changes' | 'all';
  readonly limits?: Partial<Limits>;
  readonly policy?: Policy;
  readonly recorder?: Recorder;
  /** The desk of the controller, where permits are kept. */
  readonly desk?: Desk;
  readonly glass?: BreakGlass;
  readonly number?: number;
}

let standard: Policy | undefined;
const routes = new Map<string, Route>();

/** The standard policy's routes are compiled once: a million messages need many sessions. */
function routeOf(policy: Policy, client: string, protocol: string): Route {
  if (policy !== standard) return policy.route(client, 'plc', protocol);
  const key = `${client} ${protocol}`;
  const route = routes.get(key) ?? policy.route(client, 'plc', protocol);
  routes.set(key, route);
  return route;
}

/** A session of the operator with the controller. */
export function stand(options: StandOptions = {}): Stand {
  const {
    protocol: name = 'modbus',
    client = HMI,
    enforce = true,
    reports = 'changes',
    limits = {},
  } = options;
  standard ??= policyOf(policyText());
  const policy = options.policy ?? standard;
  const protocol = protocolNamed(name)!;
  const { recorder = new Recorder() } = options;
  const counts = new Counts();
  const { desk, glass, number = 1 } = options;
  const seat = desk && new Seat(desk, protocol);
  const session = new Session(
    {
      number,
      protocol,
      index: PROTOCOLS.indexOf(protocol),
      judge: new PolicyJudge(policy, routeOf(policy, client, name), new PolicyState(policy), seat, glass),
      enforce,
      reports,
      limits: { ...LIMITS, ...limits },
      counts,
      wire: recorder,
    },
    1_800_000_000,
  );
  let now = 1_800_000_000;
  let records: Promise<void> = Promise.resolve();
  recorder.judge = () => session.judge;
  recorder.holder = side => {
    records = session.judge.record().then(() => session.resume(side, now));
  };
  return {
    session,
    recorder,
    counts,
    say(side, ...bytes) {
      const all = Buffer.concat(bytes);
      session.receive(side, all, 0, all.length, now);
    },
    wait(seconds) {
      now += seconds;
      session.tick(now);
    },
    recorded: () => records,
  };
}
