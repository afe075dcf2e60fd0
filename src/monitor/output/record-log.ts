/**
 * The records that one thread writes for one log, until they are taken: bytes, and, where several threads share the
 * reading, the place of each record in it, so that the main thread can put them in order.
 *
 * @module
 */

import type { Current } from '../current.ts';
import { ByteWriter, STRIDE } from './byte-writer.ts';

/** Records that were taken. */
export interface Batch {
  /** Behind them are as many more as are copied at once, unless they were copied without. */
  readonly bytes: Uint8Array;
  /** Place of each run of records of one packet, ascending, and the offset where it ends. Empty where nobody asked. */
  readonly numbers: Float64Array;
  readonly ends: Uint32Array;
}

/** No records. */
export const NONE: Batch = {
  bytes: new Uint8Array(0),
  numbers: new Float64Array(0),
  ends: new Uint32Array(0),
};

/** What a log writes to until its records are taken, and again as soon as whoever took them has done with them. */
export interface Page {
  readonly bytes: Uint8Array;
  readonly numbers: Float64Array;
  readonly ends: Uint32Array;
}

/** Records that were taken, on a page of that number. */
export interface Taken {
  readonly page: number;
  readonly bytes: number;
  readonly runs: number;
}

/** What a record's place is: the number of its packet, or, where threads number their own, its time. */
export type Order = 'number' | 'time';

/** Runs that a page has room for at first. */
const RUNS = 1024;

export class RecordLog extends ByteWriter {
  readonly #current: Current;
  readonly #order: Order | undefined;
  #time = 0;
  readonly #pages: Page[] = [];
  readonly #free: number[] = [];
  /** The page that is written to; its memory may have grown since. */
  #page = 0;
  #numbers: Float64Array;
  #ends: Uint32Array;
  #runs = 0;

  /** `order`: each record's place is remembered. `shared`: pages are memory that other threads can look at. */
  constructor(current: Current, order?: Order, shared = false) {
    super(shared);
    this.#current = current;
    this.#order = order;
    this.#numbers = new Float64Array(this.memory(8 * RUNS));
    this.#ends = new Uint32Array(this.memory(4 * RUNS));
  }

  /** What was written since the last call is one record. */
  end(): void {
    if (this.#order === undefined) return;
    if (this.#order === 'number') this.#endAt(this.#current.number);
    else {
      // A clock that goes back must not change the order of one thread.
      this.#time = Math.max(this.#time, this.#current.time);
      this.#endAt(this.#time);
    }
  }

  /** The same, at that place. */
  #endAt(number: number): void {
    const last = this.#runs - 1;
    if (last >= 0 && this.#numbers[last] === number) {
      this.#ends[last] = this.at;
      return;
    }
    if (this.#runs === this.#numbers.length) this.#growRuns();
    this.#numbers[this.#runs] = number;
    this.#ends[this.#runs++] = this.at;
  }

  /** Hands over what was written; nothing, where that is nothing. Its page comes back by {@link RecordLog.spare}. */
  take(): Taken | undefined {
    if (this.at === 0) return undefined;
    // What copies the last of them copies bytes behind it, which may be left of anything.
    this.bytes.fill(0, this.at, this.at + STRIDE);
    const taken = { page: this.#page, bytes: this.at, runs: this.#runs };
    this.#keepPage();
    this.#page = this.#free.pop() ?? this.#pages.length;
    const { bytes, numbers, ends } = this.#pages[this.#page] ?? {
      bytes: new Uint8Array(this.memory(this.bytes.length)),
      numbers: new Float64Array(this.memory(8 * this.#numbers.length)),
      ends: new Uint32Array(this.memory(4 * this.#ends.length)),
    };
    this.begin(bytes);
    this.#numbers = numbers;
    this.#ends = ends;
    this.#runs = 0;
    return taken;
  }

  /** A page is the same object for as long as it is the same memory. */
  #keepPage(): void {
    const { bytes } = this;
    const numbers = this.#numbers;
    const ends = this.#ends;
    const known = this.#pages[this.#page];
    if (known?.bytes === bytes && known.numbers === numbers && known.ends === ends) return;
    this.#pages[this.#page] = { bytes, numbers, ends };
  }

  /** A page whose records were taken. */
  page(number: number): Page {
    return this.#pages[number]!;
  }

  /** A page that may be written to again. */
  spare(page: number): void {
    this.#free.push(page);
  }

  #growRuns(): void {
    const numbers = new Float64Array(this.memory(16 * this.#runs));
    numbers.set(this.#numbers);
    this.#numbers = numbers;
    const ends = new Uint32Array(this.memory(8 * this.#runs));
    ends.set(this.#ends);
    this.#ends = ends;
  }
}

/** The records that were taken, where they lie. */
export function batchOf({ bytes, runs }: Taken, page: Page): Batch {
  return {
    bytes: page.bytes.subarray(0, bytes),
    numbers: page.numbers.subarray(0, runs),
    ends: page.ends.subarray(0, runs),
  };
}
