/**
 * Counts operations: by function, verb, outcome, anomaly and pair of hosts. Typed arrays on the way, names at the
 * end.
 *
 * @module
 */

import { anomalyNames } from '../operation/anomaly.ts';
import { type Operation, Outcome, type Sink } from '../operation/operation.ts';
import { VERBS } from '../operation/verb.ts';
import type { Protocol } from '../protocol/protocol.ts';
import { Counters } from './counters.ts';
import type { Current } from './current.ts';
import type { Session } from './session.ts';
import {
  byOperations,
  COLUMNS,
  type ErrorSummary,
  type FunctionSummary,
  type PairSummary,
} from './summary.ts';
import { Tally } from './tally.ts';

const OPERATIONS = COLUMNS.indexOf('operations');
const FAILED = COLUMNS.indexOf('failed');
const WIDTH = COLUMNS.length;

/** Counters of a pair: one for each verb, then failed operations. */
const PAIR_WIDTH = VERBS.length + 1;

/** Pairs that are counted by name, and the name of all further ones. */
const MAX_PAIRS = 1 << 16;
const OTHERS = 'others';

/** Operations, or runs of up to a few hundred that are alike, after which counters are settled. */
const SETTLE_AFTER = 1 << 18;

export class Counting implements Sink {
  readonly #protocols: readonly Protocol[];
  readonly #current: Current;
  /** By protocol: {@link COLUMNS} for each row of its function table. */
  readonly #functions: readonly Counters[];
  /** By protocol: one counter for each verb, and for each bit of anomalies. */
  readonly #verbs: readonly Counters[];
  readonly #anomalies: readonly Float64Array[];
  readonly #errors = new Tally();
  /** Functions without a row, by code and phase. */
  readonly #unlisted = new Tally();
  readonly #pairNumbers = new Map<string, number>();
  readonly #pairs: { client: string; server: string; protocol: string }[] = [];
  readonly #pairCounts = new Counters(64 * PAIR_WIDTH);
  // Items of one message that do the same, which nearly all of them do, are counted at once, when the next begin:
  // how many they are, their protocol, row and verb, and the counters of their pair of hosts.
  #alike = 0;
  #protocol = 0;
  #fn = 0;
  #verb = 0;
  #pairAt = 0;
  #unsettled = 0;

  constructor(protocols: readonly Protocol[], current: Current) {
    this.#protocols = protocols;
    this.#current = current;
    this.#functions = protocols.map(p => new Counters(p.functions.length * WIDTH));
    this.#verbs = protocols.map(() => new Counters(VERBS.length));
    this.#anomalies = protocols.map(() => new Float64Array(32));
  }

  operation(op: Operation): void {
    if (op.item !== 0 && op.fn === this.#fn && op.verb === this.#verb) this.#alike++;
    else this.#begin(op);
    if (op.outcome === Outcome.failed) this.#countFailed(op);
    if (op.fn === 0) this.#countUnlisted(op);
    if (op.anomalies !== 0) this.#countAnomalies(op.protocol, op.anomalies);
  }

  /** An operation that is another than the one before it. */
  #begin(op: Operation): void {
    this.#countAlike();
    const { protocol, fn } = op;
    const { session } = this.#current;
    this.#alike = 1;
    this.#protocol = protocol;
    this.#fn = fn;
    this.#verb = op.verb;
    this.#pairAt = (session.pair < 0 ? this.#pair(session) : session.pair) * PAIR_WIDTH;
    if (op.item === 0) this.#functions[protocol]!.recent[fn * WIDTH + op.phase]!++;
  }

  /** Counts what was alike. */
  #countAlike(): void {
    const alike = this.#alike;
    this.#alike = 0;
    this.#functions[this.#protocol]!.recent[this.#fn * WIDTH + OPERATIONS]! += alike;
    this.#verbs[this.#protocol]!.recent[this.#verb]! += alike;
    this.#pairCounts.recent[this.#pairAt + this.#verb]! += alike;
    if (++this.#unsettled === SETTLE_AFTER) this.#settle();
  }

  #settle(): void {
    this.#unsettled = 0;
    for (const counters of this.#functions) counters.settle();
    for (const counters of this.#verbs) counters.settle();
    this.#pairCounts.settle();
  }

  #countFailed(op: Operation): void {
    this.#functions[op.protocol]!.recent[op.fn * WIDTH + FAILED]!++;
    this.#pairCounts.recent[this.#pairAt + VERBS.length]!++;
    this.#errors.count(op.protocol, op.code, op.subcode, op.error);
  }

