/**
 * Prints lines for a reader who may be slow. A ring that is not read loses packets for everybody: so lines wait in
 * bounded memory, and those that find no room there are left out, counted, and told of in their place. Who makes
 * lines sees how many wait, and may wait too while there is room for packets.
 *
 * (Node's own standard output holds up the whole thread while a pipe is full.)
 *
 * @module
 */

import { writev } from 'node:fs';

/** Bytes that wait at most. */
const MOST = 16 << 20;
/** Pieces that are written at once: Linux takes 1024 (IOV_MAX). */
const PIECES = 512;
/** Milliseconds until a full pipe that does not keep waiting is tried again. */
const RETRY = 20;
const NEWLINE = 10;

/** Takes what is printed. */
export interface Printer {
  /** Bytes on their way, in the first place: whoever hands lines over, in any thread, adds theirs beforehand. */
  readonly waiting: Int32Array;
  /** Takes whole lines of the log of that number, which were added to {@link waiting}; they must not be changed any more. */
  print(lines: Uint8Array, log: number): void;
}

export class Outlet implements Printer {
  /** Lines that were left out. */
  lost = 0;
  /** Bytes on their way, in the first place: whoever hands lines over, in any thread, adds theirs beforehand. */
  readonly waiting = new Int32Array(new SharedArrayBuffer(4));
  readonly #fd: number;
  readonly #told: (lines: number) => string;
  readonly #gone: (error: NodeJS.ErrnoException) => void;
  #pieces: Uint8Array[] = [];
  #bytes = 0;
  #untold = 0;
  #writing = false;
  #closed = false;
  #drained: (() => void) | undefined;

  /** `told` says in a line that so many were left out; `gone` is called when nothing can be written any more. */
  constructor(fd: number, told: (lines: number) => string, gone: (error: NodeJS.ErrnoException) => void) {
    this.#fd = fd;
    this.#told = told;
    this.#gone = gone;
  }

  line(text: string): void {
    const line = Buffer.from(`${text}\n`);
    Atomics.add(this.waiting, 0, line.length);
    this.print(line);
  }

  /** Takes whole lines, which were added to {@link waiting}; they must not be changed any more. */
  print(lines: Uint8Array): void {
    if (this.#closed || this.#bytes + lines.length > MOST) {
      const count = newlines(lines);
      this.lost += count;
      this.#untold += count;
      Atomics.sub(this.waiting, 0, lines.length);
      return;
    }
    this.#tellLost();
    this.#push(lines);
  }

  /** Resolves when all is written, but after `milliseconds` at the latest: false where something is still on its way then. */
  async flush(milliseconds: number): Promise<boolean> {
    this.#tellLost();
    if (!this.#writing) return true;
    const { promise, resolve } = Promise.withResolvers<void>();
    const late = setTimeout(resolve, milliseconds);
    this.#drained = resolve;
    await promise;
    clearTimeout(late);
    return !this.#writing;
  }

  #tellLost(): void {
    if (this.#untold === 0 || this.#closed) return;
    const notice = Buffer.from(`${this.#told(this.#untold)}\n`);
    this.#untold = 0;
    Atomics.add(this.waiting, 0, notice.length);
    this.#push(notice);
  }

  #push(lines: Uint8Array): void {
    this.#pieces.push(lines);
    this.#bytes += lines.length;
    if (!this.#writing) this.#write();
  }

  #write(): void {
    this.#writing = this.#pieces.length > 0;
    if (!this.#writing) {
      this.#drained?.();
      return;
    }
    writev(this.#fd, this.#pieces.slice(0, PIECES), null, (error, count) => {
      if (error === null) {
        this.#wrote(count);
        this.#write();
      } else if (error.code === 'EAGAIN') setTimeout(() => this.#write(), RETRY);
      else this.#close(error);
    });
  }

  #wrote(count: number): void {
    this.#bytes -= count;
    Atomics.sub(this.waiting, 0, count);
    let rest = count;
    let whole = 0;
    while (whole < this.#pieces.length && rest >= this.#pieces[whole]!.length)
      rest -= this.#pieces[whole++]!.length;
    this.#pieces.splice(0, whole);
    if (rest > 0) this.#pieces[0] = this.#pieces[0]!.subarray(rest);
  }

  /** Nobody reads any more, or there is no room. */
  #close(error: NodeJS.ErrnoException): void {
    this.#closed = true;
    this.#writing = false;
    Atomics.sub(this.waiting, 0, this.#bytes);
    this.#pieces = [];
    this.#drained?.();
    this.#gone(error);
  }
}

/** Lines that end in these bytes. */
export function newlines(lines: Uint8Array): number {
  let count = 0;
  for (let at = lines.indexOf(NEWLINE); at >= 0; at = lines.indexOf(NEWLINE, at + 1)) count++;
  return count;
}
