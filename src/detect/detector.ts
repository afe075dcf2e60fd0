/**
 * The detectors together: a sink for operations, and for the TCP segments that set connections up. What it finds is in
 * its {@link Grouping}.
 *
 * Runs for every operation. Most are reads of a known object by a known client: a few counters, and done. What makes a
 * finding may allocate.
 *
 * @module
 */

import { randomInt } from 'node:crypto';
import type { FindingKind } from '../operation/finding.ts';
import { type Operation, Outcome, Phase, type Sink } from '../operation/operation.ts';
import { Side } from '../operation/side.ts';
import { VERBS } from '../operation/verb.ts';
import type { Protocol } from '../protocol/protocol.ts';
import { Deeds, isChange } from './deeds.ts';
import { Enumeration } from './enumeration.ts';
import { KINDS } from './finding-kinds.ts';
import { FirstSeen, functionName } from './first-seen.ts';
import { type Group, Grouping } from './grouping.ts';
import { Handshakes } from './handshakes.ts';
import type { Known } from './known.ts';
import { Load } from './load.ts';
import { type CurrentTalk, type Pair, Parties } from './parties.ts';
import { Raiser, type Rating } from './raiser.ts';
import { Strange } from './strange.ts';
import { Roles, type Tuning } from './tuning.ts';

/** What a known engineering station does about the program is expected of it, and still to be checked. */
const BY_ENGINEER: Rating = {
  severity: 'medium',
  because: 'an engineering station did it, which is known; that it was planned is not',
};

/** Kinds that say nothing new where the baseline knows that this client does this at this server. */
const ROUTINE: readonly FindingKind[] = [KINDS.upload, KINDS.timeChange];
const ENGINEERED: readonly FindingKind[] = [
  KINDS.stop,
  KINDS.restart,
  KINDS.modeChange,
  KINDS.download,
  KINDS.programChange,
];

export interface DetectorOptions {
  readonly protocols: readonly Protocol[];
  /** Says whose operation is being handed over. */
  readonly current: CurrentTalk;
  readonly tuning: Tuning;
  readonly known: Known;
  /** Is told of each finding when it begins; the others of its kind are added to it. */
  readonly begins?: (group: Group) => void;
}

export class Detector implements Sink {
  readonly grouping: Grouping;
  /** To be handed every TCP segment. */
  readonly segments: Handshakes;
  /** Operations that were looked at. */
  operations = 0;

  readonly #protocols: readonly Protocol[];
  readonly #known: Known;
  readonly #parties: Parties;
  readonly #raiser: Raiser;
  readonly #roles: Roles;
  readonly #deeds: Deeds;
  readonly #firstSeen: FirstSeen;
  readonly #enumeration: Enumeration;
  readonly #load: Load;
  readonly #strange: Strange;

  constructor({ protocols, current, tuning, known, begins }: DetectorOptions) {
    const { hosts, thresholds } = tuning;
    this.#protocols = protocols;
    this.#known = known;
    this.grouping = new Grouping({ quiet: tuning.quiet, begins });
    this.#roles = new Roles(hosts);
    this.#parties = new Parties(current, this.#roles);
    this.#deeds = new Deeds(protocols);
    this.#raiser = new Raiser(protocols, this.#parties, this.grouping, this.#deeds);
    this.#firstSeen = new FirstSeen(
      protocols,
      known,
      this.#raiser,
      this.#roles,
      hosts.engineering.length > 0,
    );
    this.#enumeration = new Enumeration(thresholds, this.#raiser, this.#deeds);
    this.#load = new Load(protocols, known, thresholds, this.#raiser);
    this.#strange = new Strange(thresholds, this.#raiser);
    this.segments = new Handshakes({
      ports: protocols.flatMap(protocol => protocol.ports),
      thresholds,
      grouping: this.grouping,
      seed: randomInt(2 ** 31),
      expected: client => this.#roles.is(client, 'scanners'),
      acquainted: (client, server) => this.#parties.acquainted(client, server, protocols.length),
    });
  }

  operation(op: Operation): void {
    this.operations++;
    const pair = this.#parties.of(op);
    this.#known.tick(op.time);
    const request = op.phase === Phase.request;
    // What it is by itself comes first: once it is done, it is known.
    if (request || op.outcome === Outcome.failed) this.#deed(op, pair, request);
    if (op.item === 0 && request && op.side === Side.client) this.#load.look(op, pair);
    if (request) this.#firstSeen.look(op, pair);
    if (op.item !== 0 && op.anomalies === 0) return;
    if (pair.host.scanner) return;
    if (op.item === 0) this.#enumeration.look(op, pair);
    if (op.anomalies !== 0) this.#strange.look(op, pair);
  }

  /** The traffic is over. */
  finish(): void {
    this.#load.finish();
    this.#enumeration.finish();
    this.segments.finish();
  }

  #deed(op: Operation, pair: Pair, request: boolean): void {
    const kind = this.#deeds.kindOf(op);
    if (kind === undefined && !isChange[op.verb]) return;
    const { client, server } = pair;
    if (kind !== undefined && !this.#expected(kind, op, pair)) {
      if (!request) this.#raiser.answer(kind, pair, op);
      else {
        const rating =
          ENGINEERED.includes(kind) && this.#roles.is(client, 'engineering') ? BY_ENGINEER : undefined;
        const what = functionName(op, this.#protocols[op.protocol]!);
        const say = () => `${client} asked ${server} for ${what}`;
        this.#raiser.raise(kind, pair, op, say, rating);
      }
    }
    if (!request || !isChange[op.verb] || !this.#roles.is(server, 'safety')) return;
    const verb = VERBS[op.verb]!.name;
    this.#raiser.raise(
      KINDS.safetyAccess,
      pair,
      op,
      () => `${client} changes the safety controller ${server}: ${verb}`,
    );
  }

  /** Is this nothing to speak of, by what is known of the two? */
  #expected(kind: FindingKind, op: Operation, pair: Pair): boolean {
    if (!ROUTINE.includes(kind)) return false;
    const { client, server } = pair;
    if (kind === KINDS.upload && this.#roles.is(client, 'engineering')) return true;
    if (kind === KINDS.timeChange && this.#roles.is(client, 'time')) return true;
    // Once it was told, it goes on to be counted.
    if (this.#known.learning || pair.groups.has(kind)) return false;
    const protocol = this.#protocols[op.protocol]!;
    const known = this.#known.pair(client, server, protocol.name);
    return known?.functions.has(functionName(op, protocol)) === true && !pair.isNew;
  }
}
