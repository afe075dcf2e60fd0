/**
 * Who uses whom, in which protocol, for what: one link for each client, server, port and protocol.
 *
 * @module
 */

import { type Operation, Outcome, Phase } from '../../operation/operation.ts';
import type { Verb } from '../../operation/verb.ts';
import type { Place, Proof } from './proof.ts';

/** Stations that are kept of one link: a unit identifier has 256 values. */
const MAX_STATIONS = 256;

const NO_STATIONS: ReadonlyMap<number, Proof> = new Map();

/** What was done of one verb: most links have two or three. */
export interface Done {
  readonly verb: Verb;
  /** Items asked for or told unasked, and items that were answered with yes; each with its first packet. */
  readonly asked: number;
  readonly done: number;
  readonly firstAsked: Proof | undefined;
  readonly firstDone: Proof | undefined;
}

type OwnDone = { -readonly [field in keyof Done]: Done[field] };

export class Link {
  readonly client: string;
  readonly server: string;
  readonly port: number;
  /** Index of the protocol. */
  readonly protocol: number;
  operations = 0;
  failed = 0;
  first = 0;
  last = 0.1;
  /** In the order in which they came first. */
  verbs: OwnDone[] = [];
  /** Stations that answered with yes, with the first packet. */
  stations: ReadonlyMap<number, Proof> = NO_STATIONS;
  #own: Map<number, Proof> | undefined;
  #station = Number.NaN;

  constructor(client: string, server: string, port: number, protocol: number) {
    this.client = client;
    this.server = server;
    this.port = port;
    this.protocol = protocol;
  }

  count(op: Operation, place: Place): void {
    if (this.operations === 0) this.first = op.time;
    this.operations++;
    this.last = op.time;
    if (op.outcome === Outcome.failed) {
      this.failed++;
      return;
    }
    const of = this.#of(op.verb);
    if (op.phase !== Phase.response) {
      of.asked++;
      of.firstAsked = better(of.firstAsked, op.time, place);
      return;
    }
    of.done++;
    of.firstDone = better(of.firstDone, op.time, place);
    if (op.station !== this.#station) {
      this.#station = op.station;
      if (this.stations.has(op.station) || this.stations.size < MAX_STATIONS) {
        this.#own ??= new Map();
        this.stations = this.#own.set(op.station, better(this.stations.get(op.station), op.time, place));
      }
    }
  }

  #of(verb: Verb): OwnDone {
    for (const known of this.verbs) if (known.verb === verb) return known;
    const made: OwnDone = { verb, asked: 0, done: 0, firstAsked: undefined, firstDone: undefined };
    // One is all that many have: an array that grows would have room for many.
    if (this.verbs.length === 0) this.verbs = [made];
    else this.verbs.push(made);
    return made;
  }
}

/** The earlier proof, but for one whose packet is not known: that which names a packet shows it better. */
function better(known: Proof | undefined, time: number, place: Place): Proof {
  return known === undefined || place.improves(known) ? place.at(time) : known;
}

export class Links {
  /** Sessions of links for which there was no room. */
  refused = 0;
  readonly #limit: number;
  readonly #links = new Map<string, Link>();

  constructor(limit: number) {
    this.#limit = limit;
  }

  get all(): Iterable<Link> {
    return this.#links.values();
  }

  /** The link, which is added where it is new; undefined where there is no room. */
  find(client: string, server: string, port: number, protocol: number): Link | undefined {
    const key = `${client} ${server} ${port} ${protocol}`;
    const known = this.#links.get(key);
    if (known !== undefined) return known;
    if (this.#links.size >= this.#limit) {
      this.refused++;
      return undefined;
    }
    const made = new Link(client, server, port, protocol);
    this.#links.set(key, made);
    return made;
  }
}
