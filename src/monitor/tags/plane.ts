/**
 * Objects of one kind at one station: the same server, protocol, station, space, area and type, by their address.
 *
 * @module
 */

import { VALUE_BITS, ValueType } from '../../operation/value.ts';
import type { Space } from '../../protocol/protocol.ts';
import { type Columns, PAGE_SHIFT, PAGE_SIZE, Page } from './page.ts';

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
  readonly clients: readonly string[];
  readonly pages: ReadonlyMap<number, Columns>;
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
  readonly #pages = new Map<number, Page>();
  readonly #clients: string[] = [];
  #page: Page | undefined;
  #number = -1;

  constructor(
    server: string,
    protocol: number,
    station: number,
    space: number,
    area: number,
    type: ValueType,
    row: Space,
  ) {
    this.server = server;
    this.protocol = protocol;
    this.station = station;
    this.space = space;
    this.area = area;
    this.type = type;
    const bits = type === ValueType.bool ? 1 : VALUE_BITS[type]!;
    this.width = Math.max(1, Math.ceil(bits / Math.max(1, row.bits)));
    this.#grain = row.bits === 1 && bits >= 8 ? 8 : 1;
  }

  /** One with what another thread counted, which is then its own; `row` of its space. */
  static of(data: PlaneData, row: Space): Plane {
    const { server, protocol, station, space, area, type } = data;
    const plane = new Plane(server, protocol, station, space, area, type, row);
    plane.#clients.push(...data.clients);
    for (const [number, columns] of data.pages) plane.#pages.set(number, new Page(columns));
    return plane;
  }

  data(): PlaneData {
    const { server, protocol, station, space, area, type } = this;
    const pages = new Map([...this.#pages].map(([number, page]) => [number, page.columns]));
    return { server, protocol, station, space, area, type, clients: [...this.#clients], pages };
  }

  /** Adds what another thread counted of the same objects. */
  join({ clients, pages }: PlaneData): void {
    const own = clients.map(name => this.client(name));
    const further = 1 << CLIENTS;
    const translate = (bits: number) =>
      own.reduce((sum, bit, i) => ((bits & (1 << i)) === 0 ? sum : sum | bit), bits & further);
    for (const [number, columns] of pages) {
      const page = this.#pages.get(number) ?? new Page();
      this.#pages.set(number, page);
      page.join(new Page(columns), translate);
    }
  }

  /** The bit of a client. */
  client(name: string): number {
    let index = this.#clients.indexOf(name);
    if (index < 0 && this.#clients.length < CLIENTS) index = this.#clients.push(name) - 1;
    return index < 0 ? 1 << CLIENTS : 1 << index;
  }

  /** Names of the clients whose bits are set; `…` for further ones. */
  clients(bits: number): string[] {
    const names = this.#clients.filter((_, i) => (bits & (1 << i)) !== 0);
    return (bits & (1 << CLIENTS)) !== 0 ? [...names, '…'] : names;
  }

  /** Number of the cell at an address, or -1 where none can be. */
  cellOf(address: number): number {
    return address >= 0 && address % this.#grain === 0 ? address / this.#grain : -1;
  }

  /** The page with the cell, if it is there. */
  page(cell: number): Page | undefined {
    const number = Math.floor(cell / PAGE_SIZE);
    if (number !== this.#number) {
      this.#page = this.#pages.get(number);
      this.#number = this.#page === undefined ? -1 : number;
    }
    return this.#page;
  }

  /** Makes that page. */
  add(cell: number): Page {
    this.#number = Math.floor(cell / PAGE_SIZE);
    this.#page = new Page();
    this.#pages.set(this.#number, this.#page);
    return this.#page;
  }

  /** All pages by the address of their first cell. */
  *cells(): Iterable<{ address: number; page: Page; index: number }> {
    for (const number of [...this.#pages.keys()].sort((a, b) => a - b)) {
      const page = this.#pages.get(number)!;
      for (let index = 0; index < PAGE_SIZE; index++) {
        if (page.has(index)) yield { address: (number * 2 ** PAGE_SHIFT + index) * this.#grain, page, index };
      }
    }
  }
}
