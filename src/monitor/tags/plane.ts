/**
 * Objects of one kind at one station: the same server, protocol, station, space, area and type, by their address.
 *
 * @module
 */

import { VALUE_BITS, ValueType } from '../../operation/value.ts';
import type { Space } from '../../protocol/protocol.ts';
import type { Clients } from './clients.ts';
import { type Cell, PAGE_SIZE, type Pages } from './page.ts';

/** Clients that are told apart; the last bit stands for all further ones. */
const CLIENTS = 31;

/** Types of which a value is a number and has a width. */
const NUMERIC: readonly number[] = [
  ValueType.bits,
  ValueType.coil,
  ValueType.bool,
  ValueType.u8,
  ValueType.i8,
  ValueType.u16,
  ValueType.i16,
  ValueType.u32,
  ValueType.i32,
  ValueType.f32,
  ValueType.f64,
];

/** Is a value of the type a number that a plane can count? */
export function isNumeric(type: number): boolean {
  return NUMERIC.includes(type);
}

/** One type for the three forms in which a bit comes. */
export function planeType(type: number): ValueType {
  return type === ValueType.bits || type === ValueType.coil ? ValueType.bool : (type as ValueType);
}

/** A plane as plain data. */
export interface PlaneData
  extends Pick<Plane, 'server' | 'protocol' | 'station' | 'space' | 'area' | 'type'> {
  /** Numbers of clients, in the order of their bits. */
  readonly clients: readonly number[];
  /** Numbers of the runs of cells that have a page, rising, and those of their pages. */
  readonly runs: readonly number[];
  readonly pages: readonly number[];
}

/** What all planes share. */
export interface Ground {
  readonly pages: Pages;
  readonly clients: Clients;
}

export class Plane {
  readonly server: string;
  readonly protocol: number;
  readonly station: number;
  readonly space: number;
  readonly area: number;
  readonly type: ValueType;
  /** Units of the space's address that a value takes. */
  readonly width: number;
  /** Units for each cell: in spaces of bits, values of whole bytes lie at bytes. */
  readonly #grain: number;
  readonly #ground: Ground;
  // Arrays, and not a map: most planes have one page.
  #runs: number[];
  #pages: number[];
  #clients: number[];
  #page = -1;
  #run = -1;
  /** Name and bit of the client that came last. */
  #client = '';
  #bit = 0;

  /** `row` is that of its space. It goes on with the pages and clients of `data`, which are then its own. */
  constructor(
    { server, protocol, station, space, area, type, runs, pages, clients }: PlaneData,
    row: Space,
    ground: Ground,
  ) {
    this.server = server;
    this.protocol = protocol;
    this.station = station;
    this.space = space;
    this.area = area;
    this.type = type;
    this.#runs = [...runs];
    this.#pages = [...pages];
    this.#clients = [...clients];
    this.#ground = ground;
    const bits = type === ValueType.bool ? 1 : VALUE_BITS[type]!;
    this.width = Math.max(1, Math.ceil(bits / Math.max(1, row.bits)));
    this.#grain = row.bits === 1 && bits >= 8 ? 8 : 1;
  }

  data(): PlaneData {
    const { server, protocol, station, space, area, type } = this;
    const [clients, runs, pages] = [this.#clients, this.#runs, this.#pages];
    return { server, protocol, station, space, area, type, clients, runs, pages };
  }

  /** Adds what another thread counted of the same objects, with its own pages and names of clients. */
  join({ clients, runs, pages }: PlaneData, from: Ground): void {
    const own = clients.map(number => this.client(from.clients.names[number]!));
    const further = 1 << CLIENTS;
    const translate = (bits: number) =>
      own.reduce((sum, bit, i) => ((bits & (1 << i)) === 0 ? sum : sum | bit), bits & further);
    for (const [place, run] of runs.entries()) {
      const own = this.#placeOf(run);
      const page = this.#runs[own] === run ? this.#pages[own]! : this.#add(own, run);
      this.#ground.pages.join(page, from.pages, pages[place]!, translate);
    }
  }

  /** The bit of a client. */
  client(name: string): number {
    if (name === this.#client) return this.#bit;
    const number = this.#ground.clients.number(name);
    let index = number < 0 ? -1 : this.#clients.indexOf(number);
    if (index < 0 && number >= 0 && this.#clients.length < CLIENTS) {
      index = this.#clients.length;
      if (index === 0) this.#clients = [number];
      else this.#clients.push(number);
    }
    this.#client = name;
    this.#bit = index < 0 ? 1 << CLIENTS : 1 << index;
    return this.#bit;
  }

  /** Names of the clients whose bits are set; `…` for further ones. */
  clients(bits: number): string[] {
    const { names } = this.#ground.clients;
    const some = this.#clients.filter((_, i) => (bits & (1 << i)) !== 0).map(number => names[number]!);
    return (bits & (1 << CLIENTS)) !== 0 ? [...some, '…'] : some;
  }

  /** Number of the cell at an address, or -1 where none can be. */
  cellOf(address: number): number {
    return address >= 0 && address % this.#grain === 0 ? address / this.#grain : -1;
  }

  /** The page with the cell; -1 where there is none. */
  page(cell: number): number {
    const run = Math.floor(cell / PAGE_SIZE);
    if (run !== this.#run) {
      const place = this.#placeOf(run);
      this.#page = this.#runs[place] === run ? this.#pages[place]! : -1;
      this.#run = this.#page < 0 ? -1 : run;
    }
    return this.#page;
  }

  /** Makes that page. */
  add(cell: number): number {
    this.#run = Math.floor(cell / PAGE_SIZE);
    this.#page = this.#add(this.#placeOf(this.#run), this.#run);
    return this.#page;
  }

  #add(place: number, run: number): number {
    const page = this.#ground.pages.add();
    if (this.#runs.length === 0) {
      // One is all that most have: an array that grows would have room for many.
      this.#runs = [run];
      this.#pages = [page];
    } else {
      this.#runs.splice(place, 0, run);
      this.#pages.splice(place, 0, page);
    }
    return page;
  }

  /** Where the run is, or would be: how many there are before it. */
  #placeOf(run: number): number {
    let [from, to] = [0, this.#runs.length];
    if (to > 0 && this.#runs[to - 1]! < run) return to;
    while (from < to) {
      const middle = (from + to) >> 1;
      if (this.#runs[middle]! < run) from = middle + 1;
      else to = middle;
    }
    return from;
  }

  /** What is known of each object, by its address. */
  *cells(): Iterable<{ address: number; cell: Cell }> {
    const { pages } = this.#ground;
    for (const [place, run] of this.#runs.entries()) {
      const page = this.#pages[place]!;
      for (let i = 0; i < PAGE_SIZE; i++) {
        if (pages.has(page, i))
          yield { address: (run * PAGE_SIZE + i) * this.#grain, cell: pages.cell(page, i) };
      }
    }
  }
}
