/**
 * The files of a recording: begins the next when one is full or old, and removes the oldest, so that all of them
 * together never have more bytes than they may, nor packets that are older. cold: once a chunk of packets.
 *
 * Only files of its own kind of name are counted and removed, those of earlier runs too.
 *
 * @module
 */

import { type FileHandle, open, readdir, stat, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { beginning, type Described, statistics } from './blocks.ts';

export interface FileRingOptions {
  readonly folder: string;
  /** Bytes of all files together. */
  readonly size: number;
  /** Bytes of a file. */
  readonly fileSize: number;
  /** Seconds until a packet is removed; 0: never for its age. */
  readonly age: number;
  /** Bytes of a packet that are kept. */
  readonly snapLength: number;
  /** What the files say of who wrote them. */
  readonly application: string;
  /** Of several that share a folder: this one, and how many there are. */
  readonly part: { readonly index: number; readonly count: number };
}

interface Kept {
  readonly path: string;
  readonly bytes: number;
  /** When it was last written to, ms since 1970. */
  readonly last: number;
}

/** A file ends after this share of the age that is kept, so that what is removed with it is not much younger. */
const SHARE_OF_AGE = 1 / 10;
/** After an error, how long until it is tried again, ms. */
const PAUSE = 2000;

export class FileRing {
  /** What the kernel dropped so far. */
  dropped = 0;
  /** Files that had to go before there were as many bytes as there may be: the disk was full. */
  early = 0;
  readonly #options: FileRingOptions;
  readonly #beginning: Uint8Array;
  readonly #end: number;
  readonly #received: Float64Array;
  /** Oldest first. */
  #kept: Kept[] = [];
  #keptBytes = 0;
  #file: FileHandle | undefined;
  #path = '';
  #bytes = 0;
  #begun = 0;
  #serial = 0;
  #droppedBefore = 0;
  #notBefore = 0;
  #problem = '';

  constructor(interfaces: readonly Described[], options: FileRingOptions) {
    this.#options = options;
    this.#beginning = beginning(options.application, options.snapLength, interfaces);
    this.#received = new Float64Array(interfaces.length);
    this.#end = this.#statistics().length;
  }

  /** Writes whole blocks; resolves to why they could not be, or ''. `packets` by interface. */
  async append(bytes: Uint8Array, length: number, packets: Float64Array): Promise<string> {
    if (Date.now() < this.#notBefore) return this.#problem;
    for (;;) {
      try {
        await this.#append(bytes, length);
        for (const [index, count] of packets.entries()) this.#received[index]! += count;
        this.#problem = '';
        return '';
      } catch (error) {
        const { code } = error as NodeJS.ErrnoException;
        await this.#repair();
        // The latest packets are worth more than the oldest.
        if ((code === 'ENOSPC' || code === 'EDQUOT') && (await this.#removeOldest())) {
          this.early++;
          continue;
        }
        this.#problem = `${this.#options.folder}: ${(error as Error).message}`;
        this.#notBefore = Date.now() + PAUSE;
        return this.#problem;
      }
    }
  }

  async #append(bytes: Uint8Array, length: number): Promise<void> {
    const { fileSize, size, age } = this.#options;
    const full = this.#bytes + length + this.#end > fileSize && this.#bytes > this.#beginning.length;
    const old = age > 0 && Date.now() - this.#begun > age * 1000 * SHARE_OF_AGE;
    if (this.#file !== undefined && (full || old)) await this.#finish();
    const head = this.#file === undefined ? this.#beginning.length : 0;
    while (this.#keptBytes + this.#bytes + head + length + this.#end > size) {
      if (!(await this.#removeOldest())) throw new Error('older files cannot be removed to make room');
    }
    if (this.#file === undefined) await this.#begin();
    await write(this.#file!, bytes, length, this.#bytes);
    this.#bytes += length;
  }

  /** Removes what is too old. */
  async tidy(): Promise<void> {
    const { age } = this.#options;
    if (age === 0) return;
    if (this.#file !== undefined && Date.now() - this.#begun > age * 1000 * SHARE_OF_AGE)
      await this.#finish();
    while (this.#kept.length > 0 && Date.now() - this.#kept[0]!.last > age * 1000) {
      if (!(await this.#removeOldest())) return;
    }
  }

  async close(dropped: number): Promise<void> {
    this.dropped = dropped;
    await this.#finish();
  }

  async #begin(): Promise<void> {
    const { folder, part } = this.#options;
    const time = new Date().toISOString().slice(0, 19).replaceAll(/[-:]/g, '');
    const worker = part.count > 1 ? `-w${part.index + 1}` : '';
    const serial = String(++this.#serial).padStart(6, '0');
    this.#path = join(folder, `cofferdam-${time}Z${worker}-${serial}.pcapng`);
    // Never over a file that is there.
    this.#file = await open(this.#path, 'wx', 0o640);
    this.#bytes = 0;
    this.#begun = Date.now();
    await write(this.#file, this.#beginning, this.#beginning.length, 0);
    this.#bytes = this.#beginning.length;
  }

  /** Ends the file with what its interfaces had; one that cannot be ended is readable all the same. */
  async #finish(): Promise<void> {
    const file = this.#file;
    if (file === undefined) return;
    this.#file = undefined;
    const end = this.#statistics();
    try {
      await write(file, end, end.length, this.#bytes);
      this.#bytes += end.length;
    } catch {
      await file.truncate(this.#bytes).catch(() => {});
    }
    await file.close().catch(() => {});
    this.#ended();
  }

  /** After a failed write: what was written of it goes, so that the file ends with a whole block. */
  async #repair(): Promise<void> {
    const file = this.#file;
    if (file === undefined) return;
    this.#file = undefined;
    await file.truncate(this.#bytes).catch(() => {});
    await file.close().catch(() => {});
    // One without packets is no old one to be removed for the next: that would go on for ever.
    if (this.#bytes <= this.#beginning.length) {
      this.#bytes = 0;
      await unlink(this.#path).catch(() => {});
    } else this.#ended();
  }

  #ended(): void {
    this.#keep(this.#path, this.#bytes, Date.now());
    this.#bytes = 0;
    this.#received.fill(0);
    this.#droppedBefore = this.dropped;
  }

  #statistics(): Uint8Array {
    const now = Date.now();
    const dropped = this.dropped - this.#droppedBefore;
    // The ring drops for all interfaces together.
    const alone = this.#received.length === 1;
    return Buffer.concat(
      Array.from(this.#received, (received, index) =>
        alone ? statistics(index, now, received + dropped, dropped) : statistics(index, now, received),
      ),
    );
  }

  #keep(path: string, bytes: number, last: number): void {
    this.#kept.push({ path, bytes, last });
    this.#keptBytes += bytes;
  }

  async #removeOldest(): Promise<boolean> {
    const oldest = this.#kept[0];
    if (oldest === undefined) return false;
    try {
      await unlink(oldest.path);
    } catch (error) {
      // Somebody else removed it.
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') return false;
    }
    this.#kept.shift();
    this.#keptBytes -= oldest.bytes;
    return true;
  }

  /** Before anything is written: counts what earlier runs left. Every file is some part's. */
  async open(): Promise<void> {
    const { folder, part } = this.#options;
    const names = (await readdir(folder)).filter(name => NAME.test(name)).sort();
    for (const [place, name] of names.entries()) {
      if (place % part.count !== part.index) continue;
      const path = join(folder, name);
      const about = await stat(path);
      this.#keep(path, about.size, about.mtimeMs);
    }
  }
}

const NAME = /^cofferdam-\d{8}T\d{6}Z(-w\d+)?-\d{6}\.pcapng$/;

async function write(file: FileHandle, bytes: Uint8Array, length: number, at: number): Promise<void> {
  for (let done = 0; done < length; ) {
    done += (await file.write(bytes, done, length - done, at + done)).bytesWritten;
  }
}
