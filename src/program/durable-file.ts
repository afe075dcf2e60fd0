/**
 * Files that are there whole or not at all, whenever the power fails; and files from strangers, of bounded length.
 *
 * @module
 */

import { randomBytes } from 'node:crypto';
import { constants } from 'node:fs';
import { type FileHandle, open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { PermitError } from './permit-error.ts';

/** Ends of names of files that are being written. */
export const UNFINISHED = '.tmp';

/** What is written: as it is, or piece by piece, while other things go on. */
export type Content = Uint8Array | string | Iterable<string>;

/** Writes beside, flushes, renames, and flushes the folder: resolves when the file survives a power failure. */
export async function writeDurably(path: string, bytes: Content, mode = 0o644): Promise<void> {
  const beside = `${path}.${randomBytes(6).toString('hex')}${UNFINISHED}`;
  try {
    await createDurably(beside, bytes, mode);
    await rename(beside, path);
  } catch (error) {
    await rm(beside, { force: true });
    throw error;
  }
  await flushFolder(dirname(path));
}

/**
 * Makes a file that must not be there yet, and flushes it; its folder is not flushed. Throws `PermitError` where there is
 * no such folder.
 */
export async function createDurably(path: string, bytes: Content, mode = 0o644): Promise<void> {
  const file = await open(path, 'wx', mode).catch((error: NodeJS.ErrnoException) => {
    throw noFolder(path, error);
  });
  try {
    await file.writeFile(bytes);
    await file.sync();
  } finally {
    await file.close();
  }
}

/** What is told where `path` could not be made: that its folder is missing, where it is that. */
export function noFolder(path: string, error: NodeJS.ErrnoException): Error {
  if (error.code !== 'ENOENT') return error;
  return new PermitError(`${dirname(path)}: no such folder; make it first, or check the name`);
}

/** Makes names that were added to a folder survive a power failure. */
export async function flushFolder(path: string): Promise<void> {
  const folder = await open(path, 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

/** The file's bytes, unless there are more than `most`: then never more than that is read, whatever the file is. */
export async function readBounded(path: string, most: number): Promise<Buffer> {
  const file = await open(path, 'r');
  try {
    if ((await file.stat()).isDirectory()) throw new PermitError(`${path}: is a folder; name a file`);
    return await readOpen(file, path, most);
  } finally {
    await file.close();
  }
}

/** {@link readBounded} of a file on a disk: never waits, as the opening of a pipe does until somebody writes into it. */
export async function readRegular(path: string, most: number): Promise<Buffer> {
  const file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
  try {
    if (!(await file.stat()).isFile()) throw new PermitError(`${path}: is no regular file; look what it is`);
    return await readOpen(file, path, most);
  } finally {
    await file.close();
  }
}

async function readOpen(file: FileHandle, path: string, most: number): Promise<Buffer> {
  const parts: Buffer[] = [];
  let length = 0;
  for (;;) {
    const part = Buffer.allocUnsafe(Math.min(1 << 16, most + 1 - length));
    const { bytesRead } = await file.read(part, 0, part.length, null);
    if (bytesRead === 0) return Buffer.concat(parts);
    length += bytesRead;
    if (length > most) throw new PermitError(`${path}: is longer than ${most} bytes; check the name`);
    parts.push(part.subarray(0, bytesRead));
  }
}
