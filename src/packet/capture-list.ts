/**
 * Which captures a name stands for: a file for itself, a folder or a pattern for those that are in it, in the order of
 * their first packets. Names say little of that: `x.pcap10` of tcpdump comes before `x.pcap2`, and a ring begins anew.
 *
 * @module
 */

import { glob, readdir, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { CaptureReader } from './capture.ts';
import { CaptureError } from './capture-error.ts';
import { openSource } from './source.ts';

/** A capture, and the time of its first packet. */
export interface Begun {
  readonly path: string;
  readonly time: number | undefined;
}

export interface CaptureList {
  /** In order. */
  readonly captures: readonly string[];
  /** Files that are no captures. */
  readonly others: readonly string[];
}

/** All files that a folder or pattern stands for now, captures or not; undefined where `name` is neither. */
export async function filesOf(name: string): Promise<string[] | undefined> {
  const found = await stat(name).catch(() => undefined);
  if (found?.isDirectory() === true) {
    const names = await readdir(name);
    return await onlyFiles(names.filter(file => !file.startsWith('.')).map(file => join(name, file)));
  }
  if (found !== undefined || !/[*?[{]/.test(name)) return undefined;
  const matches: string[] = [];
  for await (const match of glob(name)) matches.push(match);
  return await onlyFiles(matches);
}

/** The captures among `files`, in the order of their first packets. */
export async function listCaptures(files: readonly string[]): Promise<CaptureList> {
  const reader = new CaptureReader();
  const captures: Begun[] = [];
  const others: string[] = [];
  for (const path of files) {
    const time = await firstTime(path, reader);
    if (time === undefined) others.push(path);
    else captures.push({ path, time });
  }
  return { captures: captures.sort(byTime).map(({ path }) => path), others: others.sort() };
}

/** Says which files of a folder or pattern are passed over. */
export function passedOver(name: string, others: readonly string[]): string {
  const some = others.slice(0, 3).map(path => basename(path));
  const more = others.length > some.length ? ` and ${others.length - some.length} more` : '';
  return `${name}: passed over, since no captures: ${some.join(', ')}${more}`;
}

/**
 * Time of the first packet of the capture at `path`, in seconds since 1970-01-01 UTC; infinite where it has none (yet),
 * undefined where it is no capture (yet).
 */
export async function firstTime(path: string, reader: CaptureReader): Promise<number | undefined> {
  const stop = new AbortController();
  let time = Number.POSITIVE_INFINITY;
  const sink = {
    frame(packet: { readonly time: number }) {
      if (!stop.signal.aborted) time = packet.time;
      stop.abort();
    },
  };
  try {
    await reader.read(await openSource(path), sink, { signal: stop.signal });
  } catch (error) {
    if (!(error instanceof CaptureError)) throw error;
    // All else that is wrong with it is told when it is read.
    if (error.code === 'COFFERDAM_CAPTURE_FORMAT') return undefined;
  }
  return time;
}

/** The order in which captures are read. */
export function byTime(a: Begun, b: Begun): number {
  const [one = Number.POSITIVE_INFINITY, other = Number.POSITIVE_INFINITY] = [a.time, b.time];
  if (one !== other) return one < other ? -1 : 1;
  return a.path.localeCompare(b.path, 'en', { numeric: true });
}

async function onlyFiles(paths: readonly string[]): Promise<string[]> {
  const files: string[] = [];
  for (const path of paths) {
    // A ring may have taken it away in the meantime.
    const found = await stat(path).catch(() => undefined);
    if (found?.isFile() === true) files.push(path);
  }
  return files;
}
