/**
 * The file that a command writes what it learned to, and reads it from. It is looked at before anything is read, so that
 * a slip of the hand costs neither a capture nor what was learned before.
 *
 * @module
 */

import { constants } from 'node:fs';
import { access, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { readBounded, writeDurably } from '../program/durable-file.ts';
import { UsageError } from './command.ts';

/** A file larger than this is no baseline and no profile, bytes. */
const LARGEST = 256 * 2 ** 20;

export interface LearnedFile {
  readonly path: string;
  /** What it holds, for messages: `baseline`. */
  readonly kind: string;
  /** Files that the command reads; `-` is standard input. */
  readonly inputs: readonly string[];
  /** Reads the text of such a file; throws where it is none. */
  readonly parse: (text: string, file: string) => object;
}

/**
 * Whether one is there already, to be replaced. Throws a {@link UsageError} where the file is one of the inputs, is
 * there and is something else, or could not be made.
 */
export async function findLearned({ path, kind, inputs, parse }: LearnedFile): Promise<boolean> {
  const folder = dirname(path);
  const place = await stat(folder).catch(() => undefined);
  if (place?.isDirectory() !== true) {
    throw new UsageError(`${path}: there is no folder ${folder}; make it, or choose another name`);
  }
  await access(folder, constants.W_OK).catch(() => {
    throw new UsageError(`${folder}: permission denied; the ${kind} cannot be written there`);
  });
  const there = await stat(path).catch(() => undefined);
  if (there === undefined) return false;
  if (there.isDirectory()) throw new UsageError(`${path}: is a folder; name a file for the ${kind}`);
  for (const input of inputs) {
    const read = input === '-' ? undefined : await stat(input).catch(() => undefined);
    if (read?.ino === there.ino && read.dev === there.dev) {
      throw new UsageError(
        `${path}: is read, and would be written over; choose another name for the ${kind}`,
      );
    }
  }
  const good = there.isFile() && (await loadLearned(path, parse).catch(() => undefined));
  if (good) return true;
  throw new UsageError(
    `${path}: is there and is no ${kind}; choose another name, or move it away if it is not needed`,
  );
}

/** What the file holds, as `parse` reads its text. Never more is read than such a file can have. */
export async function loadLearned<T>(path: string, parse: (text: string, file: string) => T): Promise<T> {
  return parse((await readBounded(path, LARGEST)).toString('utf8'), path);
}

/** Writes the file whole or not at all. */
export function saveLearned(path: string, text: string): Promise<void> {
  return writeDurably(path, text);
}

/** Why what was learned from captures that could not be read to their end is not written over an earlier one. */
export function keptMessage(path: string, kind: string): string {
  return (
    `${path}: the ${kind} that is there stays, for not all was read; ` +
    'choose another name to have what was learned from the rest'
  );
}
