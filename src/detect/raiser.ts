/**
 * Makes findings of what detectors see: with the operation as evidence, grouped, unless it is muted.
 *
 * @module
 */

import { type Finding, type FindingKind, finding, type Severity } from '../operation/finding.ts';
import type { Operation } from '../operation/operation.ts';
import { Side } from '../operation/side.ts';
import { phraseOf } from '../protocol/phrase.ts';
import type { Protocol } from '../protocol/protocol.ts';
import type { Grouping } from './grouping.ts';
import type { Pair, Parties } from './parties.ts';

/** Worse, or less bad, than the kind: and why. */
export interface Rating {
  readonly severity: Severity;
  readonly because: string;
}

export class Raiser {
  readonly #protocols: readonly Protocol[];
  readonly #parties: Parties;
  readonly #grouping: Grouping;

  constructor(protocols: readonly Protocol[], parties: Parties, grouping: Grouping) {
    this.#protocols = protocols;
    this.#parties = parties;
    this.#grouping = grouping;
  }

  /** The operation in hand is, or adds to, a finding of `kind`; `say` makes its message, for the first. */
  raise(kind: FindingKind, pair: Pair, op: Operation, say: () => string, rating?: Rating): void {
    const open = pair.groups.get(kind);
    // Whatever comes when the evidence is full only counts: a flood must cost little.
    if (open !== undefined && op.time - open.to <= this.#grouping.quiet) {
      open.again(op.time);
      if (open.wanting) open.evidence.push(this.#evidence(op));
      return;
    }
    this.add(kind, pair, this.finding(kind, pair, op, say, rating));
  }

  /** The finding that the operation in hand would be. */
  finding(kind: FindingKind, pair: Pair, op: Operation, say: () => string, rating?: Rating): Finding {
    const subject = {
      client: pair.client,
      server: pair.server,
      protocol: this.#protocols[pair.protocol]!.name,
    };
    return finding(kind, { message: say(), subject, evidence: [this.#evidence(op)], ...rating });
  }

  /** It is one. */
  add(kind: FindingKind, pair: Pair, found: Finding): void {
    pair.groups.set(kind, this.#grouping.add(found));
  }

  /** An answer that belongs to a finding of `kind`: evidence, and not counted. */
  answer(kind: FindingKind, pair: Pair, op: Operation): void {
    const open = pair.groups.get(kind);
    if (open?.wanting) open.evidence.push(this.#evidence(op));
  }

  /** Who sent what to whom. */
  #evidence(op: Operation): { time: number; what: string } {
    const { clientName, serverName } = this.#parties.talk;
    const [from, to] = op.side === Side.client ? [clientName, serverName] : [serverName, clientName];
    return { time: op.time, what: `${from} > ${to}  ${phraseOf(op, this.#protocols[op.protocol]!)}` };
  }
}
