/**
 * The formats that records can be written in. A further one is a file here and a line in the list.
 *
 * @module
 */

import type { Format } from './format.ts';
import { ndjson } from './ndjson.ts';
import { text } from './text.ts';

export const FORMATS: readonly Format[] = [text, ndjson];

/** Format by its name, or undefined. */
export function formatNamed(name: string): Format | undefined {
  return FORMATS.find(format => format.name === name);
}
