/**
 * Searching within a device: for stations, functions and objects that it has, and for its password.
 *
 * @module
 */

import type { FindingKind } from '../operation/finding.ts';
import { type Operation, Outcome, Phase } from '../operation/operation.ts';
import { Side } from '../operation/side.ts';
import { finish, mix } from '../packet/hash.ts';
import { type Deeds, isRead } from './deeds.ts';
import { KINDS } from './finding-kinds.ts';
import type { Pair } from './parties.ts';
import type { Raiser } from './raiser.ts';
import type { Search } from './search.ts';
import type { ThresholdName, Thresholds } from './thresholds.ts';

/** Searches that are under way at once; further ones are not looked at until one of them is over. */
const MAX_WAITING = 1 << 12;

/** Stations of a pair that are remembered to answer. */
const MAX_STATIONS = 1 << 8;

/** What may be searched for. */
interface Aim {
  readonly kind: FindingKind;
  readonly threshold: ThresholdName;
  readonly of: (pair: Pair) => Search;
  readonly say: (client: string, server: string, different: number) => string;
}

const STATIONS: Aim = {
  kind: KINDS.stationScan,
  threshold: 'station-scan',
  of: pair => pair.silentStations,
  say: (client, server, different) =>
    `${client} tried ${different} stations behind ${server} that gave no good answer`,
};
const FUNCTIONS: Aim = {
  kind: KINDS.functionScan,
  threshold: 'function-scan',
  of: pair => pair.refusedFunctions,
  say: (client, server, different) => `${client} tried ${different} functions of ${server} that it refused`,
};
const OBJECTS: Aim = {
  kind: KINDS.objectScan,
  threshold: 'object-scan',
  of: pair => pair.refusedObjects,
  say: (client, server, different) =>
    `${client} asked for ${different} objects of ${server}, one after the other, that it refused`,
};

export class Enumeration {
  readonly #thresholds: Thresholds;
  readonly #raiser: Raiser;
  readonly #deeds: Deeds;
  /** Searches under way. */
  readonly #waiting = new Map<Search, { readonly aim: Aim; readonly pair: Pair }>();
  #judged = 0;

  constructor(thresholds: Thresholds, raiser: Raiser, deeds: Deeds) {
    this.#thresholds = thresholds;
    this.#raiser = raiser;
    this.#deeds = deeds;
  }

  /** The first item of a message. */
  look(op: Operation, pair: Pair): void {
    if (this.#waiting.size > 0 && Math.abs(op.time - this.#judged) >= 1) {
      this.#judged = op.time;
      for (const search of this.#waiting.keys()) this.#judge(search, op.time);
    }
    if (op.phase === Phase.request) {
      if (op.side !== Side.client) return;
      if (op.station !== pair.lastStation) {
        pair.lastStation = op.station;
        if (!pair.answering.has(op.station)) this.#tried(STATIONS, pair, op, op.station);
      }
      if (isRead[op.verb]) this.#sweep(op, pair);
    } else if (op.outcome === Outcome.failed) this.#refused(op, pair);
    else if (!pair.silentStations.idle && !pair.answering.has(op.station)) {
      pair.silentStations.found(op.station);
      if (pair.answering.size >= MAX_STATIONS) pair.answering.clear();
      pair.answering.add(op.station);
    }
  }

  /** The traffic is over: what is under way is judged as it stands. */
  finish(): void {
    for (const search of this.#waiting.keys()) this.#judge(search, Number.POSITIVE_INFINITY);
  }

  #refused(op: Operation, pair: Pair): void {
    const guessing = this.#thresholds['password-guessing'];
    if (this.#deeds.isCredential(op) && pair.refusedCredentials.reaches(guessing, op.time)) {
      this.#raiser.raise(
        KINDS.passwordGuessing,
        pair,
        op,
        () => `${pair.client} presented credentials to ${pair.server} that were refused again and again`,
      );
    }
    this.#tried(FUNCTIONS, pair, op, mix(mix(op.fn, op.code), op.subcode));
    if (op.space === 0) return;
    this.#tried(OBJECTS, pair, op, finish(mix(mix(mix(op.station, op.space), op.area), op.address)));
  }

  /** One more of what may be searched for. */
  #tried(aim: Aim, pair: Pair, op: Operation, which: number): void {
    const search = aim.of(pair);
    this.#judge(search, op.time);
    const age = op.time - search.since;
    if (age < 0 || age > this.#thresholds[aim.threshold].within) search.begin(op.time);
    if (search.idle && this.#waiting.size < MAX_WAITING) this.#waiting.set(search, { aim, pair });
    search.tried(which, op.time, () => this.#raiser.evidence(op));
  }

  /** Was it a search? Only when its time is over: by then a poll has asked again. */
  #judge(search: Search, time: number): void {
    const waiting = this.#waiting.get(search);
    if (waiting === undefined) return;
    const { aim, pair } = waiting;
    const threshold = this.#thresholds[aim.threshold];
    const age = time - search.since;
    if (age >= 0 && age <= threshold.within) return;
    this.#waiting.delete(search);
    // Who knows more of the stations than it misses is no stranger to them.
    const stranger = aim !== STATIONS || search.different > pair.answering.size;
    if (stranger && search.isOne(threshold)) {
      const { different, evidence, last } = search;
      const message = aim.say(pair.client, pair.server, different);
      this.#raiser.addAll(aim.kind, pair, { message, evidence, to: last, count: different });
    }
    search.begin(time);
  }

  /** Does the client read on where it ended last? */
  #sweep(op: Operation, pair: Pair): void {
    const place = mix(mix(op.station, op.space), op.area);
    if (op.extent === 0 || place !== pair.nextPlace || op.address !== pair.nextAddress) {
      pair.inARow = 0;
      pair.rowSince = op.time;
    }
    pair.nextPlace = place;
    pair.nextAddress = op.address + op.extent;
    const { count, within } = this.#thresholds['object-sweep'];
    if (++pair.inARow < count || op.time - pair.rowSince > within) return;
    this.#raiser.raise(
      KINDS.objectScan,
      pair,
      op,
      () => `${pair.client} reads the objects of ${pair.server} from end to end, ${count} requests in a row`,
    );
  }
}
