/**
 * One target, run by a thread of its own, under watch: the case that is being run lies in memory that the watcher sees,
 * so that one that hangs, or takes the thread down, is known too.
 *
 * @module
 */

import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import { type Case, formatCase, parseCase } from './case.ts';
import { type Failure, type FuzzResult, fuzz } from './engine.ts';
import { targetNamed } from './targets.ts';

export interface Job {
  readonly target: string;
  readonly seed: number;
  readonly runs?: number;
  readonly seconds?: number;
  readonly captures: boolean;
}

interface Report {
  readonly result: Omit<FuzzResult, 'failure'>;
  readonly failure?: { readonly parts: string; readonly message: string; readonly stack: string };
}

/** Bytes in which a case is shown: its length, then itself as text. */
const SHOWN = 1 << 20;
/** Words before it: cases begun, length of the text. */
const HEAD = 8;
/** Seconds that a single case may take before it is said to hang. */
const HANG = 20;

/** Runs a job to its end. */
export async function runJob(job: Job): Promise<FuzzResult> {
  const shown = new SharedArrayBuffer(HEAD + SHOWN);
  const worker = new Worker(new URL(import.meta.url), { workerData: { job, shown } });
  const head = new Int32Array(shown, 0, 2);
  const { promise, resolve } = Promise.withResolvers<FuzzResult>();
  let before = -1;
  const begun = () => ({ cases: head[0]!, runs: 0, mutated: 0 });
  const stop = (message: string) => {
    void worker.terminate();
    resolve({ ...begun(), failure: { parts: caseIn(shown, head[1]!), error: new Error(message) } });
  };
  const watch = setInterval(() => {
    // Before the first case seeds are read, which may take its time.
    if (head[0] === before && before > 0) stop(`a case took longer than ${HANG} seconds`);
    before = head[0]!;
  }, HANG * 1000);
  worker.once('error', error => stop(error instanceof Error ? error.message : String(error)));
  worker.once('message', ({ result, failure }: Report) => {
    if (failure === undefined) resolve({ ...result, failure: undefined });
    else {
      const error = Object.assign(new Error(failure.message), { stack: failure.stack });
      resolve({ ...result, failure: { parts: parseCase(failure.parts), error } });
    }
  });
  const result = await promise;
  clearInterval(watch);
  return result;
}

function caseIn(shown: SharedArrayBuffer, length: number): Case {
  return parseCase(Buffer.from(new Uint8Array(shown, HEAD, length)).toString('latin1'));
}

if (!isMainThread && workerData?.job !== undefined) {
  const { job, shown } = workerData as { job: Job; shown: SharedArrayBuffer };
  const head = new Int32Array(shown, 0, 2);
  const text = Buffer.from(shown, HEAD, SHOWN);
  const { runs, seconds } = job;
  const { failure, ...result } = await fuzz(targetNamed(job.target)!, {
    seed: job.seed,
    captures: job.captures,
    ...(runs === undefined ? {} : { runs }),
    ...(seconds === undefined ? {} : { until: performance.now() + seconds * 1000 }),
    watch: parts => {
      head[1] = text.write(formatCase(parts, false), 'latin1');
      head[0]!++;
    },
  });
  const told = failure && tell(failure);
  parentPort!.postMessage({ result, ...(told === undefined ? {} : { failure: told }) } satisfies Report);
}

function tell({ parts, error }: Failure): NonNullable<Report['failure']> {
  return { parts: formatCase(parts, false), message: error.message, stack: error.stack ?? '' };
}
