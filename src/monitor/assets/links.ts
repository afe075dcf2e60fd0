/**
 * Who uses whom, in which protocol, for what: one link for each client, server, port and protocol, in columns.
 *
 * @module
 */

import { type Operation, Outcome, Phase } from '../../operation/operation.ts';
import type { Verb } from '../../operation/verb.ts';
import { formatAddress } from '../../packet/address.ts';
import { KeyTable } from '../key-table.ts';
import type { Session } from '../session.ts';
import type { Place } from './proof.ts';
import { type RowData, Rows } from './rows.ts';

/** Stations that are kept of one link: a unit identifier has 256 values. */
const MAX_STATIONS = 256;
/** Verbs and stations, of all links together, for each link there may be. Most have two or three verbs and a station. */
const MORE = 4;

/** Where the server's address is in the key, behind the client's. */
const SERVER = 16;
/** Of the key's word: the version of the addresses, the protocol, the port. */
const VERSION = 7;
const PROTOCOL_SHIFT = 3;
const PROTOCOL = 0x1fff;
const PORT_SHIFT = 16;

/** Of a link: numbers, and where the rows of its verbs and stations begin, + 1; 0 for none. */
export const LinkColumn = {
  operations: 0,
  failed: 1,
  first: 2,
  last: 3,
  verbs: 4,
  stations: 5,
  stationCount: 6,
  /** The station that answered last. */
  station: 7,
  columns: 8,
} as const;

/** Three numbers for a packet that shows something. */
export const ProofColumn = { packet: 0, time: 1, file: 2, columns: 3 } as const;

/** Of what was done of a verb. `next` is where the next row of the same link begins, + 1, in the order in which they came. */
export const DoneColumn = {
  verb: 0,
  /** Items asked for or told unasked, and items that were answered with yes; each with its first packet. */
  asked: 1,
  firstAsked: 2,
  done: 5,
  firstDone: 6,
  next: 9,
  columns: 10,
} as const;

/** Of a station that answered with yes. */
export const StationColumn = { station: 0, first: 1, next: 4, columns: 5 } as const;

/** Links as plain data. */
export interface LinkData {
  readonly keys: Int32Array;
  readonly links: RowData;
  readonly done: RowData;
  readonly stations: RowData;
  readonly files: readonly string[];
}

export class Links {
  /** Sessions of links for which there was no room, and verbs and stations that found none. */
  refused = 0;
  lost = 0;
  readonly #limit: number;
  readonly #table = new KeyTable();
  readonly #links: Rows;
  readonly #done: Rows;
  readonly #stations: Rows;

  constructor(limit: number) {
    this.#limit = limit;
    this.#links = new Rows(LinkColumn.columns, limit);
    this.#done = new Rows(DoneColumn.columns, limit * MORE);
    this.#stations = new Rows(StationColumn.columns, limit * MORE);
  }

  /** Number of the session's link, which is added where it is new; -1 where there is no room. */
  find(session: Session, protocol: number): number {
    const table = this.#table;
    table.clear();
    const version = session.addresses(table.key, SERVER);
    const word = (session.serverPort << PORT_SHIFT) | (protocol << PROTOCOL_SHIFT) | version;
    const known = table.find(word);
    if (known >= 0) return known;
    if (table.size >= this.#limit) {
      this.refused++;
      return -1;
    }
    const at = this.#links.add();
    this.#links.numbers[at + LinkColumn.station] = Number.NaN;
    return table.add(word);
  }

  count(link: number, op: Operation, place: Place): void {
    const { numbers } = this.#links;
    const at = link * LinkColumn.columns;
    if (numbers[at + LinkColumn.operations] === 0) numbers[at + LinkColumn.first] = op.time;
    numbers[at + LinkColumn.operations]!++;
    numbers[at + LinkColumn.last] = op.time;
    if (op.outcome === Outcome.failed) {
      numbers[at + LinkColumn.failed]!++;
      return;
    }
    const of = this.#verb(at, op.verb);
    if (of >= 0) {
      const response = op.phase === Phase.response;
      const counter = of + (response ? DoneColumn.done : DoneColumn.asked);
      const proof = of + (response ? DoneColumn.firstDone : DoneColumn.firstAsked);
      if (this.#done.numbers[counter]!++ === 0) place.write(this.#done.numbers, proof, op.time);
      else place.improve(this.#done.numbers, proof, op.time);
    }
    if (op.phase === Phase.response && op.station !== numbers[at + LinkColumn.station]) {
      numbers[at + LinkColumn.station] = op.station;
      this.#answered(at, op.station, op.time, place);
    }
  }

  /** Where the row of the verb begins; -1 where there is no room. */
  #verb(link: number, verb: Verb): number {
    const links = this.#links.numbers;
    let last = -1;
    for (let at = links[link + LinkColumn.verbs]! - 1; at >= 0; ) {
      if (this.#done.numbers[at + DoneColumn.verb] === verb) return at;
      last = at;
      at = this.#done.numbers[at + DoneColumn.next]! - 1;
    }
    const made = this.#done.add();
    if (made < 0) {
      this.lost++;
      return -1;
    }
    if (last < 0) links[link + LinkColumn.verbs] = made + 1;
    else this.#done.numbers[last + DoneColumn.next] = made + 1;
    this.#done.numbers[made + DoneColumn.verb] = verb;
    return made;
  }

  #answered(link: number, station: number, time: number, place: Place): void {
    const links = this.#links.numbers;
    let last = -1;
    for (let at = links[link + LinkColumn.stations]! - 1; at >= 0; ) {
      if (this.#stations.numbers[at + StationColumn.station] === station) {
        place.improve(this.#stations.numbers, at + StationColumn.first, time);
        return;
      }
      last = at;
      at = this.#stations.numbers[at + StationColumn.next]! - 1;
    }
    const made = links[link + LinkColumn.stationCount]! < MAX_STATIONS ? this.#stations.add() : -1;
    if (made < 0) {
      this.lost++;
      return;
    }
    links[link + LinkColumn.stationCount]!++;
    if (last < 0) links[link + LinkColumn.stations] = made + 1;
    else this.#stations.numbers[last + StationColumn.next] = made + 1;
    this.#stations.numbers[made + StationColumn.station] = station;
    place.write(this.#stations.numbers, made + StationColumn.first, time);
  }

  /** A copy of what there is; `files` are those of the place that counted. */
  data(files: readonly string[]): LinkData {
    return {
      keys: this.#table.rows(),
      links: this.#links.data(),
      done: this.#done.data(),
      stations: this.#stations.data(),
      files,
    };
  }
}

/** Reads the keys of {@link LinkData}. */
export class LinkKeys {
  readonly #view: DataView;
  readonly #keys: Int32Array;

  constructor(keys: Int32Array) {
    this.#keys = keys;
    this.#view = new DataView(new ArrayBuffer(2 * SERVER));
  }

  port(link: number): number {
    return this.#word(link) >>> PORT_SHIFT;
  }

  protocol(link: number): number {
    return (this.#word(link) >> PROTOCOL_SHIFT) & PROTOCOL;
  }

  client(link: number): string {
    return this.#address(link, 0);
  }

  server(link: number): string {
    return this.#address(link, SERVER);
  }

  #address(link: number, at: number): string {
    const row = link * KeyTable.ROW;
    for (let i = 0; i < SERVER / 4; i++) this.#view.setInt32(at + i * 4, this.#keys[row + at / 4 + i]!);
    return formatAddress(this.#view, at, this.#word(link) & VERSION);
  }

  #word(link: number): number {
    return this.#keys[link * KeyTable.ROW + KeyTable.ROW - 1]!;
  }
}
