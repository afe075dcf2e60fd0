/**
 * Too much at once, and writes that nobody looks after: floods, bursts of commands, blind writes.
 *
 * @module
 */

import type { Finding } from '../operation/finding.ts';
import type { Operation } from '../operation/operation.ts';
import { Verb } from '../operation/verb.ts';
import { finish, mix } from '../packet/hash.ts';
import type { Protocol } from '../protocol/protocol.ts';
import { isControl, isRead } from './deeds.ts';
import { KINDS } from './finding-kinds.ts';
import type { Known } from './known.ts';
import type { Pair } from './parties.ts';
import type { Raiser, Rating } from './raiser.ts';
import type { Thresholds } from './thresholds.ts';

/** Seconds in which a client that writes may begin to read: longer than polls take. */
const PATIENCE = 10;
/** Many writes are less bad than many commands. */
const RECIPE: Rating = {
  severity: 'medium',
  because: 'many set-points within seconds are a recipe, or somebody’s script',
};

/** Clients that wrote and did not read, until they are judged. */
const MAX_SUSPECTS = 1 << 10;

export class Load {
  readonly #protocols: readonly Protocol[];
  readonly #known: Known;
  readonly #thresholds: Thresholds;
  readonly #raiser: Raiser;
  /** The first write of each client that has not read. */
  readonly #suspects = new Map<Pair, Finding>();
  #judged = 0;

  constructor(protocols: readonly Protocol[], known: Known, thresholds: Thresholds, raiser: Raiser) {
    this.#protocols = protocols;
    this.#known = known;
    this.#thresholds = thresholds;
    this.#raiser = raiser;
  }

  /** The first item of a client's request. */
  look(op: Operation, pair: Pair): void {
    const { client, server } = pair;
    const thresholds = this.#thresholds;
    if (this.#suspects.size > 0 && Math.abs(op.time - this.#judged) >= 1) {
      this.#judged = op.time;
      this.#judge(op.time, PATIENCE);
    }
    const flood = thresholds['request-flood'];
    if (pair.requests.reaches(flood, op.time)) {
      this.#raiser.raise(
        KINDS.requestFlood,
        pair,
        op,
        () => `${client} sent ${server} ${flood.count} requests within ${flood.within} s`,
      );
    }
    if (isRead[op.verb]) this.#read(op, pair);
    else if (isControl[op.verb]) this.#control(op, pair);
    else if (op.verb === Verb.acknowledge) {
      const burst = thresholds['acknowledge-burst'];
      if (pair.acknowledged.reaches(burst, op.time)) {
        this.#raiser.raise(
          KINDS.alarmSuppression,
          pair,
          op,
          () => `${client} acknowledged ${burst.count} alarms of ${server} within ${burst.within} s`,
        );
      }
    }
  }

  /** The traffic is over: what is under way is judged as it stands. */
  finish(): void {
    this.#judge(Number.POSITIVE_INFINITY, 0);
  }

  #read(op: Operation, pair: Pair): void {
    const { device } = pair;
    pair.reads++;
    if (device.reading.reaches(this.#thresholds['blind-write'], op.time)) device.watched = op.time;
  }

  #control(op: Operation, pair: Pair): void {
    const { client, server, host } = pair;
    const thresholds = this.#thresholds;
    pair.writes++;
    const flood = thresholds['write-flood'];
    if (pair.changes.reaches(flood, op.time)) {
      this.#raiser.raise(
        KINDS.writeFlood,
        pair,
        op,
        () => `${client} wrote to ${server} ${flood.count} times within ${flood.within} s`,
      );
    }
    if (pair.reads === 0) this.#blind(op, pair);
    const operates = op.verb === Verb.operate;
    const burst = thresholds[operates ? 'command-burst' : 'write-burst'];
    const objects = operates ? host.operated : host.written;
    if (objects.reaches(burst, op.time, objectOf(op, pair))) {
      this.#raiser.raise(
        KINDS.commandBurst,
        host,
        op,
        () =>
          `${client} ${operates ? 'commands' : 'writes'} ${burst.count} objects or more within ${burst.within} s`,
        operates ? undefined : RECIPE,
      );
    }
  }

  /** A write by a client that never read: it may have begun just now, and read next. */
  #blind(op: Operation, pair: Pair): void {
    const { client, server } = pair;
    const say = () => `${client} writes to ${server} and reads nothing of it; another station watches it`;
    if (pair.groups.has(KINDS.blindWrite)) this.#raiser.raise(KINDS.blindWrite, pair, op, say);
    else if (!this.#suspects.has(pair) && this.#suspects.size < MAX_SUSPECTS) {
      if (this.#known.writes(client, server, this.#protocols[op.protocol]!.name)) return;
      this.#suspects.set(pair, this.#raiser.finding(KINDS.blindWrite, pair, op, say));
    }
  }

  /** Judges the suspects whose write is at least `patience` seconds ago. */
  #judge(time: number, patience: number): void {
    const { within } = this.#thresholds['blind-write'];
    for (const [pair, finding] of this.#suspects) {
      const age = time - finding.from;
      if (age >= 0 && age < patience) continue;
      const watched = Math.abs(pair.device.watched - finding.from) <= within;
      if (pair.reads === 0 && watched) this.#raiser.add(KINDS.blindWrite, pair, finding);
      // Somebody may begin to watch it yet.
      if (pair.reads > 0 || watched || age > within || age < 0) this.#suspects.delete(pair);
    }
  }
}

/** A number for the object, among those of all servers. */
function objectOf(op: Operation, pair: Pair): number {
  let hash = mix(mix(mix(op.station, op.space), op.area), op.address);
  for (let i = 0; i < pair.server.length; i++) hash = mix(hash, pair.server.charCodeAt(i));
  for (let i = 0; i < op.nameLength; i++) hash = mix(hash, op.nameView.getUint8(op.nameAt + i));
  return finish(hash);
}
