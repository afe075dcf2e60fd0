/**
 * Reading captures with several worker threads. Each reads them whole and keeps the packets of its share of the
 * hosts, so that no packet passes between threads: only what they write, which is put into the order of the reading
 * here, and the summaries at the end.
 *
 * @module
 */

import { randomInt } from 'node:crypto';
import { Worker } from 'node:worker_threads';
import type { Share } from '../packet/share.ts';
import type { ByteSource } from '../packet/source.ts';
import type { Destination, Format } from './output/format.ts';
import { Merge } from './output/merge.ts';
import type { Batch } from './output/record-log.ts';
import type { Wanted } from './output/recording.ts';
import type { ReadingProgress } from './read-all.ts';
import { mergeSummaries, type Summary } from './summary.ts';

/** What is to be written by whom. */
export interface Writing extends Wanted {
  readonly format: Format;
  readonly to: Destination;
}

export interface Reading {
  readonly files: readonly string[];
  /** Makes a digest of all operations. */
  readonly digest: boolean;
  /** Absent where the summary is all that is wanted. */
  readonly writing?: Writing;
  readonly signal: AbortSignal;
  readonly progress?: (progress: ReadingProgress) => void;
  /** What is read instead of the files, as it comes; by one worker only. */
  readonly followed?: AsyncIterable<ByteSource>;
  /** Is told at once what is wrong with a capture. */
  readonly onProblem?: (problem: string) => void;
}

/** What a worker is to do. */
export interface Job {
  readonly files: readonly string[];
  readonly digest: boolean;
  readonly share: Share;
  readonly writing?: Wanted & { readonly format: string };
}

/** What a worker says: what it wrote since the last time; in the end, what it saw. */
export type Report =
  | {
      readonly kind: 'records';
      readonly batches: readonly Batch[];
      /** All records of the packets up to this one were sent. */
      readonly upTo: number;
      readonly progress: ReadingProgress | undefined;
    }
  | ({ readonly kind: 'result' } & Result);

/** What a worker is told: to stop, or that records were taken, with their buffers by log. */
export type Order =
  | { readonly kind: 'stop' }
  | { readonly kind: 'taken'; readonly buffers: readonly (ArrayBuffer | undefined)[] };

export interface Result {
  readonly summary: Summary;
  /** One line for each capture that could not be read to its end. */
  readonly problems: readonly string[];
}

// The file's name differs between the sources and the published package, where it is not rewritten.
const WORKER = new URL(import.meta.url.endsWith('.ts') ? './worker.ts' : './worker.js', import.meta.url);

export async function inspectInWorkers(reading: Reading, count: number): Promise<Result> {
  const together = new Together(reading, count);
  const seed = randomInt(2 ** 31);
  const shares = Array.from({ length: count }, (_, index) => ({ index, count, seed }));
  const workers: Worker[] = [];
  const results = await Promise.all(shares.map(share => inspect(reading, share, together, workers))).catch(
    async (error: unknown) => {
      // What one of them meets ends the reading: the others would wait for ever until they are heard.
      await Promise.all(workers.map(worker => worker.terminate()));
      throw error;
    },
  );
  await together.end();
  return {
    summary: mergeSummaries(results.map(({ summary }) => summary)),
    // All of them met the same.
    problems: results[0]?.problems ?? [],
  };
}

function inspect(reading: Reading, share: Share, together: Together, workers: Worker[]): Promise<Result> {
  const { files, digest, writing, signal } = reading;
  const job: Job = {
    files,
    digest,
    share,
    ...(writing === undefined
      ? {}
      : {
          writing: { format: writing.format.name, operations: writing.operations, flows: writing.flows },
        }),
  };
  return new Promise((resolve, reject) => {
    const worker = new Worker(WORKER, { workerData: job });
    workers.push(worker);
    const order = (what: Order, transfer: ArrayBuffer[] = []) => worker.postMessage(what, transfer);
    const stop = () => order({ kind: 'stop' });
    signal.addEventListener('abort', stop);
    if (signal.aborted) stop();
    worker.on('message', (report: Report) => {
      if (report.kind === 'result') resolve(report);
      else together.add(share.index, report, order).catch(reject);
    });
    worker.once('error', reject);
    worker.once('exit', code => {
      signal.removeEventListener('abort', stop);
      reject(new Error(`a worker ended with code ${code} before its result`));
    });
  });
}

type Tell = (order: Order, transfer?: ArrayBuffer[]) => void;

/** What all workers wrote, on its way to where it goes. */
class Together {
  readonly #reading: Reading;
  readonly #merges: readonly Merge[];
  readonly #progress: (ReadingProgress | undefined)[] = [];
  readonly #workers: number;
  #draining: Promise<void> | undefined;
  #more = false;

  constructor(reading: Reading, workers: number) {
    this.#reading = reading;
    this.#workers = workers;
    this.#merges = (reading.writing?.format.logs ?? []).map(() => new Merge(workers));
  }

  /** Resolves when what can be written so far is written. */
  add(worker: number, report: Report & { kind: 'records' }, tell: Tell): Promise<void> {
    const { batches, upTo, progress } = report;
    this.#tellProgress(worker, progress);
    const buffers: (ArrayBuffer | undefined)[] = [];
    // One more than there are batches, as long as they are being handed on: there may be none.
    let left = batches.length + 1;
    const done = () => {
      left--;
      const all = buffers.filter(buffer => buffer !== undefined);
      if (left === 0) tell({ kind: 'taken', buffers }, all);
    };
    for (const [log, batch] of batches.entries()) {
      const taken = () => {
        if (batch.bytes.length > 0) buffers[log] = batch.bytes.buffer;
        done();
      };
      this.#merges[log]!.add(worker, batch, taken);
      this.#merges[log]!.advance(worker, upTo + 1);
    }
    done();
    return this.#drain();
  }

  /** All workers are done: writes the rest. */
  async end(): Promise<void> {
    for (const merge of this.#merges) {
      for (let worker = 0; worker < this.#workers; worker++) merge.advance(worker, Number.POSITIVE_INFINITY);
    }
    await this.#drain();
  }

  /** One at a time; what comes meanwhile is written by the one under way. */
  #drain(): Promise<void> {
    this.#more = true;
    this.#draining ??= this.#drainAll();
    return this.#draining;
  }

  async #drainAll(): Promise<void> {
    try {
      while (this.#more) {
        this.#more = false;
        for (const [log, merge] of this.#merges.entries())
          await merge.drain(bytes => this.#write(log, bytes));
      }
    } finally {
      this.#draining = undefined;
    }
  }

  #write(log: number, bytes: Uint8Array): Promise<void> | void {
    return this.#reading.writing?.to.write(log, bytes);
  }

  /** The one that is furthest behind tells how far the reading has come. */
  #tellProgress(worker: number, progress: ReadingProgress | undefined): void {
    this.#progress[worker] = progress ?? this.#progress[worker];
    const known = this.#progress.filter(one => one !== undefined);
    if (known.length < this.#workers) return;
    const last = known.reduce((least, one) => (one.bytes < least.bytes ? one : least));
    this.#reading.progress?.(last);
  }
}
