/**
 * Counts operations: by function, verb, outcome, anomaly and pair of hosts. Typed arrays on the way, names at the
 * end.
 *
 * @module
 */

import { anomalyNames } from '../operation/anomaly.ts';
import { type Operation, Outcome, PHASES, type Sink } from '../operation/operation.ts';
import { VERBS } from '../operation/verb.ts';
import type { Protocol } from '../protocol/protocol.ts';
import { Counters } from './counters.ts';
import type { Current } from './current.ts';
import { Pairs } from './pairs.ts';
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

/** Counters of a row of a function table: messages of each phase, their further items, failed operations. */
const MORE = PHASES.length;
const ROW_FAILED = MORE + 1;
const WIDTH = MORE + 2;

/** Counters of a pair: one for each verb, then failed operations. */
const PAIR_WIDTH = VERBS.length + 1;

/** Messages after which counters are settled: times the items of the longest, some thousand, they are below 2^31. */
const SETTLE_AFTER = 1 << 18;

export class Counting implements Sink {
  readonly #protocols: readonly Protocol[];
  readonly #current: Current;
  /** By protocol: the number of the first row of its function table among the rows of all. */
  readonly #firstRow: Int32Array;
  /** For each row. */
  readonly #functions: Counters;
  /** By protocol: one counter for each bit of anomalies. */
  readonly #anomalies: readonly Float64Array[];
  readonly #errors = new Tally();
  /** Functions without a row, by code and phase. */
  readonly #unlisted = new Tally();
  readonly #pairs = new Pairs();
  readonly #pairCounts = new Counters(64 * PAIR_WIDTH);
  /** Counters of the message's pair of hosts. */
  #pairAt = 0;
  #unsettled = 0;

  constructor(protocols: readonly Protocol[], current: Current) {
    this.#protocols = protocols;
    this.#current = current;
    this.#firstRow = new Int32Array(protocols.length);
    let rows = 0;
    for (const [index, { functions }] of protocols.entries()) {
      this.#firstRow[index] = rows;
      rows += functions.length;
    }
    this.#functions = new Counters(rows * WIDTH);
    this.#anomalies = protocols.map(() => new Float64Array(32));
  }

  operation(op: Operation): void {
    const at = (this.#firstRow[op.protocol]! + op.fn) * WIDTH;
    if (op.item === 0) {
      const { session } = this.#current;
      this.#pairAt = (session.pair < 0 ? this.#pair(session) : session.pair) * PAIR_WIDTH;
      if (++this.#unsettled === SETTLE_AFTER) this.#settle();
      this.#functions.recent[at + op.phase]!++;
    } else this.#functions.recent[at + MORE]!++;
    this.#pairCounts.recent[this.#pairAt + op.verb]!++;
    if (op.outcome === Outcome.failed || op.anomalies !== 0 || op.fn === 0) this.#countOdd(op, at);
  }

  /** Counts what most operations are not. */
  #countOdd(op: Operation, at: number): void {
    if (op.outcome === Outcome.failed) this.#countFailed(op, at);
    if (op.fn === 0) this.#countUnlisted(op);
    if (op.anomalies !== 0) this.#countAnomalies(op.protocol, op.anomalies);
  }

  #settle(): void {
    this.#unsettled = 0;
    this.#functions.settle();
    this.#pairCounts.settle();
  }

  #countFailed(op: Operation, at: number): void {
    this.#functions.recent[at + ROW_FAILED]!++;
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
    const pair = this.#pairs.find(session);
    if (this.#pairs.size * PAIR_WIDTH > this.#pairCounts.length) this.#pairCounts.grow();
    session.pair = pair;
    return pair;
  }

  /** Counts of errors and unlisted functions for which there was no row left. */
  get uncounted(): number {
    return this.#errors.others + this.#unlisted.others;
  }

  /** Operations of a protocol. */
  operations(protocol: number): number {
    return total(this.#verbs(protocol));
  }

  functions(protocol: number): FunctionSummary[] {
    const rows: FunctionSummary[] = [];
    this.#protocols[protocol]!.functions.forEach(({ code, sub, name, verb }, fn) => {
      const at = (this.#firstRow[protocol]! + fn) * WIDTH;
      const [requests, responses, notices, more, failed] = this.#functions.range(at, at + WIDTH);
      const operations = requests! + responses! + notices! + more!;
      if (fn === 0 || operations === 0) return;
      rows.push({
        code,
        sub: sub < 0 ? null : sub,
        name,
        verb: VERBS[verb]!.name,
        requests: requests!,
        responses: responses!,
        notices: notices!,
        operations,
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
    return named(this.#verbs(protocol));
  }

  /** Operations of a protocol by verb. */
  #verbs(protocol: number): number[] {
    const counts = VERBS.map(() => 0);
    for (let pair = 0; pair < this.#pairs.size; pair++) {
      if (this.#pairs.protocol(pair) !== protocol) continue;
      for (const verb of counts.keys()) counts[verb]! += this.#pairCounts.of(pair * PAIR_WIDTH + verb);
    }
    return counts;
  }

  #pairVerbs(pair: number): number[] {
    return this.#pairCounts.range(pair * PAIR_WIDTH, pair * PAIR_WIDTH + VERBS.length);
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
    const rows: PairSummary[] = [];
    for (let pair = 0; pair < this.#pairs.size; pair++) {
      const verbs = this.#pairVerbs(pair);
      rows.push({
        ...this.#pairs.names(pair),
        protocol: this.#protocols[this.#pairs.protocol(pair)]!.name,
        operations: total(verbs),
        failed: this.#pairCounts.of(pair * PAIR_WIDTH + VERBS.length),
        verbs: named(verbs),
      });
    }
    return rows.sort(byOperations);
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
