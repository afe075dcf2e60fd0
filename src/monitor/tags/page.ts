/**
 * Counters of 64 neighbouring objects, in columns: a sweep over all registers of a device must not make an object of each.
 *
 * @module
 */

export const PAGE_SHIFT = 6;
export const PAGE_SIZE = 1 << PAGE_SHIFT;

/** Columns of numbers with a fraction: values, and times in seconds since 1970-01-01 UTC. */
const Value = { least: 0, greatest: 1, latest: 2, from: 3, to: 4, columns: 5 } as const;
/** Columns of counts, and of clients as bits. */
const Count = { values: 0, reads: 1, writes: 2, changes: 3, readers: 4, writers: 5, columns: 6 } as const;

/** Bytes of a page. */
export const PAGE_BYTES = PAGE_SIZE * (Value.columns * 8 + Count.columns * 4);

/** What a page has, as plain data. */
export interface Columns {
  readonly values: Float64Array;
  readonly counts: Uint32Array;
}

export class Page {
  readonly #values: Float64Array;
  readonly #counts: Uint32Array;

  /** An empty one; or one with the columns of another, which are then its own. */
  constructor(columns?: Columns) {
    this.#values = columns?.values ?? new Float64Array(Value.columns * PAGE_SIZE);
    this.#counts = columns?.counts ?? new Uint32Array(Count.columns * PAGE_SIZE);
  }

  get columns(): Columns {
    return { values: this.#values, counts: this.#counts };
  }

  /** Object `i` was read by the client with the bit `client`. */
  read(i: number, client: number, time: number): void {
    const counts = this.#counts;
    this.#seen(i, time);
    counts[Count.reads * PAGE_SIZE + i]! += 1;
    counts[Count.readers * PAGE_SIZE + i]! |= client;
  }

  /** Object `i` was asked to be written. */
  write(i: number, client: number, time: number): void {
    const counts = this.#counts;
    this.#seen(i, time);
    counts[Count.writes * PAGE_SIZE + i]! += 1;
    counts[Count.writers * PAGE_SIZE + i]! |= client;
  }

  /** Object `i` has this value, as an answer says. */
  value(i: number, value: number): void {
    const values = this.#values;
    const counts = this.#counts;
    const latest = Value.latest * PAGE_SIZE + i;
    const lowest = Value.least * PAGE_SIZE + i;
    const highest = Value.greatest * PAGE_SIZE + i;
    if (counts[Count.values * PAGE_SIZE + i]! === 0) {
      values[lowest] = value;
      values[highest] = value;
    } else {
      if (!Object.is(value, values[latest])) counts[Count.changes * PAGE_SIZE + i]! += 1;
      // What is not a number is neither the least nor the greatest, but where nothing else was seen.
      if (value < values[lowest]! || Number.isNaN(values[lowest])) values[lowest] = value;
      if (value > values[highest]! || Number.isNaN(values[highest])) values[highest] = value;
    }
    values[latest] = value;
    counts[Count.values * PAGE_SIZE + i]! += 1;
  }

  /** Adds what another thread counted of the same objects; `clients` gives this page's bits for that one's. */
  join(page: Page, clients: (bits: number) => number): void {
    for (let i = 0; i < PAGE_SIZE; i++) if (page.has(i)) this.#join(i, page.columns, clients);
  }

  #join(i: number, other: Columns, clients: (bits: number) => number): void {
    const [values, counts] = [this.#values, this.#counts];
    const value = (column: number) => other.values[column * PAGE_SIZE + i]!;
    const count = (column: number) => other.counts[column * PAGE_SIZE + i]!;
    const [from, to] = [Value.from * PAGE_SIZE + i, Value.to * PAGE_SIZE + i];
    const [changes, seen] = [Count.changes * PAGE_SIZE + i, counts[Count.values * PAGE_SIZE + i]!];
    if (count(Count.values) > 0) {
      const before = { changes: counts[changes]!, latest: values[Value.latest * PAGE_SIZE + i]! };
      const later = seen === 0 || value(Value.to) >= values[to]!;
      this.value(i, value(Value.least));
      this.value(i, value(Value.greatest));
      values[Value.latest * PAGE_SIZE + i] = later ? value(Value.latest) : before.latest;
      counts[changes] = Math.max(before.changes, count(Count.changes));
      counts[Count.values * PAGE_SIZE + i] = seen + count(Count.values);
    }
    counts[Count.reads * PAGE_SIZE + i]! += count(Count.reads);
    counts[Count.writes * PAGE_SIZE + i]! += count(Count.writes);
    counts[Count.readers * PAGE_SIZE + i]! |= clients(count(Count.readers));
    counts[Count.writers * PAGE_SIZE + i]! |= clients(count(Count.writers));
    if (value(Value.to) === 0) return;
    values[from] = values[to] === 0 ? value(Value.from) : Math.min(values[from]!, value(Value.from));
    values[to] = Math.max(values[to]!, value(Value.to));
  }

  #seen(i: number, time: number): void {
    const values = this.#values;
    if (values[Value.to * PAGE_SIZE + i] === 0) values[Value.from * PAGE_SIZE + i] = time;
    values[Value.to * PAGE_SIZE + i] = time;
  }

  /** True where object `i` was read or written. */
  has(i: number): boolean {
    return this.#count(Count.reads, i) + this.#count(Count.writes, i) + this.#count(Count.values, i) > 0;
  }

  /** What is known of object `i`. */
  cell(i: number): Cell {
    const value = (column: number) => this.#values[column * PAGE_SIZE + i]!;
    const known = this.#count(Count.values, i) > 0;
    return {
      reads: this.#count(Count.reads, i),
      writes: this.#count(Count.writes, i),
      changes: this.#count(Count.changes, i),
      readers: this.#count(Count.readers, i),
      writers: this.#count(Count.writers, i),
      least: known ? value(Value.least) : null,
      greatest: known ? value(Value.greatest) : null,
      latest: known ? value(Value.latest) : null,
      from: value(Value.from),
      to: value(Value.to),
    };
  }

  #count(column: number, i: number): number {
    return this.#counts[column * PAGE_SIZE + i]!;
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
