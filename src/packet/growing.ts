/**
 * A file that is still being written, as a source: at its end it waits for more.
 *
 * @module
 */

import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { setImmediate as turn, setTimeout as wait } from 'node:timers/promises';
import type { ByteSource } from './source.ts';

/** How often the end of a file is looked at, ms. One call of the system costs about a microsecond. */
const INTERVAL = 200;

export class Growing implements ByteSource {
  readonly name: string;
  /** Nobody knows yet. */
  readonly size = 0;
  /** Why it ended: it was left for another one, or is shorter than what was read of it. */
  ended: 'left' | 'shrunk' | undefined;

  /** Bytes of it that were read. */
  length = 0;

  readonly #over: (file: number) => Promise<boolean>;
  readonly #file: number;
  readonly #closed = new AbortController();

  /** Opens the file at `path`; `over` is asked at its end whether no more is to come, since another one goes on. */
  constructor(path: string, over: (file: number) => Promise<boolean>) {
    this.name = path;
    this.#over = over;
    this.#file = openSync(path, 'r');
  }

  async read(target: Uint8Array): Promise<number> {
    const { signal } = this.#closed;
    await turn();
    for (let over = false; !signal.aborted; ) {
      const length = readSync(this.#file, target, 0, target.length, this.length);
      this.length += length;
      if (length > 0) return length;
      if (fstatSync(this.#file).size < this.length) {
        this.ended = 'shrunk';
        return 0;
      }
      // Whatever came before the writer went on is there now.
      if (over) {
        this.ended = 'left';
        return 0;
      }
      over = await this.#over(this.#file);
      if (!over) await wait(INTERVAL, undefined, { signal }).catch(() => {});
    }
    return 0;
  }

  async close(): Promise<void> {
    if (this.#closed.signal.aborted) return;
    this.#closed.abort();
    closeSync(this.#file);
  }
}
