/**
 * Collects lines of output, and writes them when told to, waiting until the reader has taken them: output larger
 * than memory must not pile up.
 *
 * @module
 */

import { once } from 'node:events';
import type { Writable } from 'node:stream';

/** Characters collected before they become one chunk of bytes. */
const CHUNK = 65_536;

export class Lines {
  readonly #to: Writable;
  #chunks: Buffer[] = [];
  #text = '';

  constructor(to: Writable) {
    this.#to = to;
  }

  write(line: string): void {
    this.#text += line;
    if (this.#text.length >= CHUNK) this.#chunk();
  }

  /** Writes what was collected; resolves when there is room for more. */
  async flush(): Promise<void> {
    if (this.#text !== '') this.#chunk();
    const chunks = this.#chunks;
    this.#chunks = [];
    for (const chunk of chunks) {
      if (!this.#to.write(chunk)) await once(this.#to, 'drain');
    }
  }

  #chunk(): void {
    this.#chunks.push(Buffer.from(this.#text, 'utf8'));
    this.#text = '';
  }
}
