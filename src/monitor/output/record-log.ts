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
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** Place of each run of records of one packet, ascending, and the offset where it ends. Empty where nobody asked. */
  readonly numbers: Float64Array<ArrayBuffer>;
  readonly ends: Uint32Array<ArrayBuffer>;
}

/** What a record's place is: the number of its packet, or, where threads number their own, its time. */
export type Order = 'number' | 'time';

/** Buffers that are kept to be used again. */
const SPARES = 4;

const NOTHING: Batch = {
  bytes: new Uint8Array(0),
  numbers: new Float64Array(0),
  ends: new Uint32Array(0),
};

export class RecordLog extends ByteWriter {
  readonly #current: Current;
  readonly #order: Order | undefined;
  #time = 0;
  readonly #spares: ArrayBuffer[] = [];
  #numbers = new Float64Array(1024);
  #ends = new Uint32Array(1024);
  #runs = 0;

  /** `order`: each record's place is remembered. */
  constructor(current: Current, order?: Order) {
    super();
    this.#current = current;
    this.#order = order;
  }

  /** What was written since the last call is one record. */
  end(): void {
    if (this.#order === undefined) return;
    if (this.#order === 'number') this.endAt(this.#current.number);
    else {
      // A clock that goes back must not change the order of one thread.
      this.#time = Math.max(this.#time, this.#current.time);
      this.endAt(this.#time);
    }
  }

  /** The same for a record whose place is known. */
  endAt(number: number): void {
    if (this.#order === undefined) return;
    const last = this.#runs - 1;
    if (last >= 0 && this.#numbers[last] === number) {
      this.#ends[last] = this.at;
      return;
    }
    if (this.#runs === this.#numbers.length) this.#growRuns();
    this.#numbers[this.#runs] = number;
    this.#ends[this.#runs++] = this.at;
  }

  /** Hands over what was written. Its buffer comes back by {@link RecordLog.spare}, or not. */
  take(): Batch {
    if (this.at === 0) return NOTHING;
    // What copies the last of them copies bytes behind it, which may be left of anything.
    this.bytes.fill(0, this.at, this.at + STRIDE);
    const batch = {
      bytes: this.bytes.subarray(0, this.at),
      numbers: this.#numbers.slice(0, this.#runs),
      ends: this.#ends.slice(0, this.#runs),
    };
    this.#runs = 0;
    this.begin(this.#spares.pop() ?? new ArrayBuffer(this.bytes.length));
    return batch;
  }

  /** A buffer that may be written to again. */
  spare(buffer: ArrayBuffer): void {
    if (this.#spares.length < SPARES) this.#spares.push(buffer);
  }

  #growRuns(): void {
    const numbers = new Float64Array(this.#runs * 2);
    numbers.set(this.#numbers);
    this.#numbers = numbers;
    const ends = new Uint32Array(this.#runs * 2);
    ends.set(this.#ends);
    this.#ends = ends;
  }
}
