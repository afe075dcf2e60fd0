/**
 * Lines for whoever reads along. Standard output to a pipe blocks the whole process until its reader has read;
 * here a reader that is slow, or has gone, holds up no plant: lines wait in bounded memory, and what finds no room
 * is counted and told.
 *
 * @module
 */

import { write } from 'node:fs';

/** Characters that wait at most. */
const MAX_WAITING = 4 * 1024 * 1024;
/** Milliseconds until a full pipe, or disk, is tried again. */
const RETRY = 50;

export class Lines {
  readonly #file: number;
  readonly #lostLine: (count: number) => string;
  #waiting: string[] = [];
  #characters = 0;
  #lost = 0;
  #writing = false;
  #gone = false;
  #written: (() => void) | undefined;

  /** Writes to the open file `file`. `lostLine` says that so many lines found no room. */
  constructor(file: number, lostLine: (count: number) => string) {
    this.#file = file;
    this.#lostLine = lostLine;
  }

  print(line: string): void {
    if (this.#gone) return;
    if (this.#characters + line.length > MAX_WAITING) {
      this.#lost++;
      return;
    }
    this.#waiting.push(line);
    this.#characters += line.length + 1;
    if (!this.#writing) this.#next();
  }

  /** Resolves when all is written, but after `seconds` at the latest. */
  async flush(seconds: number): Promise<void> {
    if (!this.#writing) return;
    await new Promise<void>(resolve => {
      const late = setTimeout(resolve, seconds * 1000);
      this.#written = () => {
        clearTimeout(late);
        resolve();
      };
    });
  }

  #next(): void {
    if (this.#lost > 0) {
      this.#waiting.push(this.#lostLine(this.#lost));
      this.#lost = 0;
    }
    this.#writing = this.#waiting.length > 0;
    if (!this.#writing) {
      this.#written?.();
      return;
    }
    const bytes = Buffer.from(`${this.#waiting.join('\n')}\n`);
    this.#waiting = [];
    this.#write(bytes, 0);
  }

  #write(bytes: Buffer, at: number): void {
    write(this.#file, bytes, at, bytes.length - at, null, (error, count) => {
      if (error?.code === 'EAGAIN' || error?.code === 'ENOSPC' || error?.code === 'EDQUOT') {
        // Room may come; nothing waits for it in the end.
        setTimeout(() => this.#write(bytes, at), RETRY).unref();
        return;
      }
      // The reader has gone. The plant stays protected.
      if (error !== null) {
        this.#gone = true;
        this.#writing = false;
        this.#written?.();
        return;
      }
      if (at + count < bytes.length) {
        this.#write(bytes, at + count);
        return;
      }
      this.#characters = 0;
      for (const line of this.#waiting) this.#characters += line.length + 1;
      this.#next();
    });
  }
}
