/**
 * Recorded captures for the tests that read some. They are not part of the repository: the environment variable
 * COFFERDAM_CAPTURES names their folder, in which each protocol has one of its own, and `truth/` what tshark counts.
 *
 * @module
 */

import { existsSync } from 'node:fs';
import { join } from 'node:path';

const NAMED = process.env.COFFERDAM_CAPTURES;
const FOLDER = NAMED ?? join(import.meta.dirname, '../../shared/captures');

if (NAMED !== undefined && !existsSync(NAMED)) {
  throw new Error(`COFFERDAM_CAPTURES=${NAMED}: no such folder; name that of the captures, or unset it`);
}

/** Path of a capture, or of a folder of captures, by its name below the folder of all. */
export function capturePath(name = '.'): string {
  return join(FOLDER, name);
}

/** Why a test that reads it is skipped, or false where it is there: the value of node:test's `skip`. */
export function withoutCapture(name = '.'): string | false {
  const path = capturePath(name);
  return existsSync(path) ? false : `no ${path}; set COFFERDAM_CAPTURES to a folder that has it`;
}
