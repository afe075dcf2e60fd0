/**
 * Reading captures with several worker threads. Each reads them whole and keeps the packets of its share of the
 * hosts, so that nothing passes between threads but the summaries at the end.
 *
 * @module
 */

import { randomInt } from 'node:crypto';
import { Worker } from 'node:worker_threads';
import type { Share } from '../packet/traffic.ts';
import { mergeSummaries, type Summary } from './summary.ts';

/** What a worker is to do, and what it answers. */
export interface Job {
  readonly files: readonly string[];
  readonly digest: boolean;
  readonly share: Share;
}

export interface Result {
  readonly summary: Summary;
  /** One line for each capture that could not be read to its end. */
  readonly problems: readonly string[];
}

// The file's name differs between the sources and the published package, where it is not rewritten.
const WORKER = new URL(import.meta.url.endsWith('.ts') ? './worker.ts' : './worker.js', import.meta.url);

export async function inspectInWorkers(
  files: readonly string[],
  count: number,
  digest: boolean,
  signal: AbortSignal,
): Promise<Result> {
  const seed = randomInt(2 ** 31);
  const jobs = Array.from({ length: count }, (_, index) =>
    inspect({ files, digest, share: { index, count, seed } }, signal),
  );
  const results = await Promise.all(jobs);
  return {
    summary: mergeSummaries(results.map(({ summary }) => summary)),
    // All of them met the same.
    problems: results[0]?.problems ?? [],
  };
}

function inspect(job: Job, signal: AbortSignal): Promise<Result> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(WORKER, { workerData: job });
    const stop = () => worker.postMessage('stop');
    signal.addEventListener('abort', stop);
    worker.once('message', (result: Result) => resolve(result));
    worker.once('error', reject);
    worker.once('exit', code => {
      signal.removeEventListener('abort', stop);
      reject(new Error(`a worker ended with code ${code} before its result`));
    });
  });
}
