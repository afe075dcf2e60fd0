/**
 * The threads that watch: one lookout in this thread, or several in threads of their own.
 *
 * @module
 */

import { Worker } from 'node:worker_threads';
import { mergeSummaries } from '../summary.ts';
import { InOrderByLog } from './in-order-by-log.ts';
import { Lookout, type LookoutOptions, type LookoutReport, type Print } from './lookout.ts';
import type { Answer, Order } from './lookout-worker.ts';

export interface Crew {
  /** Reads from now on; rejects where a thread fails. */
  run(): Promise<void>;
  /** What there was so far; `held`: with what was collected. */
  report(held: boolean): Promise<LookoutReport>;
  /** Reads what the kernel still has, and ends; what there was, with what was collected. */
  stop(): Promise<LookoutReport>;
  /** Ends at once, where something failed. */
  abandon(): Promise<void>;
}

/** `print` is handed what operations are printed as, in pieces of whole lines of a log. */
export async function muster(
  lookouts: readonly Omit<LookoutOptions, 'alone'>[],
  print: (lines: Uint8Array, log: number) => void,
): Promise<Crew> {
  const [only, ...others] = lookouts;
  if (only === undefined) throw new RangeError('nobody looks out');
  if (others.length === 0) return await here({ ...only, alone: false }, print);
  const inOrder = new InOrderByLog(lookouts.length, print);
  const mustered = await Promise.allSettled(
    lookouts.map((options, index) =>
      thread({ ...options, alone: true }, (log, batch, reached) => inOrder.add(index, log, batch, reached)),
    ),
  );
  const hands = mustered.flatMap(it => (it.status === 'fulfilled' ? [it.value] : []));
  const abandon = async () => {
    await Promise.all(hands.map(hand => hand.abandon()));
  };
  const failed = mustered.find(it => it.status === 'rejected');
  if (failed !== undefined) {
    await abandon();
    throw failed.reason;
  }
  const all = async (of: (hand: Crew) => Promise<LookoutReport>) => merge(await Promise.all(hands.map(of)));
  return {
    run: async () => {
      await Promise.all(hands.map(hand => hand.run()));
    },
    report: held => all(hand => hand.report(held)),
    stop: async () => {
      const report = await all(hand => hand.stop());
      await inOrder.end();
      return report;
    },
    abandon,
  };
}

async function here(options: LookoutOptions, print: (lines: Uint8Array, log: number) => void): Promise<Crew> {
  const lookout = new Lookout(options, (log, { bytes }) => print(bytes, log));
  await lookout.open();
  const stopped = new AbortController();
  let running: Promise<void> | undefined;
  return {
    run: () => {
      running = lookout.run(stopped.signal);
      return running;
    },
    report: async held => lookout.report(held),
    stop: async () => {
      stopped.abort();
      await running;
      return await lookout.finish();
    },
    abandon: async () => stopped.abort(),
  };
}

// The file's name differs between the sources and the published package, where it is not rewritten.
const WORKER = new URL(
  import.meta.url.endsWith('.ts') ? './lookout-worker.ts' : './lookout-worker.js',
  import.meta.url,
);

async function thread(options: LookoutOptions, print: Print): Promise<Crew> {
  const worker = new Worker(WORKER, { workerData: options });
  const order = (it: Order) => worker.postMessage(it);
  const ready = Promise.withResolvers<void>();
  const ended = Promise.withResolvers<LookoutReport>();
  let asked: PromiseWithResolvers<LookoutReport>[] = [];
  worker.on('message', (answer: Answer) => {
    if (answer.kind === 'lines') print(answer.log, answer.batch, answer.reached);
    else if (answer.kind === 'ready') ready.resolve();
    else if (answer.kind === 'report') asked.shift()?.resolve(answer.report);
    else {
      ended.resolve(answer.report);
      for (const question of asked) question.resolve(answer.report);
      asked = [];
    }
  });
  const fail = (why: unknown) => {
    ready.reject(why);
    ended.reject(why);
    for (const question of asked) question.reject(why);
  };
  worker.once('error', fail);
  worker.once('exit', code => fail(new Error(`a thread ended with code ${code} before its report`)));
  // Whoever waits hears of it; before, there is nobody to hear.
  ended.promise.catch(() => {});
  await ready.promise;
  return {
    run: async () => {
      order('run');
      await ended.promise;
    },
    report: held => {
      const question = Promise.withResolvers<LookoutReport>();
      asked.push(question);
      order(held ? 'report all' : 'report');
      return question.promise;
    },
    stop: () => {
      order('stop');
      return ended.promise;
    },
    abandon: async () => {
      await worker.terminate();
    },
  };
}

function merge(reports: readonly LookoutReport[]): LookoutReport {
  const [first, ...rest] = reports;
  const { held: _, ...counts } = first!;
  const whole = structuredClone(counts);
  for (const report of rest) {
    add(whole.kernel, report.kernel);
    add(whole.ring, report.ring);
    add(whole.seen, report.seen);
    if (whole.recorded !== undefined && report.recorded !== undefined) {
      add(whole.recorded, report.recorded);
      whole.recorded.problem ||= report.recorded.problem;
    }
  }
  const held = reports.flatMap(report => report.held ?? []);
  return {
    ...whole,
    summary: mergeSummaries(reports.map(({ summary }) => summary)),
    ...(held.length === 0 ? {} : { held }),
  };
}

/** Adds the numbers of `part`, and those of its lists, to those of `into`. */
function add(into: object, part: object): void {
  const sums = into as Record<string, unknown>;
  for (const [name, value] of Object.entries(part)) {
    if (typeof value === 'number') sums[name] = (sums[name] as number) + value;
    else if (Array.isArray(value)) add(sums[name] as object, value);
  }
}
