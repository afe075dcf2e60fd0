/**
 * Puts the records of several threads, each of which saw its own share of the packets, into the order of the
 * reading. What a thread sends is in order; its records of one packet belong together.
 *
 * @module
 */

import { copyBytes } from '../../packet/copy-bytes.ts';
import type { Batch } from './record-log.ts';

/** Bytes that are put together before they are handed on. */
const PIECE = 1 << 18;

/** What one thread sent of one log. */
class Queue {
  readonly #batches: { readonly batch: Batch; readonly view: DataView; readonly done: () => void }[] = [];
  /** Next run of the first batch, and where it begins. */
  #run = 0;
  #at = 0;
  /** No record that comes has a place before this one. */
  reached = 0;

  add(batch: Batch, done: () => void): void {
    if (batch.ends.length === 0) done();
    else {
      const { buffer, byteOffset, length } = batch.bytes;
      this.#batches.push({ batch, view: new DataView(buffer, byteOffset, length), done });
    }
  }

  /** Place of the next record; Infinity where there is none yet. */
  get next(): number {
    return this.#batches[0]?.batch.numbers[this.#run] ?? Number.POSITIVE_INFINITY;
  }

  /** No record that comes, or is there, has a place before this one. */
  get bound(): number {
    return this.#batches.length > 0 ? this.next : this.reached;
  }

  /** Hands the bytes of all records of the first batch whose places are below `limit` to `merge`. */
  take(limit: number, merge: Merge): void {
    const { batch, view, done } = this.#batches[0]!;
    const { numbers, ends } = batch;
    let run = this.#run;
    while (run < numbers.length && numbers[run]! < limit) run++;
    const end = ends[run - 1]!;
    merge.put(view, this.#at, end);
    this.#run = run;
    this.#at = end;
    if (run < numbers.length) return;
    this.#batches.shift();
    this.#run = 0;
    this.#at = 0;
    done();
  }
}

export class Merge {
  readonly #queues: readonly Queue[];
  #piece = new Uint8Array(PIECE);
  #view = new DataView(this.#piece.buffer);
  #length = 0;

  constructor(threads: number) {
    this.#queues = Array.from({ length: threads }, () => new Queue());
  }

  /** What a thread sent. `done` is called when its bytes were handed on. */
  add(thread: number, batch: Batch, done: () => void): void {
    this.#queues[thread]!.add(batch, done);
  }

  /** A thread has sent all records that have a place before this one; all, where it is Infinity. */
  advance(thread: number, reached: number): void {
    this.#queues[thread]!.reached = reached;
  }

  /** Hands on, in order, whatever nothing can come before any longer. The bytes are used again when it resolves. */
  async drain(write: (bytes: Uint8Array) => Promise<void> | void): Promise<void> {
    for (;;) {
      const first = this.#first();
      if (first === undefined) break;
      const limit = this.#limit(first);
      if (first.next >= limit) break;
      first.take(limit, this);
      if (this.#length >= PIECE) await this.#flush(write);
    }
    await this.#flush(write);
  }

  /** The queue with the earliest record. */
  #first(): Queue | undefined {
    let first: Queue | undefined;
    for (const queue of this.#queues) {
      if (queue.next !== Number.POSITIVE_INFINITY && (first === undefined || queue.next < first.next))
        first = queue;
    }
    return first;
  }

  /** Before what place no other queue can have a record. */
  #limit(of: Queue): number {
    let limit = Number.POSITIVE_INFINITY;
    for (const queue of this.#queues) if (queue !== of) limit = Math.min(limit, queue.bound);
    return limit;
  }

  /** Appends the bytes `at..end`, of a record or a few: a view of them would be garbage. */
  put(view: DataView, at: number, end: number): void {
    const length = this.#length + end - at;
    if (length > this.#piece.length) {
      const larger = new Uint8Array(Math.max(length, this.#piece.length * 2));
      larger.set(this.#piece.subarray(0, this.#length));
      this.#piece = larger;
      this.#view = new DataView(larger.buffer);
    }
    copyBytes(view, at, this.#view, this.#length, end - at);
    this.#length = length;
  }

  async #flush(write: (bytes: Uint8Array) => Promise<void> | void): Promise<void> {
    if (this.#length === 0) return;
    const bytes = this.#piece.subarray(0, this.#length);
    this.#length = 0;
    await write(bytes);
  }
}
