/**
 * Reading captures in this thread.
 *
 * @module
 */

import { PROTOCOLS } from '../protocol/registry.ts';
import type { Current } from './current.ts';
import { Inspection, type Tap } from './inspection.ts';
import { Recording } from './output/recording.ts';
import { readAll } from './read-all.ts';
import type { Reading, Result } from './workers.ts';

export async function inspectHere(reading: Reading): Promise<Result> {
  const { files, followed, digest, writing, signal, progress, onProblem } = reading;
  let recording: Recording | undefined;
  const tap = (current: Current): Tap => {
    if (writing === undefined) return {};
    recording = new Recording({ ...writing, protocols: PROTOCOLS, current });
    return recording.tap;
  };
  const flush = async () => {
    if (writing !== undefined) await recording?.flush(writing.to);
  };
  const inspection = new Inspection({ protocols: PROTOCOLS, digest, tap });
  const problems = await readAll(inspection, followed ?? files, {
    signal,
    ...(onProblem === undefined ? {} : { onProblem }),
    afterChunk: async reached => {
      progress?.(reached);
      await flush();
    },
  });
  const summary = inspection.finish();
  recording?.finish();
  await flush();
  return { summary, problems };
}
