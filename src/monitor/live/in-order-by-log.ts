/**
 * The records of several threads in the order of their packets' times, log by log.
 *
 * @module
 */

import type { Batch } from '../output/record-log.ts';
import { InOrder } from './in-order.ts';

export class InOrderByLog {
  readonly #threads: number;
  readonly #print: (lines: Uint8Array, log: number) => void;
  readonly #logs = new Map<number, InOrder>();

  constructor(threads: number, print: (lines: Uint8Array, log: number) => void) {
    this.#threads = threads;
    this.#print = print;
  }

  /** What a thread wrote into a log. No record of any log that it still writes has a place before `reached`. */
  add(thread: number, log: number, batch: Batch, reached: number): void {
    let own = this.#logs.get(log);
    if (own === undefined) {
      own = new InOrder(this.#threads, lines => this.#print(lines, log));
      this.#logs.set(log, own);
    }
    own.add(thread, batch, reached);
    for (const other of this.#logs.values()) if (other !== own && other.waits) other.reach(thread, reached);
  }

  /** All of them have ended: prints the rest. */
  async end(): Promise<void> {
    for (const log of this.#logs.values()) await log.end();
  }
}
