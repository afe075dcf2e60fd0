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
import { type Batch, NONE } from './record-log.ts';

/** Bytes that are put together before they are handed on: they stay in the processor's cache. */
const PIECE = 1 << 18;
/** So many bytes are copied by the engine itself, which takes a view of them. */
const LONG = 1 << 11;

interface Waiting {
  readonly batch: Batch;
  readonly done: () => void;
}

/** What one thread sent of one log: the first batch, laid open, and those behind it. */
class Queue {
  readonly #waiting: Waiting[] = [];
  #open: Waiting | undefined;
  bytes = NONE.bytes;
  view = new DataView(NONE.bytes.buffer);
  numbers = NONE.numbers;
  ends = NONE.ends;
  /** Next run, and how many there are. */
  run = 0;
  runs = 0;
  /** The bytes whose turn it is; none, until it is known how many. */
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

  /** Those bytes were copied: goes on to the next batch, where they were the last of this one. */
  pass(): void {
    this.at = this.end;
    if (this.run < this.runs) return;
    this.#open?.done();
    this.#next();
  }

  #next(): void {
    this.#open = this.#waiting.shift();
    const { bytes, numbers, ends } = this.#open?.batch ?? NONE;
    this.bytes = roomy(bytes);
    this.view = new DataView(this.bytes.buffer, this.bytes.byteOffset);
    this.numbers = numbers;
    this.ends = ends;
    this.run = 0;
    this.runs = ends.length;
    this.at = 0;
    this.end = 0;
  }
}

/** The bytes with as many behind them as are copied at once. */
function roomy(bytes: Uint8Array): Uint8Array {
  if (bytes.buffer.byteLength - bytes.byteOffset - bytes.length >= STRIDE) return bytes;
  const copy = new Uint8Array(bytes.length + STRIDE);
  copy.set(bytes);
  return copy.subarray(0, bytes.length);
}

export class Merge {
  readonly #queues: readonly Queue[];
  #piece = new Uint8Array(2 * PIECE + STRIDE);
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
    do {
      this.#length = 0;
      this.#fill();
      if (this.#length > 0) await write(this.#piece.subarray(0, this.#length));
    } while (this.#length >= PIECE);
  }

  /** Puts records into the piece until it is full, or nothing more can be said. */
  #fill(): void {
    while (this.#length < PIECE) {
      const queue = this.#turn();
      if (queue === undefined) return;
      const { at, end } = queue;
      const length = end - at;
      if (this.#length + length + STRIDE > this.#piece.length) this.#grow(length);
      if (length < LONG) copyText(queue.view, at, length, this.#view, this.#length);
      else this.#piece.set(queue.bytes.subarray(at, end), this.#length);
      this.#length += length;
      queue.pass();
    }
  }

  /** Records of one packet can be longer than a piece is meant to be. */
  #grow(length: number): void {
    const larger = new Uint8Array(this.#length + 2 * length + STRIDE);
    larger.set(this.#piece.subarray(0, this.#length));
    this.#piece = larger;
    this.#view = new DataView(larger.buffer);
  }

  /** Whose turn it is, with the bytes of its records that nothing can come before, as far as they fit a piece. */
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
    const { numbers, ends, runs } = first;
    const limit = other < unknown ? other : unknown;
    const most = first.at + PIECE;
    let run = first.run + 1;
    while (run < runs && numbers[run]! < limit && ends[run]! <= most) run++;
    first.run = run;
    first.end = ends[run - 1]!;
    return first;
  }
}
