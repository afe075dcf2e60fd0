/**
 * What a format of records is: how operations and flows are written in it, by whichever thread meets them, and where
 * what was written goes.
 *
 * @module
 */

import type { Operation } from '../../operation/operation.ts';
import type { Protocol } from '../../protocol/protocol.ts';
import type { Current } from '../current.ts';
import type { FlowRecord } from '../flows/flow-record.ts';
import type { Health } from '../health-report.ts';
import type { Summary } from '../summary.ts';
import type { RecordLog } from './record-log.ts';

/** What a recorder finds around it. */
export interface Around {
  readonly protocols: readonly Protocol[];
  readonly current: Current;
  /** One for each of the format's logs, in their order. */
  readonly logs: readonly RecordLog[];
}

/** Writes records into the logs, in the thread that reads. What it is handed is used again after the call. */
export interface Recorder {
  operation(op: Operation): void;
  flow(flow: FlowRecord): void;
}

/** Takes what was written, in the order of the reading, in the main thread. */
export interface Destination {
  /** Bytes of whole records of the log of that number. They may be used again as soon as it resolves. */
  write(log: number, bytes: Uint8Array): Promise<void> | void;
  /** All was read; nothing more comes. */
  end(summary: Summary, health: Health): Promise<void> | void;
}

/**
 * Where records go: all into one stream, a file for each log in a folder, or one file that is no use before it is
 * complete.
 */
export type Place = 'stream' | 'folder' | 'file';

export interface Format {
  /** As `--format` names it. */
  readonly name: string;
  /** One line for the help. */
  readonly summary: string;
  /** Names of the logs that records go to. */
  readonly logs: readonly string[];
  readonly place: Place;
  recorder(around: Around): Recorder;
  /** What a log begins with, where that is not its first record. */
  head?(log: string, first: Uint8Array): string;
  /** What it ends with, at that time: seconds since 1970-01-01 UTC. */
  foot?(log: string, time: number): string;
  /** The one record of how much was seen, for the first log; absent where the format has no place for it. */
  health?(health: Health, summary: Summary): string;
  /** True where that record belongs to the format, not only where somebody asks for it. */
  readonly alwaysHealth?: boolean;
  /** True where operations and flows cannot stand beside each other. */
  readonly oneTable?: boolean;
  /** For a file that is made of what was written, not of its bytes. */
  file?(path: string): Promise<Destination>;
}
