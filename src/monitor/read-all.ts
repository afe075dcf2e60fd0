/**
 * Reads captures one after the other. What is wrong with one of them does not keep the others from being read.
 *
 * @module
 */

import type { ReadOptions } from '../packet/capture.ts';
import { CaptureError } from '../packet/capture-error.ts';
import { openSource } from '../packet/source.ts';
import type { Inspection } from './inspection.ts';

/** Resolves to one line for each capture that could not be read to its end. */
export async function readAll(
  inspection: Inspection,
  files: readonly string[],
  options: ReadOptions = {},
): Promise<string[]> {
  const problems: string[] = [];
  for (const file of files) {
    if (options.signal?.aborted === true) break;
    const source = await openSource(file);
    try {
      await inspection.read(source, options);
    } catch (error) {
      if (!(error instanceof CaptureError)) throw error;
      problems.push(error.message);
    }
  }
  return problems;
}
