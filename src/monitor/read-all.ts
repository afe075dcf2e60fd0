/**
 * Reads captures one after the other. What is wrong with one of them does not keep the others from being read.
 *
 * @module
 */

import type { ReadOptions } from '../packet/capture.ts';
import { CaptureError } from '../packet/capture-error.ts';
import { type ByteSource, openSource } from '../packet/source.ts';
import type { Inspection } from './inspection.ts';

export interface ReadAllOptions extends ReadOptions {
  /** Is told at once what is wrong with a capture, where the end of all may be far. */
  readonly onProblem?: (problem: string) => void;
}

/** Reads files, or sources as they come. Resolves to one line for each capture that could not be read to its end. */
export async function readAll(
  inspection: Inspection,
  captures: readonly string[] | AsyncIterable<ByteSource>,
  options: ReadAllOptions = {},
): Promise<string[]> {
  const problems: string[] = [];
  for await (const capture of captures) {
    const source = typeof capture === 'string' ? await openSource(capture) : capture;
    try {
      await inspection.read(source, options);
    } catch (error) {
      if (!(error instanceof CaptureError)) throw error;
      problems.push(error.message);
      options.onProblem?.(error.message);
    }
    if (options.signal?.aborted === true) break;
  }
  return problems;
}
