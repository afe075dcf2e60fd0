/**
 * A file of readings that an audit appends to, as a gateway takes it: a little at once, from the end that it has when the
 * gateway begins, and whether it is there yet or not.
 *
 * @module
 */

import { ReadingTail } from '../process/reading-file.ts';
import type { TagReading } from '../process/reading-lines.ts';
import { userMessage } from './command.ts';

/** Bytes that are taken at once: about 350 readings, so that what passes is not held up. */
const SLICE = 32_768;

export class AuditReadings {
  readonly path: string;
  readonly #tail: ReadingTail;
  #looking = false;
  #trouble = '';
  #unusable = 0;

  /** Rejects where what is there is no file that readings can be in; there may be nothing yet. */
  static async open(path: string): Promise<AuditReadings> {
    try {
      return new AuditReadings(path, await ReadingTail.open(path, true));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
      return new AuditReadings(path, ReadingTail.awaiting(path));
    }
  }

  private constructor(path: string, tail: ReadingTail) {
    this.path = path;
    this.#tail = tail;
  }

  /** Takes what came since; `note` is told when that cannot be done, and when it can (again). Never rejects. */
  async look(take: (reading: TagReading) => void, note: (what: string) => void): Promise<void> {
    if (this.#looking) return;
    this.#looking = true;
    let trouble = '';
    try {
      await this.#tail.more(take, SLICE);
    } catch (error) {
      trouble = userMessage(error) ?? (error as Error).message;
    } finally {
      this.#looking = false;
    }
    if (trouble !== this.#trouble) {
      note(
        trouble === ''
          ? `${this.path}: is read from here on`
          : `not compared with an audit's readings: ${trouble}`,
      );
    }
    this.#trouble = trouble;
    const { unusable } = this.#tail;
    if (unusable > 0 && this.#unusable === 0) note(`${this.path}: has lines that are no readings`);
    this.#unusable = unusable;
  }
}
