/**
 * Searching within a device: for stations, functions and objects that it has, and for its password.
 *
 * @module
 */

import { type Operation, Outcome, Phase } from '../operation/operation.ts';
import { Side } from '../operation/side.ts';
import { finish, mix } from '../packet/hash.ts';
import { type Deeds, isRead } from './deeds.ts';
import { KINDS } from './finding-kinds.ts';
import type { Pair } from './parties.ts';
import type { Raiser } from './raiser.ts';
import type { Thresholds } from './thresholds.ts';

/** Seconds that a station has for its answer before it counts as one that gives none. */
const PATIENCE = 3;

/** Stations of an address that are remembered. */
const MAX_STATIONS = 1 << 8;

export class Enumeration {
  readonly #thresholds: Thresholds;
  readonly #raiser: Raiser;
  readonly #deeds: Deeds;

  constructor(thresholds: Thresholds, raiser: Raiser, deeds: Deeds) {
    this.#thresholds = thresholds;
    this.#raiser = raiser;
    this.#deeds = deeds;
  }

  /** The first item of a message. */
  look(op: Operation, pair: Pair): void {
    if (op.phase === Phase.request) {
      if (op.side !== Side.client) return;
      if (op.station !== pair.lastStation) this.#station(op, pair);
      if (isRead[op.verb]) this.#sweep(op, pair);
    } else if (op.outcome === Outcome.failed) this.#refused(op, pair);
    else if (pair.stations.size > 0) answers(op.station, pair);
  }

  /** The client turns to another station. */
  #station(op: Operation, pair: Pair): void {
    const { station, time } = op;
    pair.lastStation = station;
    if (pair.answering.has(station) || pair.stations.has(station)) return;
    if (pair.stations.size >= MAX_STATIONS) pair.stations.clear();
    pair.stations.set(station, time);
    this.#stations(op, pair);
  }

  /** Are there too many stations that gave no good answer? */
  #stations(op: Operation, pair: Pair): void {
    const { count, within } = this.#thresholds['station-scan'];
    if (pair.stations.size < count) return;
    let silent = 0;
    for (const [station, since] of pair.stations) {
      const age = op.time - since;
      if (age > within) pair.stations.delete(station);
      else if (age >= PATIENCE) silent++;
    }
    // A client that knows most of the stations is no stranger, even when some of them are away.
    if (silent < count || silent <= pair.answering.size) return;
    this.#raiser.raise(
      KINDS.stationScan,
      pair,
      op,
      () => `${pair.client} tried ${silent} stations behind ${pair.server} that gave no good answer`,
    );
  }

  #refused(op: Operation, pair: Pair): void {
    const { client, server } = pair;
    const { time } = op;
    const { stations } = pair;
    // A station that refuses needs no patience.
    if (stations.has(op.station)) {
      stations.set(op.station, time - PATIENCE);
      this.#stations(op, pair);
    }
    if (
      this.#deeds.isCredential(op) &&
      pair.refusedCredentials.reaches(this.#thresholds['password-guessing'], time)
    ) {
      this.#raiser.raise(
        KINDS.passwordGuessing,
        pair,
        op,
        () => `${client} presented credentials to ${server} that were refused again and again`,
      );
    }
    const fn = mix(mix(op.fn, op.code), op.subcode);
    if (pair.refusedFunctions.reaches(this.#thresholds['function-scan'], time, fn)) {
      this.#raiser.raise(
        KINDS.functionScan,
        pair,
        op,
        () => `${client} tried function after function of ${server} that it refused`,
      );
    }
    if (op.space === 0) return;
    const object = finish(mix(mix(mix(op.station, op.space), op.area), op.address));
    if (pair.refusedObjects.reaches(this.#thresholds['object-scan'], time, object)) {
      this.#raiser.raise(
        KINDS.objectScan,
        pair,
        op,
        () => `${client} asked for object after object of ${server} that it refused`,
      );
    }
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
    const { inARow } = pair;
    this.#raiser.raise(
      KINDS.objectScan,
      pair,
      op,
      () => `${pair.client} reads the objects of ${pair.server} from end to end, ${inARow} requests in a row`,
    );
  }
}

/** The station gave a good answer. */
function answers(station: number, pair: Pair): void {
  if (!pair.stations.delete(station)) return;
  if (pair.answering.size >= MAX_STATIONS) pair.answering.clear();
  pair.answering.add(station);
}
