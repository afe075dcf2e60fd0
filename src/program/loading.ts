/**
 * Is somebody changing the program of a controller just now? Told by what passes on the way to it, whatever allowed it. A state
 * machine without I/O.
 *
 * @module
 */

import { type Operation, Outcome } from '../operation/operation.ts';
import { Verb } from '../operation/verb.ts';
import { type Protocol, Step } from '../protocol/protocol.ts';

/** Seconds after the last operation that changes a program until it is left in peace: the next block comes sooner. */
const SETTLE = 15;
/** Seconds without a sign after which a transfer that was begun and not ended is given up. */
const GIVEN_UP = 120;

/** A session that changes the program. */
interface Work {
  since: number;
  last: number;
  /** A transfer was begun and has not ended. */
  open: boolean;
}

/** Whether the operation has to do with the changing of a program. */
export function changesProgram(op: Operation, protocol: Protocol): boolean {
  return op.verb >= Verb.download || protocol.functions[op.fn]?.mayLoad === true;
}

export class Loading {
  readonly #works = new Map<number, Work>();

  /** An operation that changes the program, or answers one, went on. */
  passed(op: Operation, protocol: Protocol): void {
    let work = this.#works.get(op.flow);
    if (work === undefined) {
      work = { since: op.time, last: op.time, open: false };
      this.#works.set(op.flow, work);
    }
    work.last = op.time;
    const step = op.verb === Verb.download ? protocol.program?.step(op) : Step.none;
    if (op.outcome === Outcome.failed || step === Step.end || op.verb === Verb.activate) work.open = false;
    else if (step === Step.begin || step === Step.hidden || step === Step.content) work.open = true;
  }

  /** A session is over. */
  left(flow: number): void {
    const work = this.#works.get(flow);
    if (work !== undefined) work.open = false;
  }

  /** Since when the program is being changed, seconds since 1970; undefined where it is not. */
  since(now: number): number | undefined {
    let since: number | undefined;
    for (const [flow, work] of this.#works) {
      if (now - work.last > (work.open ? GIVEN_UP : SETTLE)) this.#works.delete(flow);
      else if (since === undefined || work.since < since) since = work.since;
    }
    return since;
  }
}