  #countUnlisted(op: Operation): void {
    const { protocol, code, subcode } = op;
    this.#unlisted.count(protocol, code, subcode, OPERATIONS);
    if (op.item === 0) this.#unlisted.count(protocol, code, subcode, op.phase);
    if (op.outcome === Outcome.failed) this.#unlisted.count(protocol, code, subcode, FAILED);
  }

  #countAnomalies(protocol: number, anomalies: number): void {
    const counts = this.#anomalies[protocol]!;
    for (let bits = anomalies; bits !== 0; bits &= bits - 1) counts[31 - Math.clz32(bits & -bits)]!++;
  }

  /** Gives the session the number of its pair of hosts. */
  #pair(session: Session): number {
    const full = this.#pairs.length >= MAX_PAIRS;
    const client = full ? OTHERS : session.clientAddress;
    const server = full ? OTHERS : session.serverAddress;
    const protocol = this.#protocols[session.index]!.name;
    const key = `${client} ${server} ${protocol}`;
    let pair = this.#pairNumbers.get(key);
    if (pair === undefined) {
      pair = this.#pairs.length;
      this.#pairNumbers.set(key, pair);
      this.#pairs.push({ client, server, protocol });
      if (this.#pairs.length * PAIR_WIDTH > this.#pairCounts.length) this.#pairCounts.grow();
    }
    session.pair = pair;
    return pair;
  }

  /** Counts of errors and unlisted functions for which there was no row left. */
  get uncounted(): number {
    return this.#errors.others + this.#unlisted.others;
  }

  /** Operations of a protocol. */
  operations(protocol: number): number {
    this.#countAlike();
    return total(this.#verbs[protocol]!.range(0, VERBS.length));
  }

  functions(protocol: number): FunctionSummary[] {
    this.#countAlike();
    const counts = this.#functions[protocol]!;
    const rows: FunctionSummary[] = [];
    this.#protocols[protocol]!.functions.forEach(({ code, sub, name, verb }, fn) => {
      if (fn === 0 || counts.of(fn * WIDTH + OPERATIONS) === 0) return;
      const [requests, responses, notices, operations, failed] = counts.range(fn * WIDTH, (fn + 1) * WIDTH);
      rows.push({
        code,
        sub: sub < 0 ? null : sub,
        name,
        verb: VERBS[verb]!.name,
        requests: requests!,
        responses: responses!,
        notices: notices!,
        operations: operations!,
        failed: failed!,
      });
    });
    return [...rows, ...this.#unlistedFunctions(protocol)];
  }

  #unlistedFunctions(protocol: number): FunctionSummary[] {
    const { name, verb } = this.#protocols[protocol]!.functions[0]!;
    const rows = new Map<string, FunctionSummary>();
    for (const tally of this.#unlisted.rows()) {
      if (tally.protocol !== protocol) continue;
      const key = `${tally.code}/${tally.sub}`;
      let row = rows.get(key);
      if (row === undefined) {
        row = {
          code: tally.code,
          sub: tally.sub < 0 ? null : tally.sub,
          name,
          verb: VERBS[verb]!.name,
          requests: 0,
          responses: 0,
          notices: 0,
          operations: 0,
          failed: 0,
        };
        rows.set(key, row);
      }
      row[COLUMNS[tally.value]!] = tally.count;
    }
    return [...rows.values()];
  }

  verbs(protocol: number): Record<string, number> {
    this.#countAlike();
    return named(this.#verbs[protocol]!.range(0, VERBS.length));
  }

  errors(protocol: number): ErrorSummary[] {
    return this.#errors
      .rows()
      .filter(row => row.protocol === protocol)
      .map(({ code, sub, value, count }) => ({
        code,
        sub: sub < 0 ? null : sub,
        error: value,
        name: this.#protocols[protocol]!.errorName(value),
        count,
      }));
  }

  anomalies(protocol: number): Record<string, number> {
    const counts: Record<string, number> = {};
    this.#anomalies[protocol]!.forEach((count, bit) => {
      const [name] = anomalyNames(1 << bit);
      if (count > 0 && name !== undefined) counts[name] = count;
    });
    return counts;
  }

  pairs(): PairSummary[] {
    this.#countAlike();
    return this.#pairs
      .map((pair, index) => {
        const at = index * PAIR_WIDTH;
        const verbs = this.#pairCounts.range(at, at + VERBS.length);
        return {
          ...pair,
          operations: total(verbs),
          failed: this.#pairCounts.of(at + VERBS.length),
          verbs: named(verbs),
        };
      })
      .sort(byOperations);
  }
}

function total(counts: readonly number[]): number {
  return counts.reduce((sum, count) => sum + count, 0);
}

/** Counts of verbs, with their names, without those that are 0. */
function named(counts: readonly number[]): Record<string, number> {
  const verbs: Record<string, number> = {};
  for (const { verb, name } of VERBS) {
    const count = counts[verb]!;
    if (count > 0) verbs[name] = count;
  }
  return verbs;
}
