/**
 * Counters of neighbouring objects, in pages of columns: a sweep over all registers of a device must not make an object of each.
 * The pages of all planes lie in few arrays, so that many small planes cost no more than their counters.
 *
 * @module
 */

const PAGE_SHIFT = 4;
/** Few: most data blocks of most controllers have some values of a type, and a page is as large as its cells are many. */
export const PAGE_SIZE = 1 << PAGE_SHIFT;

/** Columns of numbers with a fraction: values, and times in seconds since 1970-01-01 UTC. */
const Value = { least: 0, greatest: 1, latest: 2, from: 3, to: 4, columns: 5 } as const;
/** Columns of counts, and of clients as bits. */
const Count = { values: 0, reads: 1, writes: 2, changes: 3, readers: 4, writers: 5, columns: 6 } as const;

const VALUES = Value.columns * PAGE_SIZE;
const COUNTS = Count.columns * PAGE_SIZE;

/** Pages of a block, which is made when the one before is full. */
const BLOCK_SHIFT = 8;
const BLOCK = 1 << BLOCK_SHIFT;

/** Pages as plain data. */
export interface Columns {
  readonly values: readonly Float64Array[];
  readonly counts: readonly Uint32Array[];
  readonly size: number;
}

/** All pages. One is named by its number, from 0, and an object in it by its place, below {@link PAGE_SIZE}. */
export class Pages {
  /** How many there are. */
  size = 0;
  readonly #values: Float64Array[] = [];
  readonly #counts: Uint32Array[] = [];

  /** None; or those with the columns of others, which are then their own. */
  constructor(columns?: Columns) {
    if (columns === undefined) return;
    this.#values.push(...columns.values);
    this.#counts.push(...columns.counts);
    this.size = columns.size;
  }

