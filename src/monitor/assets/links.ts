/**
 * Who uses whom, in which protocol, for what: one link for each client, server, port and protocol.
 *
 * @module
 */

import { type Operation, Outcome, Phase } from '../../operation/operation.ts';
import { VERBS } from '../../operation/verb.ts';
import type { Place, Proof } from './proof.ts';

/** Stations that are kept of one link: a unit identifier has 256 values. */
const MAX_STATIONS = 256;

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
  /** By verb: items asked for or told unasked, and items that were answered with yes; each with its first packet. */
  readonly asked = new Float64Array(VERBS.length);
  readonly done = new Float64Array(VERBS.length);
  readonly firstAsked: (Proof | undefined)[] = new Array(VERBS.length).fill(undefined);
  readonly firstDone: (Proof | undefined)[] = new Array(VERBS.length).fill(undefined);
  /** Stations that answered with yes, with the first packet. */
  readonly stations = new Map<number, Proof>();
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
    if (op.phase !== Phase.response) {
      this.asked[op.verb]! += 1;
      this.firstAsked[op.verb] = better(this.firstAsked[op.verb], op.time, place);
      return;
    }
    this.done[op.verb]! += 1;
    this.firstDone[op.verb] = better(this.firstDone[op.verb], op.time, place);
    if (op.station !== this.#station) {
      this.#station = op.station;
      if (this.stations.has(op.station) || this.stations.size < MAX_STATIONS)
        this.stations.set(op.station, better(this.stations.get(op.station), op.time, place));
    }
  }
}

/** The earlier proof, but for one whose packet is not known: that which names a packet shows it better. */
function better(known: Proof | undefined, time: number, place: Place): Proof {
  return known === undefined || known.packet === 0 ? place.at(time) : known;
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
