/**
 * The files that a watch writes anew in between and at the end: whole or not at all, and never two at a time.
 *
 * @module
 */

import { type Held, type Holding, holdingJson } from '../monitor/live/holdings.ts';
import { writeDurably } from '../program/durable-file.ts';

export type WatchFiles = ReadonlyMap<Holding, string>;

export class FileWriter {
  readonly #files: WatchFiles;
  readonly #failed: (what: Holding, text: string) => void;
  #writing: Promise<void> | undefined;
  #next: readonly Held[] | undefined;

  /** `failed` is told what could not be written, and why. */
  constructor(files: WatchFiles, failed: (what: Holding, text: string) => void) {
    this.#files = files;
    this.#failed = failed;
  }

  /** Writes what was collected; while that before is still being written, the latest waits. */
  write(held: readonly Held[]): void {
    if (this.#files.size === 0) return;
    this.#next = held;
    this.#writing ??= this.#write();
  }

  /** Resolves when nothing is being written. */
  async finish(): Promise<void> {
    await this.#writing;
  }

  async #write(): Promise<void> {
    for (let held = this.#next; held !== undefined; held = this.#next) {
      this.#next = undefined;
      for (const [what, path] of this.#files) {
        try {
          await writeDurably(path, holdingJson(what, held));
        } catch (error) {
          this.#failed(what, `${path}: the ${what} could not be written (${(error as Error).message})`);
        }
      }
    }
    this.#writing = undefined;
  }
}
