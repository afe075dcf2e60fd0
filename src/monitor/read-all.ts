/**
 * Reads captures one after the other. What is wrong with one of them does not keep the others from being read.
 *
 * @module
 */

import type { Progress, ReadOptions } from '../packet/capture.ts';
import { CaptureError } from '../packet/capture-error.ts';
import { type ByteSource, openSource } from '../packet/source.ts';
import type { Inspection } from './inspection.ts';

export interface ReadAllOptions extends ReadOptions {
  /** Is told at once what is wrong with a capture, where the end of all may be far. */
  readonly onProblem?: (problem: string) => void;
}

/** How far a reading has come: bytes and packets of all captures so far, and the size of the one that is being read. */
export type ReadingProgress = Progress;

/** Reads files, or sources as they come. Resolves to one line for each capture that could not be read to its end. */
export async function readAll(
  inspection: Inspection,
  captures: readonly string[] | AsyncIterable<ByteSource>,
  options: ReadAllOptions = {},
): Promise<string[]> {
  const problems: string[] = [];
  // Of the captures before: what is told of the reading as a whole.
  let bytes = 0;
  let packets = 0;
  for await (const capture of captures) {
    const source = typeof capture === 'string' ? await openSource(capture) : capture;
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
      options.onProblem?.(error.message);
    }
    bytes += last.bytes;
    packets += last.packets;
    if (options.signal?.aborted === true) break;
  }
  return problems;
}
