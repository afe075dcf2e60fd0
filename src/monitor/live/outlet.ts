/**
 * Prints lines for a reader who may be slow. A ring that is not read loses packets for everybody: so lines wait in
 * bounded memory, and those that find no room there are left out, counted, and told of in their place.
 *
 * (Node's own standard output holds up the whole thread while a pipe is full.)
 *
 * @module
 */

import { write } from 'node:fs';

/** Bytes that wait at most. */
const MOST = 8 << 20;
/** Milliseconds until a full pipe that does not keep waiting is tried again. */
const RETRY = 20;
const NEWLINE = 10;

export class Outlet {
  /** Lines that were left out. */
  lost = 0;
  readonly #fd: number;
  readonly #told: (lines: number) => string;
  readonly #gone: () => void;
  #waiting: Uint8Array[] = [];
  #bytes = 0;
  #untold = 0;
  #writing = false;
  #closed = false;
  #drained: (() => void) | undefined;

  /** `told` says in a line that so many were left out; `gone` is called when there is no reader any more. */
  constructor(fd: number, told: (lines: number) => string, gone: () => void) {
    this.#fd = fd;
    this.#told = told;
    this.#gone = gone;
  }

  line(text: string): void {
    this.print(Buffer.from(`${text}\n`));
  }

  /** Takes whole lines; they must not be changed any more. */
  print(lines: Uint8Array): void {
    if (this.#closed) return;
    if (this.#bytes + lines.length > MOST) {
      const count = newlines(lines);
      this.lost += count;
      this.#untold += count;
      return;
    }
    if (this.#untold > 0) {
      const notice = Buffer.from(`${this.#told(this.#untold)}\n`);
      this.#untold = 0;
      this.#push(notice);
    }
    this.#push(lines);
    if (!this.#writing) this.#next();
  }

  /** Resolves when all is written, but after `milliseconds` at the latest. */
  async flush(milliseconds: number): Promise<void> {
    if (this.#untold > 0) {
      this.#push(Buffer.from(`${this.#told(this.#untold)}\n`));
      this.#untold = 0;
      if (!this.#writing) this.#next();
    }
    if (!this.#writing) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    const late = setTimeout(resolve, milliseconds);
    this.#drained = resolve;
    await promise;
    clearTimeout(late);
  }

  #push(lines: Uint8Array): void {
    this.#waiting.push(lines);
    this.#bytes += lines.length;
  }

  #next(): void {
    const lines = this.#waiting.shift();
    this.#writing = lines !== undefined;
    if (lines === undefined) this.#drained?.();
    else this.#write(lines, 0);
  }

  #write(lines: Uint8Array, at: number): void {
    write(this.#fd, lines, at, lines.length - at, null, (error, count) => {
      if (error?.code === 'EAGAIN') {
        setTimeout(() => this.#write(lines, at), RETRY);
      } else if (error !== null) {
        this.#closed = true;
        this.#writing = false;
        this.#waiting = [];
        this.#drained?.();
        this.#gone();
      } else if (at + count < lines.length) this.#write(lines, at + count);
      else {
        this.#bytes -= lines.length;
        this.#next();
      }
    });
  }
}

function newlines(lines: Uint8Array): number {
  let count = 0;
  for (let at = lines.indexOf(NEWLINE); at >= 0; at = lines.indexOf(NEWLINE, at + 1)) count++;
  return count;
}
