/**
 * A thread of its own for a {@link Lookout}.
 *
 * @module
 */

import { parentPort, workerData } from 'node:worker_threads';
import type { Batch } from '../output/record-log.ts';
import { Lookout, type LookoutOptions, type LookoutReport } from './lookout.ts';

/** What it is told, and what it answers. */
export type Order = 'run' | 'report' | 'report all' | 'stop';
export type Answer =
  | { readonly kind: 'ready' }
  | { readonly kind: 'lines'; readonly log: number; readonly batch: Batch; readonly reached: number }
  | { readonly kind: 'report' | 'end'; readonly report: LookoutReport };

const port = parentPort!;
const answer = (it: Answer): void => port.postMessage(it);
const stop = new AbortController();
const lookout = new Lookout(workerData as LookoutOptions, (log, batch, reached) =>
  port.postMessage({ kind: 'lines', log, batch, reached } satisfies Answer, buffersOf(batch)),
);

/** They are a copy already, and go over as they are; what has none is shared by all. */
function buffersOf({ bytes, numbers, ends }: Batch): ArrayBuffer[] {
  if (bytes.length === 0) return [];
  return [bytes, numbers, ends].map(({ buffer }) => buffer as ArrayBuffer);
}

port.on('message', (order: Order) => {
  if (order === 'report' || order === 'report all') {
    answer({ kind: 'report', report: lookout.report(order === 'report all') });
  } else if (order === 'stop') stop.abort();
  else void run();
});
await lookout.open();
answer({ kind: 'ready' });

async function run(): Promise<void> {
  await lookout.run(stop.signal);
  const report = await lookout.finish();
  answer({ kind: 'end', report });
  port.close();
}
