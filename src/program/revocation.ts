/**
 * The note in the permit store that takes a permit back.
 *
 * @module
 */

import { stat } from 'node:fs/promises';
import { readRegular } from './durable-file.ts';
import { plainText } from './plain-text.ts';
import { objectOf, parseJson } from './strict-json.ts';
import type { Revocation } from './why-not.ts';

const MAX_LENGTH = 1 << 16;

/**
 * The revocation in a file, or undefined where there is no such file. A file that cannot be read revokes as well: taking
 * a permit back must not depend on the note being well written.
 */
export async function readRevocation(path: string): Promise<Revocation | undefined> {
  try {
    const fields = objectOf(parseJson(await readRegular(path, MAX_LENGTH)), 'it', ['by', 'time', 'reason']);
    const time = Date.parse(plain(fields.time));
    return { by: plain(fields.by), reason: plain(fields.reason), time: Number.isNaN(time) ? 0 : time };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    const { mtimeMs } = await stat(path);
    return { by: 'somebody', time: Math.floor(mtimeMs), reason: 'the note about it cannot be read' };
  }
}

function plain(value: unknown): string {
  return plainText(String(value));
}
