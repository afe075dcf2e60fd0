/**
 * Puts the records of several threads that watch into the order of the packets' times. A thread's record waits until all
 * others have read what came before it; but not for long, and not many do: a thread that has nothing to read, or is
 * behind, holds up nobody.
 *
 * @module
 */

import { Merge } from '../output/merge.ts';
import type { Batch } from '../output/record-log.ts';

/** How long a record waits, ms. */
const PATIENCE = 200;
/** How many bytes wait. Less than what makes threads wait for the reader. */
const MOST = 2 << 20;

/** Seconds by which times differ that are told apart. */
const LEAST = 1e-6;

/** Up to where a thread had read, and when that was told. */
interface Mark {
  readonly place: number;
  readonly at: number;
}

export class InOrder {
  readonly #threads: number;
  readonly #merge: Merge;
  readonly #print: (lines: Uint8Array) => void;
  readonly #reached: number[];
  #marks: Mark[] = [];
  #bytes = 0;
  #timer: NodeJS.Timeout | undefined;
  #draining: Promise<void> | undefined;
  #again = false;

  constructor(threads: number, print: (lines: Uint8Array) => void) {
    this.#threads = threads;
    this.#merge = new Merge(threads);
    this.#print = print;
    this.#reached = new Array(threads).fill(0);
  }

  /** What a thread wrote. No record that it still writes has a place before `reached`. */
  add(thread: number, batch: Batch, reached: number): void {
    this.#bytes += batch.bytes.length;
    this.#merge.add(thread, batch, () => {});
    this.#advance(thread, reached);
    const last = batch.numbers.at(-1);
    if (last !== undefined) this.#marks.push({ place: last, at: performance.now() });
    this.#drain();
    if (this.#bytes > MOST) {
      const half = this.#marks.splice(0, Math.ceil(this.#marks.length / 2)).at(-1);
      if (half !== undefined) this.#release(half.place);
    }
    this.#await();
  }

  /** Do records wait? */
  get waits(): boolean {
    return this.#bytes > 0;
  }

  /** A thread wrote nothing here, and no record that it still writes has a place before `reached`. */
  reach(thread: number, reached: number): void {
    this.#advance(thread, reached);
    this.#drain();
  }

  /** All of them have ended: prints the rest. */
  async end(): Promise<void> {
    clearTimeout(this.#timer);
    this.#marks = [];
    this.#release(Number.POSITIVE_INFINITY);
    while (this.#draining !== undefined) await this.#draining;
  }

  /** Whoever is not beyond that is waited for no longer. */
  #release(place: number): void {
    for (let thread = 0; thread < this.#threads; thread++) this.#advance(thread, place + LEAST);
    this.#drain();
  }

  #advance(thread: number, reached: number): void {
    if (reached <= this.#reached[thread]!) return;
    this.#reached[thread] = reached;
    this.#merge.advance(thread, reached);
  }

  #await(): void {
    const [first] = this.#marks;
    if (first === undefined || this.#timer !== undefined) return;
    const left = Math.max(0, first.at + PATIENCE - performance.now());
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      const old = performance.now() - PATIENCE;
      let place = 0;
      while (this.#marks.length > 0 && this.#marks[0]!.at <= old) {
        place = Math.max(place, this.#marks.shift()!.place);
      }
      this.#release(place);
      this.#await();
    }, left);
  }

  /** One at a time; what comes meanwhile is printed by the one under way. */
  #drain(): void {
    this.#again = true;
    this.#draining ??= this.#drainAll();
  }

  async #drainAll(): Promise<void> {
    while (this.#again) {
      this.#again = false;
      await this.#merge.drain(bytes => {
        this.#bytes -= bytes.length;
        this.#print(bytes.slice());
      });
    }
    this.#draining = undefined;
  }
}
