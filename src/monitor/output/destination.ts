/**
 * Where records go: into a stream, or into a file for each log in a folder.
 *
 * @module
 */

import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { join } from 'node:path';
import type { Writable } from 'node:stream';
import { finished } from 'node:stream/promises';
import type { Health } from '../health-report.ts';
import type { Summary } from '../summary.ts';
import type { Destination, Format } from './format.ts';

/** All logs into one stream, which is left open. `health`: with a last record of how much was seen. */
export class StreamDestination implements Destination {
  readonly #format: Format;
  readonly #to: Writable;
  readonly #health: boolean;

  constructor(format: Format, to: Writable, health: boolean) {
    this.#format = format;
    this.#to = to;
    this.#health = health;
  }

  write(_log: number, bytes: Uint8Array): Promise<void> {
    return put(this.#to, bytes);
  }

  async end(summary: Summary, health: Health): Promise<void> {
    if (this.#health && this.#format.health !== undefined) {
      await put(this.#to, this.#format.health(health, summary));
    }
  }
}

/** A file for each log that has records. */
export class FolderDestination implements Destination {
  readonly #format: Format;
  readonly #folder: string;
  readonly #files: (Writable | undefined)[] = [];

  constructor(format: Format, folder: string) {
    this.#format = format;
    this.#folder = folder;
  }

  async write(log: number, bytes: Uint8Array): Promise<void> {
    this.#files[log] ??= await this.#open(log, bytes);
    await put(this.#files[log], bytes);
  }

  async end(summary: Summary, health: Health): Promise<void> {
    const { logs } = this.#format;
    const last = this.#format.health?.(health, summary);
    if (last !== undefined) await this.write(0, Buffer.from(last));
    for (const [log, file] of this.#files.entries()) {
      if (file === undefined) continue;
      await put(file, this.#format.foot?.(logs[log]!, summary.to ?? 0) ?? '');
      file.end();
      await finished(file);
    }
  }

  async #open(log: number, first: Uint8Array): Promise<Writable> {
    const name = this.#format.logs[log]!;
    const file = createWriteStream(join(this.#folder, `${name}.log`));
    await once(file, 'open');
    // Whoever writes is told.
    file.on('error', () => {});
    await put(file, this.#format.head?.(name, first) ?? '');
    return file;
  }
}

/** Resolves when the stream has taken them: output larger than memory must not pile up. Rejects with the file's name. */
function put(to: Writable & { readonly path?: string | Buffer }, bytes: Uint8Array | string): Promise<void> {
  return new Promise((resolve, reject) => {
    to.write(bytes, error => (error ? reject(Object.assign(error, { path: to.path })) : resolve()));
  });
}
