/**
 * Records on their way from a thread that reads to the one that writes. They lie on pages of shared memory, which are sent
 * once: memory that goes over with every message, even without being copied, counts as garbage of its size on both
 * sides, and to collect it took as long as to write the records.
 *
 * @module
 */

import { type Batch, batchOf, type Page, type Taken } from './record-log.ts';
import type { Recording } from './recording.ts';

/** What was taken of one log; with its page, where that is not known yet. */
export interface Sent extends Taken {
  readonly memory?: Page;
}

/** On the side of who sends. */
export class Outbox {
  readonly #recording: Recording;
  /** Pages that were sent, by log and number. */
  readonly #known: Page[][] = [];

  constructor(recording: Recording) {
    this.#recording = recording;
  }

  /** All that was written since it was asked last, by log. */
  take(): (Sent | undefined)[] {
    return this.#recording.take().map((taken, log) => {
      if (taken === undefined) return undefined;
      const memory = this.#recording.page(log, taken.page);
      this.#known[log] ??= [];
      const known = this.#known[log];
      if (known[taken.page] === memory) return taken;
      known[taken.page] = memory;
      return { ...taken, memory };
    });
  }

  /** Pages, by log, whose records were written. */
  spare(pages: readonly (number | undefined)[]): void {
    for (const [log, page] of pages.entries()) if (page !== undefined) this.#recording.spare(log, page);
  }
}

/** On the side of who receives: of one thread. */
export class Inbox {
  readonly #known: Page[][] = [];

  /** Opens what was sent of a log. */
  batch(log: number, sent: Sent): Batch {
    this.#known[log] ??= [];
    const known = this.#known[log];
    if (sent.memory !== undefined) known[sent.page] = sent.memory;
    return batchOf(sent, known[sent.page]!);
  }
}
