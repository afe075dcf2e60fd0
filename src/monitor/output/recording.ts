/**
 * What one thread that reads writes down: the recorder of a format with its logs, as a tap of the reading.
 *
 * @module
 */

import type { Protocol } from '../../protocol/protocol.ts';
import { Both } from '../both.ts';
import type { Current } from '../current.ts';
import { FlowReport } from '../flows/flow-report.ts';
import type { Tap } from '../inspection.ts';
import type { Destination, Format } from './format.ts';
import { batchOf, type Order, type Page, RecordLog, type Taken } from './record-log.ts';

/** Which records are wanted. */
export interface Wanted {
  readonly operations: boolean;
  readonly flows: boolean;
}

export interface RecordingOptions extends Wanted {
  readonly format: Format;
  readonly protocols: readonly Protocol[];
  readonly current: Current;
  /** Each record's place in the reading is remembered: several threads share it. */
  readonly order?: Order;
  /** They are written to memory that other threads can look at. */
  readonly shared?: boolean;
}

export class Recording {
  readonly tap: Tap;
  readonly #logs: readonly RecordLog[];
  readonly #flows: FlowReport | undefined;

  constructor({ format, protocols, current, order, shared, operations, flows }: RecordingOptions) {
    this.#logs = format.logs.map(() => new RecordLog(current, order, shared));
    const recorder = format.recorder({ protocols, current, logs: this.#logs });
    this.#flows = flows ? new FlowReport(current, protocols, recorder) : undefined;
    if (this.#flows === undefined) this.tap = operations ? { operations: recorder } : {};
    else {
      // The packet comes before the operation that it completes.
      const both = operations ? new Both(this.#flows, recorder) : this.#flows;
      this.tap = { packets: this.#flows, operations: both };
    }
  }

  /** The reading is over: writes what only then is known. */
  finish(): void {
    this.#flows?.finish();
  }

  /** Takes what was written, by log. */
  take(): (Taken | undefined)[] {
    return this.#logs.map(log => log.take());
  }

  /** Where lies what was taken of that log. */
  page(log: number, number: number): Page {
    return this.#logs[log]!.page(number);
  }

  /** A page of what was taken of that log is not needed any longer. */
  spare(log: number, page: number): void {
    this.#logs[log]!.spare(page);
  }

  /** Hands over what was written; resolves when it was taken. */
  async flush(to: Destination): Promise<void> {
    for (const [index, log] of this.#logs.entries()) {
      const taken = log.take();
      if (taken === undefined) continue;
      await to.write(index, batchOf(taken, log.page(taken.page)).bytes);
      log.spare(taken.page);
    }
  }
}