  get columns(): Columns {
    return { values: this.#values, counts: this.#counts, size: this.size };
  }

  /** The number of a new page. */
  add(): number {
    if (this.size % BLOCK === 0) {
      this.#values.push(new Float64Array(BLOCK * VALUES));
      this.#counts.push(new Uint32Array(BLOCK * COUNTS));
    }
    return this.size++;
  }

  /** An object was read by the client with the bit `client`. */
  read(page: number, i: number, client: number, time: number): void {
    const counts = this.#countsOf(page);
    const at = (page % BLOCK) * COUNTS + i;
    this.#seen(page, i, time);
    counts[at + Count.reads * PAGE_SIZE]! += 1;
    counts[at + Count.readers * PAGE_SIZE]! |= client;
  }

  /** It was asked to be written. */
  write(page: number, i: number, client: number, time: number): void {
    const counts = this.#countsOf(page);
    const at = (page % BLOCK) * COUNTS + i;
    this.#seen(page, i, time);
    counts[at + Count.writes * PAGE_SIZE]! += 1;
    counts[at + Count.writers * PAGE_SIZE]! |= client;
  }

  /** It has this value, as an answer says. */
  value(page: number, i: number, value: number): void {
    const values = this.#valuesOf(page);
    const counts = this.#countsOf(page);
    const at = (page % BLOCK) * VALUES + i;
    const atCount = (page % BLOCK) * COUNTS + i;
    const latest = at + Value.latest * PAGE_SIZE;
    const lowest = at + Value.least * PAGE_SIZE;
    const highest = at + Value.greatest * PAGE_SIZE;
    if (counts[atCount + Count.values * PAGE_SIZE]! === 0) {
      values[lowest] = value;
      values[highest] = value;
    } else {
      if (!Object.is(value, values[latest])) counts[atCount + Count.changes * PAGE_SIZE]! += 1;
      // What is not a number is neither the least nor the greatest, but where nothing else was seen.
      if (value < values[lowest]! || Number.isNaN(values[lowest])) values[lowest] = value;
      if (value > values[highest]! || Number.isNaN(values[highest])) values[highest] = value;
    }
    values[latest] = value;
    counts[atCount + Count.values * PAGE_SIZE]! += 1;
  }

  /** Adds to a page what another thread counted of the same objects; `clients` gives this page's bits for that one's. */
  join(page: number, others: Pages, other: number, clients: (bits: number) => number): void {
    for (let i = 0; i < PAGE_SIZE; i++) if (others.has(other, i)) this.#join(page, i, others, other, clients);
  }

  #join(page: number, i: number, others: Pages, other: number, clients: (bits: number) => number): void {
    const [values, counts] = [this.#valuesOf(page), this.#countsOf(page)];
    const [at, atCount] = [(page % BLOCK) * VALUES + i, (page % BLOCK) * COUNTS + i];
    const value = (column: number) => others.#value(column, other, i);
    const count = (column: number) => others.#count(column, other, i);
    const [from, to] = [at + Value.from * PAGE_SIZE, at + Value.to * PAGE_SIZE];
    const latest = at + Value.latest * PAGE_SIZE;
    const changes = atCount + Count.changes * PAGE_SIZE;
    const seen = counts[atCount + Count.values * PAGE_SIZE]!;
    if (count(Count.values) > 0) {
      const before = { changes: counts[changes]!, latest: values[latest]! };
      const later = seen === 0 || value(Value.to) >= values[to]!;
      this.value(page, i, value(Value.least));
      this.value(page, i, value(Value.greatest));
      values[latest] = later ? value(Value.latest) : before.latest;
      counts[changes] = Math.max(before.changes, count(Count.changes));
      counts[atCount + Count.values * PAGE_SIZE] = seen + count(Count.values);
    }
    counts[atCount + Count.reads * PAGE_SIZE]! += count(Count.reads);
    counts[atCount + Count.writes * PAGE_SIZE]! += count(Count.writes);
    counts[atCount + Count.readers * PAGE_SIZE]! |= clients(count(Count.readers));
    counts[atCount + Count.writers * PAGE_SIZE]! |= clients(count(Count.writers));
    if (value(Value.to) === 0) return;
    values[from] = values[to] === 0 ? value(Value.from) : Math.min(values[from]!, value(Value.from));
    values[to] = Math.max(values[to]!, value(Value.to));
  }

  #seen(page: number, i: number, time: number): void {
    const values = this.#valuesOf(page);
    const at = (page % BLOCK) * VALUES + i;
    if (values[at + Value.to * PAGE_SIZE] === 0) values[at + Value.from * PAGE_SIZE] = time;
    values[at + Value.to * PAGE_SIZE] = time;
  }

  /** True where an object was read or written. */
  has(page: number, i: number): boolean {
    const count = (column: number) => this.#count(column, page, i);
    return count(Count.reads) + count(Count.writes) + count(Count.values) > 0;
  }

  /** What is known of an object. */
  cell(page: number, i: number): Cell {
    const value = (column: number) => this.#value(column, page, i);
    const count = (column: number) => this.#count(column, page, i);
    const known = count(Count.values) > 0;
    return {
      reads: count(Count.reads),
      writes: count(Count.writes),
      changes: count(Count.changes),
      readers: count(Count.readers),
      writers: count(Count.writers),
      least: known ? value(Value.least) : null,
      greatest: known ? value(Value.greatest) : null,
      latest: known ? value(Value.latest) : null,
      from: value(Value.from),
      to: value(Value.to),
    };
  }

  #value(column: number, page: number, i: number): number {
    return this.#valuesOf(page)[(page % BLOCK) * VALUES + column * PAGE_SIZE + i]!;
  }

  #count(column: number, page: number, i: number): number {
    return this.#countsOf(page)[(page % BLOCK) * COUNTS + column * PAGE_SIZE + i]!;
  }

  #valuesOf(page: number): Float64Array {
    return this.#values[page >> BLOCK_SHIFT]!;
  }

  #countsOf(page: number): Uint32Array {
    return this.#counts[page >> BLOCK_SHIFT]!;
  }
}

export interface Cell {
  readonly reads: number;
  readonly writes: number;
  readonly changes: number;
  readonly readers: number;
  readonly writers: number;
  /** Null where no value was seen. */
  readonly least: number | null;
  readonly greatest: number | null;
  readonly latest: number | null;
  readonly from: number;
  readonly to: number;
}
