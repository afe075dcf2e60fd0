/**
 * Runs the detectors over a capture, as `cofferdam detect` does.
 *
 * @module
 */

import { Detector } from '../../src/detect/detector.ts';
import { Known } from '../../src/detect/known.ts';
import { DEFAULT_TUNING, type Tuning } from '../../src/detect/tuning.ts';
import type { Current } from '../../src/monitor/current.ts';
import { Inspection } from '../../src/monitor/inspection.ts';
import { readAll } from '../../src/monitor/read-all.ts';
import type { Finding } from '../../src/operation/finding.ts';
import type { Operation, Sink } from '../../src/operation/operation.ts';
import type { SegmentSink } from '../../src/packet/traffic.ts';
import { PROTOCOLS } from '../../src/protocol/registry.ts';

export interface Seen {
  readonly findings: readonly Finding[];
  readonly operations: number;
  /** Seconds of control traffic; silence counts up to a minute. */
  readonly observed: number;
}

/** What the detectors find in the captures, read as one record. */
export async function look(
  files: readonly string[],
  known: Known = new Known(DEFAULT_TUNING.learning),
  tuning: Tuning = DEFAULT_TUNING,
): Promise<Seen> {
  const before = known.observed;
  let detector: Detector | undefined;
  await inspect(files, current => {
    detector = new Detector({ protocols: PROTOCOLS, current, tuning, known });
    return detector;
  });
  detector!.finish();
  const { grouping, operations } = detector!;
  return { findings: grouping.findings(), operations, observed: known.observed - before };
}

/** What is found in the second half of a capture when the first is learned; `observed` is the second half. */
export async function lookHalf(file: string, observed: number): Promise<Seen> {
  const tuning = { ...DEFAULT_TUNING, learning: observed / 2 };
  const seen = await look([file], new Known(tuning.learning), tuning);
  return { ...seen, observed: observed / 2 };
}

/** What is known when only the operations of one client were seen. */
export async function learnClient(file: string, client: string): Promise<Known> {
  const learned = new Known(Number.POSITIVE_INFINITY);
  await inspect([file], current => {
    const detector = new Detector({ protocols: PROTOCOLS, current, tuning: DEFAULT_TUNING, known: learned });
    return {
      operation: (op: Operation) => {
        if (current.session.clientAddress === client) detector.operation(op);
      },
    };
  });
  const known = new Known(0, true);
  for (const [key, pair] of learned.pairs) known.pairs.set(key, pair);
  return known;
}

async function inspect(
  files: readonly string[],
  sink: (current: Current) => Sink & { readonly segments?: SegmentSink },
): Promise<void> {
  const inspection = new Inspection({
    protocols: PROTOCOLS,
    tap: current => {
      const operations = sink(current);
      return operations.segments === undefined
        ? { operations }
        : { operations, segments: operations.segments };
    },
  });
  const problems = await readAll(inspection, files);
  if (problems.length > 0) throw new Error(problems.join('\n'));
  inspection.finish();
}
