/**
 * Makes findings of what detectors see: with the operation as evidence, grouped.
 *
 * @module
 */

import {
  type Evidence,
  type Finding,
  type FindingKind,
  finding,
  type Severity,
} from '../operation/finding.ts';
import type { Operation } from '../operation/operation.ts';
import { Side } from '../operation/side.ts';
import { phraseOf } from '../protocol/phrase.ts';
import type { Protocol } from '../protocol/protocol.ts';
import type { Deeds } from './deeds.ts';
import type { Group, Grouping } from './grouping.ts';
import type { Pair, Parties } from './parties.ts';

/** Worse, or less bad, than the kind: and why. */
export interface Rating {
  readonly severity: Severity;
  readonly because: string;
}

/** Whom a finding is about: a pair, or a client whatever it talks to. */
export interface About {
  readonly client: string;
  readonly server?: string;
  /** Findings so far, by kind, while they go on. */
  readonly groups: Map<FindingKind, Group>;
}

export class Raiser {
  readonly #protocols: readonly Protocol[];
  readonly #parties: Parties;
  readonly #grouping: Grouping;
  readonly #deeds: Deeds;

  constructor(protocols: readonly Protocol[], parties: Parties, grouping: Grouping, deeds: Deeds) {
    this.#deeds = deeds;
    this.#protocols = protocols;
    this.#parties = parties;
    this.#grouping = grouping;
  }

  /** The operation in hand is, or adds to, a finding of `kind`; `say` makes its message, for the first. */
  raise(kind: FindingKind, about: About, op: Operation, say: () => string, rating?: Rating): void {
    const open = about.groups.get(kind);
    // Whatever comes when the evidence is full only counts: a flood must cost little.
    if (open !== undefined && op.time - open.to <= this.#grouping.quiet) {
      open.again(op.time);
      open.worsen(rating ?? kind);
      if (open.wanting) open.evidence.push(this.evidence(op));
      return;
    }
    this.add(kind, about, this.finding(kind, about, op, say, rating));
  }

  /** The finding that the operation in hand would be. */
  finding(kind: FindingKind, about: About, op: Operation, say: () => string, rating?: Rating): Finding {
    const { client, server } = about;
    const protocol = this.#protocols[op.protocol]!.name;
    const subject = server === undefined ? { client, protocol } : { client, server, protocol };
    return finding(kind, { message: say(), subject, evidence: [this.evidence(op)], ...rating });
  }

  /** It is one. */
  add(kind: FindingKind, about: About, found: Finding): void {
    about.groups.set(kind, this.#grouping.add(found));
  }

  /** An answer that belongs to a finding of `kind`: evidence, and not counted. */
  answer(kind: FindingKind, about: About, op: Operation): void {
    const open = about.groups.get(kind);
    if (open?.wanting) open.evidence.push(this.evidence(op));
  }

  /** Several operations at once are one, with what is kept of the first of them. */
  addAll(kind: FindingKind, pair: Pair, seen: Pick<Finding, 'message' | 'evidence' | 'to' | 'count'>): void {
    const { client, server } = pair;
    const { message, to, count } = seen;
    const subject = { client, server, protocol: this.#protocols[pair.protocol]!.name };
    const evidence = [...seen.evidence];
    this.add(kind, pair, { ...finding(kind, { message, subject, evidence }), to, count });
  }

  /** The operation in hand as evidence: who sent what to whom. */
  evidence(op: Operation): Evidence {
    const { clientName, serverName } = this.#parties.talk;
    const [from, to] = op.side === Side.client ? [clientName, serverName] : [serverName, clientName];
    // Findings are handed on; a credential must not be.
    const secret = this.#deeds.isCredential(op);
    return { time: op.time, what: `${from} > ${to}  ${phraseOf(op, this.#protocols[op.protocol]!, secret)}` };
  }
}
