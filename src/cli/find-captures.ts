/**
 * Tells of a capture's name that is wrong before those named before it are read for hours.
 *
 * @module
 */

import { constants } from 'node:fs';
import { access, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { UsageError } from './command.ts';

/** Throws where one of `files` cannot be read or is a folder; `-` is standard input. */
export async function findCaptures(files: readonly string[]): Promise<void> {
  for (const file of files) {
    if (file === '-') continue;
    await access(file, constants.R_OK);
    if ((await stat(file)).isDirectory()) {
      throw new UsageError(
        `${file}: is a folder; name the captures in it, for example ${join(file, '*.pcap')}`,
      );
    }
  }
}
