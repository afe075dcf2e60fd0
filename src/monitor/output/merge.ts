/**
 * Puts the records of several threads, each of which saw its own share of the packets, into the order of the
 * reading. What a thread sends is in order; its records of one packet belong together.
 *
 * Hosts take turns on a line, and so do the threads that look after them: few bytes in a row are of one thread, and
 * all pass through here. A view for each of these runs would cost more than to copy it.
 *
 * @module
 */

import { copyText, STRIDE } from './byte-writer.ts';
import type { Batch } from './record-log.ts';

/** Bytes that are put together before they are handed on: they stay in the processor's cache. */
const PIECE = 1 << 18;
/** Runs of so many bytes are handed on where they lie. */
const LONG = 1 << 15;

interface Waiting {
  readonly batch: Batch;
  readonly done: () => void;
}

const NOTHING: Batch = { bytes: new Uint8Array(0), numbers: new Float64Array(0), ends: new Uint32Array(0) };

/** What one thread sent of one log: the first batch, laid open, and those behind it. */
class Queue {
  readonly #waiting: Waiting[] = [];
  #open: Waiting | undefined;
  bytes = NOTHING.bytes;
  view = new DataView(NOTHING.bytes.buffer);
  numbers = NOTHING.numbers;
  ends = NOTHING.ends;
  /** Next run, and how many there are. */
  run = 0;
  runs = 0;
  /** Bytes that come next, as soon as it is known how many. */
  at = 0;
  end = 0;
  /** No record that comes has a place before this one. */
  reached = 0;

  add(batch: Batch, done: () => void): void {
    if (batch.ends.length === 0) {
      done();
      return;
    }
    this.#waiting.push({ batch, done });
    if (this.#open === undefined) this.#next();
  }

  /** The bytes that came next were handed on. */
  pass(): void {
    this.at = this.end;
    if (this.run < this.runs) return;
    this.#open?.done();
    this.#next();
  }

  #next(): void {
    this.#open = this.#waiting.shift();
    const { bytes, numbers, ends } = this.#open?.batch ?? NOTHING;
    this.bytes = bytes;
    this.view = new DataView(bytes.buffer, bytes.byteOffset);
    this.numbers = numbers;
    this.ends = ends;
    this.run = 0;
    this.runs = ends.length;
    this.at = 0;
  }
}

export class Merge {
  readonly #queues: readonly Queue[];
  readonly #piece = new Uint8Array(PIECE + LONG + STRIDE);
  readonly #view = new DataView(this.#piece.buffer);
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
      const long = this.#collect();
      const bytes = this.#piece.subarray(0, this.#length);
      this.#length = 0;
      if (bytes.length > 0) await write(bytes);
      if (long !== undefined) {
        await write(long.bytes.subarray(long.at, long.end));
        long.pass();
      } else if (bytes.length < PIECE) return;
    }
  }

  /** Fills the piece. Returns the queue whose bytes come next, where they are not to be copied. */
  #collect(): Queue | undefined {
    while (this.#length < PIECE) {
      const queue = this.#turn();
      if (queue === undefined) return undefined;
      const { at, end } = queue;
      if (end - at >= LONG) return queue;
      this.#length = copyText(queue.view, at, end - at, this.#view, this.#length);
      queue.pass();
    }
    return undefined;
  }

  /** Whose turn it is, with the bytes of all its records that nothing can come before. */
  #turn(): Queue | undefined {
    let first: Queue | undefined;
    let place = Number.POSITIVE_INFINITY;
    // Places of the next record of any other thread, and of those that may still be sent.
    let other = Number.POSITIVE_INFINITY;
    let unknown = Number.POSITIVE_INFINITY;
    const queues = this.#queues;
    for (let i = 0; i < queues.length; i++) {
      const queue = queues[i]!;
      if (queue.run === queue.runs) {
        if (queue.reached < unknown) unknown = queue.reached;
        continue;
      }
      const next = queue.numbers[queue.run]!;
      if (next < place) {
        other = place;
        place = next;
        first = queue;
      } else if (next < other) other = next;
    }
    if (first === undefined || place >= unknown) return undefined;
    const { numbers, runs } = first;
    const limit = other < unknown ? other : unknown;
    let run = first.run + 1;
    while (run < runs && numbers[run]! < limit) run++;
    first.run = run;
    first.end = first.ends[run - 1]!;
    return first;
  }
}
