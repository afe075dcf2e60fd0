/**
 * A worker thread: reads the captures whole, and looks at its own share of the hosts.
 *
 * @module
 */

import { parentPort, workerData } from 'node:worker_threads';
import { PROTOCOLS } from '../protocol/registry.ts';
import type { Current } from './current.ts';
import { Inspection, type Tap } from './inspection.ts';
import type { Recording } from './output/recording.ts';
import { type ReadingProgress, readAll } from './read-all.ts';
import type { Job, Order, Report } from './workers.ts';

/** Reports that may be on their way before the worker waits: what it wrote must not pile up. */
const MAX_UNDER_WAY = 4;

/** Bytes read between two reports: a message to another thread costs as much as a hundred packets. */
const REPORT_EVERY = 1 << 20;
const REPORT_SUMMARY_EVERY = 8 << 20;

const { files, share, digest, writing } = workerData as Job;
const every = writing === undefined ? REPORT_SUMMARY_EVERY : REPORT_EVERY;
const port = parentPort!;
const stop = new AbortController();
let recording: Recording | undefined;
let underWay = 0;
let reported = 0;
let taken: (() => void) | undefined;

port.on('message', (order: Order) => {
  if (order.kind === 'stop') stop.abort();
  else {
    underWay--;
    for (const [log, buffer] of order.buffers.entries()) {
      if (buffer !== undefined) recording?.spare(log, buffer);
    }
  }
  taken?.();
});

const record = writing === undefined ? undefined : await recorder(writing);
const inspection = new Inspection({ protocols: PROTOCOLS, share, digest, tap });
const problems = await readAll(inspection, files, { signal: stop.signal, afterChunk });
const summary = inspection.finish();
recording?.finish();
await report(undefined);
port.postMessage({ kind: 'result', summary, problems } satisfies Report);
port.close();

/** What writes: loaded by those who do. */
async function recorder({ format: name, ...wanted }: NonNullable<Job['writing']>) {
  const { formatNamed } = await import('./output/formats.ts');
  const { Recording } = await import('./output/recording.ts');
  const format = formatNamed(name)!;
  return (current: Current) =>
    new Recording({ ...wanted, format, protocols: PROTOCOLS, current, order: 'number' });
}

function tap(current: Current): Tap {
  recording = record?.(current);
  return recording?.tap ?? {};
}

/** (No promise where nothing is to be sent: it would be garbage.) */
function afterChunk(progress: ReadingProgress): Promise<void> | void {
  if (progress.bytes - reported < every) return;
  reported = progress.bytes;
  return report(progress);
}

/** Sends what was written, and waits where too much of it was not taken yet. */
async function report(progress: ReadingProgress | undefined): Promise<void> {
  const batches = recording?.take() ?? [];
  const transfer = batches.filter(({ bytes }) => bytes.length > 0).map(({ bytes }) => bytes.buffer);
  const upTo = progress === undefined ? Number.POSITIVE_INFINITY : inspection.number;
  underWay++;
  port.postMessage({ kind: 'records', batches, upTo, progress } satisfies Report, transfer);
  while (underWay >= MAX_UNDER_WAY && !stop.signal.aborted) {
    const { promise, resolve } = Promise.withResolvers<void>();
    taken = resolve;
    await promise;
  }
}
