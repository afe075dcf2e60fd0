/**
 * The formats that records can be written in. A further one is a file here and a line in the list.
 *
 * @module
 */

import { eve } from './eve.ts';
import type { Format } from './format.ts';
import { ndjson } from './ndjson.ts';
import { ocsf } from './ocsf.ts';
import { parquet } from './parquet.ts';
import { text } from './text.ts';
import { zeek } from './zeek/zeek.ts';

export const FORMATS: readonly Format[] = [text, ndjson, eve, zeek, ocsf, parquet];

/** Format by its name, or undefined. */
export function formatNamed(name: string): Format | undefined {
  return FORMATS.find(format => format.name === name);
}
