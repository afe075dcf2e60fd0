/**
 * Finds the captures that are named, and tells of a name that is wrong before those named before it are read for hours.
 *
 * @module
 */

import { constants } from 'node:fs';
import { access } from 'node:fs/promises';
import { filesOf, listCaptures, passedOver } from '../packet/capture-list.ts';
import { follow } from '../packet/follow.ts';
import type { ByteSource } from '../packet/source.ts';
import { UsageError } from './command.ts';

/**
 * The captures that `names` stand for, in order: files for themselves, folders and patterns for the captures that are in
 * them, by the time of their first packets; `-` is standard input. Throws where one cannot be read, or stands for none.
 */
export async function findCaptures(names: readonly string[]): Promise<readonly string[]> {
  const found: string[] = [];
  for (const name of names) {
    const files = name === '-' ? undefined : await filesOf(name);
    if (files === undefined) {
      if (name !== '-') await access(name, constants.R_OK);
      found.push(name);
      continue;
    }
    const { captures, others } = await listCaptures(files);
    if (captures.length === 0) {
      throw new UsageError(
        `${name}: has no captures in it; folders within are not looked into, but by a pattern such as 'DIR/**/*.pcap'`,
      );
    }
    if (others.length > 0) console.error(`cofferdam: ${passedOver(name, others)}`);
    found.push(...captures);
  }
  return found;
}

/** The same captures while they are being written, until the signal: {@link follow}. */
export async function followCaptures(
  names: readonly string[],
  signal: AbortSignal,
): Promise<AsyncIterable<ByteSource>> {
  for (const name of names) {
    if (name !== '-' && (await filesOf(name)) === undefined) await access(name, constants.R_OK);
  }
  return follow(names, signal, text => console.error(`cofferdam: ${text}`));
}
