/**
 * A file to which one program appends readings, and from which others take them as they come.
 *
 * Every append is on the disk before it is told. When the file would grow beyond its bound it is renamed to `FILE.1`, in place of
 * an earlier one, and begun anew: two files of that size at most. A line that a crash cut is ended by the next writer, and
 * counted by readers as one that they could not use.
 *
 * @module
 */

import { constants } from 'node:fs';
import { type FileHandle, open, rename } from 'node:fs/promises';
import { StringDecoder } from 'node:string_decoder';
import { formatReading, parseReading, type TagReading } from './reading-lines.ts';

/** Bytes after which a file is begun anew: about half a million readings. */
const MOST_BYTES = 64 * 2 ** 20;
/** Bytes that are read at once. */
const CHUNK = 1 << 20;
/** A line longer than this is none, and is not kept. */
const MOST_LINE = 1 << 14;
const NEWLINE = 10;

/** The writer's side. */
export class ReadingWriter {
  readonly #path: string;
  readonly #most: number;
  #file: FileHandle;
  #size: number;

  /** `most`: bytes of the file. */
  static async open(path: string, most = MOST_BYTES): Promise<ReadingWriter> {
    const { file, size } = await openToAppend(path);
    return new ReadingWriter(path, most, file, size);
  }

  private constructor(path: string, most: number, file: FileHandle, size: number) {
    this.#path = path;
    this.#most = most;
    this.#file = file;
    this.#size = size;
  }

  /** Resolves when they survive a power failure. */
  async append(readings: readonly TagReading[]): Promise<void> {
    const bytes = Buffer.from(readings.map(formatReading).join(''));
    if (this.#size > 0 && this.#size + bytes.length > this.#most) {
      await this.#file.close();
      await rename(this.#path, `${this.#path}.1`);
      const { file, size } = await openToAppend(this.#path);
      this.#file = file;
      this.#size = size;
    }
    await this.#file.appendFile(bytes);
    await this.#file.datasync();
    this.#size += bytes.length;
  }

  async close(): Promise<void> {
    await this.#file.close();
  }
}

/** Opens a regular file; one whose last line was cut gets that line's end. */
async function openToAppend(path: string): Promise<{ file: FileHandle; size: number }> {
  const file = await open(
    path,
    constants.O_RDWR | constants.O_APPEND | constants.O_CREAT | constants.O_NONBLOCK,
  );
  try {
    const { size } = await sizeOf(file, path);
    const last = Buffer.alloc(1);
    if (size === 0) return { file, size };
    await file.read(last, 0, 1, size - 1);
    if (last[0] === NEWLINE) return { file, size };
    await file.appendFile('\n');
    return { file, size: size + 1 };
  } catch (error) {
    await file.close();
    throw error;
  }
}

/** A reader's side: what was appended since it was asked last. */
export class ReadingTail {
  readonly #path: string;
  #inode: number;
  #at: number;
  /** What is there of a line that is not whole yet. */
  #rest = '';
  #decoder = new StringDecoder('utf8');
  #unusable = 0;

  /** `fromEnd`: what is in the file already is of no interest. Rejects where it is no regular file that can be read. */
  static async open(path: string, fromEnd = false): Promise<ReadingTail> {
    const file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
    try {
      const { ino, size } = await sizeOf(file, path);
      return new ReadingTail(path, ino, fromEnd ? size : 0);
    } finally {
      await file.close();
    }
  }

  /** A file that may not be there yet: {@link ReadingTail.more} rejects until it is. */
  static awaiting(path: string): ReadingTail {
    return new ReadingTail(path, -1, 0);
  }

  private constructor(path: string, inode: number, at: number) {
    this.#path = path;
    this.#inode = inode;
    this.#at = at;
  }

  /** Lines that were no readings, so far. */
  get unusable(): number {
    return this.#unusable;
  }

  /**
   * Hands over what came, in the order of the file, at most `most` bytes of it; true where there is more. What was written to
   * a file that was begun anew since the last call, after that call, is not seen.
   */
  async more(take: (reading: TagReading) => void, most = Number.POSITIVE_INFINITY): Promise<boolean> {
    const file = await open(this.#path, constants.O_RDONLY | constants.O_NONBLOCK);
    try {
      const { ino, size } = await sizeOf(file, this.#path);
      if (ino !== this.#inode || size < this.#at) {
        this.#inode = ino;
        this.#at = 0;
        this.#rest = '';
        this.#decoder = new StringDecoder('utf8');
      }
      const chunk = Buffer.allocUnsafe(Math.min(CHUNK, most));
      for (let left = most; left > 0; ) {
        const { bytesRead } = await file.read(chunk, 0, Math.min(chunk.length, left), this.#at);
        if (bytesRead === 0) return false;
        this.#at += bytesRead;
        left -= bytesRead;
        this.#lines(this.#decoder.write(chunk.subarray(0, bytesRead)), take);
      }
      return true;
    } finally {
      await file.close();
    }
  }

  #lines(text: string, take: (reading: TagReading) => void): void {
    const lines = (this.#rest + text).split('\n');
    this.#rest = lines.pop()!.slice(0, MOST_LINE);
    for (const line of lines) {
      if (line.trim() === '') continue;
      const reading = parseReading(line);
      if (reading === undefined) this.#unusable++;
      else take(reading);
    }
  }
}

async function sizeOf(file: FileHandle, path: string): Promise<{ ino: number; size: number }> {
  const stat = await file.stat();
  if (!stat.isFile()) throw new ReadingFileError(`${path}: is no regular file; name a file of readings`);
  return stat;
}

/** What is named is no file that readings can be in. */
export class ReadingFileError extends Error {
  readonly code = 'COFFERDAM_READINGS';
  override readonly name = 'ReadingFileError';
}
