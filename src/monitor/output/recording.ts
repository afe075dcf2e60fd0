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
import { type Batch, type Order, RecordLog } from './record-log.ts';

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
}

export class Recording {
  readonly tap: Tap;
  readonly #logs: readonly RecordLog[];
  readonly #flows: FlowReport | undefined;

  constructor({ format, protocols, current, order, operations, flows }: RecordingOptions) {
    this.#logs = format.logs.map(() => new RecordLog(current, order));
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
  take(): Batch[] {
    return this.#logs.map(log => log.take());
  }

  /** A buffer that came with a batch of that log, and is not needed any longer. */
  spare(log: number, buffer: ArrayBuffer): void {
    this.#logs[log]!.spare(buffer);
  }

  /** Hands over what was written; resolves when it was taken. */
  async flush(to: Destination): Promise<void> {
    for (const [index, log] of this.#logs.entries()) {
      const { bytes } = log.take();
      if (bytes.length === 0) continue;
      await to.write(index, bytes);
      log.spare(bytes.buffer);
    }
  }
}
