/**
 * Reads captures one after the other. What is wrong with one of them does not keep the others from being read.
 *
 * @module
 */

import type { Progress, ReadOptions } from '../packet/capture.ts';
import { CaptureError } from '../packet/capture-error.ts';
import { openSource } from '../packet/source.ts';
import type { Inspection } from './inspection.ts';

/** How far a reading has come: bytes and packets of all captures so far, and the size of the one that is being read. */
export type ReadingProgress = Progress;

/** Resolves to one line for each capture that could not be read to its end. */
export async function readAll(
  inspection: Inspection,
  files: readonly string[],
  options: ReadOptions = {},
): Promise<string[]> {
  const problems: string[] = [];
  // Of the captures before: what is told of the reading as a whole.
  let bytes = 0;
  let packets = 0;
  for (const file of files) {
    if (options.signal?.aborted === true) break;
    const source = await openSource(file);
    let last = { bytes: 0, packets: 0 };
    const { afterChunk } = options;
    const counted: ReadOptions =
      afterChunk === undefined
        ? options
        : {
            ...options,
            afterChunk: progress => {
              last = progress;
              return afterChunk({
                size: progress.size,
                bytes: bytes + progress.bytes,
                packets: packets + progress.packets,
              });
            },
          };
    try {
      await inspection.read(source, counted);
    } catch (error) {
      if (!(error instanceof CaptureError)) throw error;
      problems.push(error.message);
    }
    bytes += last.bytes;
    packets += last.packets;
  }
  return problems;
}
