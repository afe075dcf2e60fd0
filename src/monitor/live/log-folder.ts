/**
 * A folder of logs that are written as long as something is watched: the current ones under their own names, which others
 * may read as they grow, and those before under names with the time at which they begin, as Zeek rotates its logs. A log
 * that has its later name is whole. What a program that was killed left behind is made whole when the next begins.
 *
 * Lines wait in bounded memory for a disk that is slow, as they do for a reader ({@link Outlet}).
 *
 * @module
 */

import { constants } from 'node:fs';
import { access, type FileHandle, open, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Format } from '../output/format.ts';
import { newlines } from './outlet.ts';

/** Bytes that wait at most. */
const MOST = 16 << 20;
const NEWLINE = 10;
/** Bytes at the end of a file in which its last line begins. */
const LAST_LINE = 1 << 16;

export interface LogFolderOptions {
  readonly format: Format;
  readonly folder: string;
  /** Seconds after which a log gets its later name, counted from 1970-01-01 UTC: with 3600 every full hour. 24 days at most. */
  readonly rotate: number;
  /** Is told that lines could not be written, and why: once until they can be again. */
  readonly failed: (why: string) => void;
}

interface Log {
  readonly file: FileHandle;
  /** Bytes of whole lines. */
  length: number;
  /** When it was begun, seconds since 1970-01-01 UTC. */
  readonly begun: number;
}

export class LogFolder {
  /** Lines that were left out. */
  lost = 0;
  /** Bytes on their way, in the first place: whoever hands lines over, in any thread, adds theirs beforehand. */
  readonly waiting = new Int32Array(new SharedArrayBuffer(4));
  readonly #options: LogFolderOptions;
  readonly #open = new Map<number, Log>();
  #bytes = 0;
  #failing = false;
  /** What is done one after the other. */
  #work: Promise<void> = Promise.resolve();
  #timer: NodeJS.Timeout | undefined;

  constructor(options: LogFolderOptions) {
    this.#options = options;
  }

  /** Makes logs whole that were left behind, and begins to rotate. Rejects where the folder cannot be written to. */
  async begin(): Promise<void> {
    for (const name of this.#options.format.logs) await this.#closeLeft(name);
    this.#await();
  }

  /** Takes whole lines of a log, which were added to {@link waiting}; they must not be changed any more. */
  print(lines: Uint8Array, log: number): void {
    if (this.#bytes + lines.length > MOST) {
      this.#leaveOut(lines);
      return;
    }
    this.#bytes += lines.length;
    this.#do(() => this.#write(log, lines));
  }

  /** The same for text. */
  text(text: string, log: number): void {
    const lines = Buffer.from(text);
    Atomics.add(this.waiting, 0, lines.length);
    this.print(lines, log);
  }

  /** Resolves when all is written, and all logs are whole under their later names. */
  async end(): Promise<void> {
    clearTimeout(this.#timer);
    this.#do(() => this.#rotate());
    await this.#work;
  }

  #do(what: () => Promise<void>): void {
    this.#work = this.#work.then(what);
  }

  #await(): void {
    const { rotate } = this.#options;
    const now = Date.now() / 1000;
    const next = (Math.floor(now / rotate) + 1) * rotate;
    this.#timer = setTimeout(
      () => {
        this.#do(() => this.#rotate());
        this.#await();
      },
      (next - now) * 1000,
    );
  }

  async #write(log: number, lines: Uint8Array): Promise<void> {
    try {
      const it = this.#open.get(log) ?? (await this.#begin(log, lines));
      await append(it, lines);
      this.#failing = false;
    } catch (error) {
      this.lost += newlines(lines);
      this.#fail(error);
    }
    this.#bytes -= lines.length;
    Atomics.sub(this.waiting, 0, lines.length);
  }

  async #begin(log: number, first: Uint8Array): Promise<Log> {
    const { format } = this.#options;
    const name = format.logs[log]!;
    const file = await this.#create(name);
    const it = { file, length: 0, begun: Date.now() / 1000 };
    try {
      await append(it, Buffer.from(format.head?.(name, first) ?? ''));
    } catch (error) {
      // Without its head nobody could read it: the next lines begin it anew.
      await file.close().catch(() => {});
      await rm(this.#path(name), { force: true });
      throw error;
    }
    this.#open.set(log, it);
    return it;
  }

  /** One that could not be ended when it should have been is made whole first. */
  async #create(name: string): Promise<FileHandle> {
    try {
      return await open(this.#path(name), 'wx', 0o640);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
      await this.#closeLeft(name);
      return await open(this.#path(name), 'wx', 0o640);
    }
  }

  /** All logs that are open end here. */
  async #rotate(): Promise<void> {
    for (const [log, it] of this.#open) {
      this.#open.delete(log);
      const name = this.#options.format.logs[log]!;
      try {
        await this.#finish(name, it, Date.now() / 1000);
      } catch (error) {
        this.#fail(error);
      } finally {
        await it.file.close().catch(() => {});
      }
    }
  }

  async #finish(name: string, it: Log, time: number): Promise<void> {
    const foot = this.#options.format.foot?.(name, time) ?? '';
    await append(it, Buffer.from(foot));
    await it.file.sync();
    await rename(this.#path(name), await this.#later(name, it.begun));
  }

  /** A log by its current name is of a program that could not end it: its last line may be half there. */
  async #closeLeft(name: string): Promise<void> {
    const file = await open(this.#path(name), 'r+').catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return undefined;
      throw error;
    });
    if (file === undefined) return;
    try {
      const { size, birthtimeMs, mtimeMs } = await file.stat();
      const from = Math.max(0, size - LAST_LINE);
      const { buffer, bytesRead } = await file.read(new Uint8Array(LAST_LINE), 0, LAST_LINE, from);
      const length = from + buffer.subarray(0, bytesRead).lastIndexOf(NEWLINE) + 1;
      await file.truncate(length);
      await this.#finish(name, { file, length, begun: birthtimeMs / 1000 }, mtimeMs / 1000);
    } finally {
      await file.close();
    }
  }

  #path(name: string): string {
    return join(this.#options.folder, `${name}.log`);
  }

  /** `conn.2026-11-28-13-00-00.log`: as Zeek names it; one that is there stays. */
  async #later(name: string, time: number): Promise<string> {
    const date = new Date(time * 1000).toISOString().slice(0, 19).replace(/[T:]/g, '-');
    for (let i = 1; ; i++) {
      const path = join(this.#options.folder, `${name}.${date}${i === 1 ? '' : `-${i}`}.log`);
      const there = await access(path, constants.F_OK).then(
        () => true,
        () => false,
      );
      if (!there) return path;
    }
  }

  #leaveOut(lines: Uint8Array): void {
    this.lost += newlines(lines);
    Atomics.sub(this.waiting, 0, lines.length);
    this.#fail(new Error('the disk is too slow for what is written'));
  }

  #fail(error: unknown): void {
    if (this.#failing) return;
    this.#failing = true;
    this.#options.failed(`${this.#options.folder}: ${(error as Error).message}`);
  }
}

/** All of the bytes, or none: what a full disk took of them is cut off again. */
async function append(log: Log, bytes: Uint8Array): Promise<void> {
  try {
    for (let done = 0; done < bytes.length; ) {
      const { bytesWritten } = await log.file.write(bytes, done, bytes.length - done, log.length + done);
      done += bytesWritten;
    }
  } catch (error) {
    await log.file.truncate(log.length).catch(() => {});
    throw error;
  }
  log.length += bytes.length;
}
