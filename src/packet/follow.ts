/**
 * Captures that are still being written, as `tail -F` reads them: a file goes on when more of it is there, or when
 * another one takes its place; a folder or pattern goes on with the next file of a ring.
 *
 * @module
 */

import { fstatSync, statSync } from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';
import { CaptureReader } from './capture.ts';
import { byTime, filesOf, firstTime, listCaptures, passedOver } from './capture-list.ts';
import { Growing } from './growing.ts';
import { type ByteSource, openSource } from './source.ts';

/** How often a folder is looked at for new files, ms. */
const FOLDER_INTERVAL = 1000;

/** Is told, in one line each, what happens to the files. */
export type Note = (text: string) => void;

/**
 * The captures that `names` stand for, one after the other; the last name is followed until `signal` is given. Each source
 * is read to its end before the next one is asked for.
 */
export async function* follow(
  names: readonly string[],
  signal: AbortSignal,
  note: Note,
): AsyncGenerator<ByteSource> {
  for (const [index, name] of names.entries()) {
    const last = index === names.length - 1;
    const files = name === '-' ? undefined : await filesOf(name);
    if (files === undefined) {
      if (last && name !== '-' && statSync(name).isFile()) yield* followFile(name, signal, note);
      else yield await openSource(name);
    } else if (last) yield* followSet(name, signal, note);
    else for (const path of (await listCaptures(files)).captures) yield await openSource(path);
  }
}

async function* followFile(path: string, signal: AbortSignal, note: Note): AsyncGenerator<ByteSource> {
  let missed = false;
  const replaced = async (file: number) => {
    const there = statSync(path, { throwIfNoEntry: false });
    if (there === undefined) {
      if (!missed) note(`${path}: was removed; waiting for another one in its place`);
      missed = true;
      return false;
    }
    const { ino, dev } = fstatSync(file);
    return there.ino !== ino || there.dev !== dev;
  };
  while (!signal.aborted) {
    const source = opened(path, replaced);
    if (source === undefined) {
      // It was there a moment ago.
      await wait(FOLDER_INTERVAL, undefined, { signal }).catch(() => {});
      continue;
    }
    missed = false;
    yield source;
    // Whoever reads gave it up.
    if (source.ended === undefined) return;
    const why =
      source.ended === 'left' ? 'another file took its place' : 'became shorter than what was read of it';
    note(`${path}: ${why}; going on at its beginning`);
  }
}

async function* followSet(name: string, signal: AbortSignal, note: Note): AsyncGenerator<ByteSource> {
  const set = new CaptureSet(name, note);
  await set.look();
  if (set.others.length > 0) note(passedOver(name, set.others));
  if (!set.hasNext) note(`${name}: has no captures yet; waiting for the first`);
  for (;;) {
    const path = await set.next(signal);
    if (path === undefined) return;
    const source = opened(path, () => set.more());
    if (source === undefined) {
      note(`${path}: was removed before it was read; let the ring keep more files`);
      continue;
    }
    yield source;
    if (source.ended === 'shrunk') {
      note(`${path}: became shorter than what was read of it; going on at its beginning`);
    }
    await set.leave(source);
  }
}

/** Undefined where there is no such file any more. */
function opened(path: string, over: (file: number) => Promise<boolean>): Growing | undefined {
  try {
    return new Growing(path, over);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

/** A file of the set. */
interface Known {
  readonly path: string;
  /** Tells that it is still the same. */
  readonly state: string;
  /** Of its first packet; undefined while it is no capture. */
  time: number | undefined;
  /** It was read, or is being read. */
  taken: boolean;
  /** Bytes of it that were read when it was left for another one. */
  read: number;
}

class CaptureSet {
  readonly #name: string;
  readonly #note: Note;
  readonly #reader = new CaptureReader();
  #known = new Map<string, Known>();
  /** The one that is being read. */
  #current: Known | undefined;
  #looked = 0;

  constructor(name: string, note: Note) {
    this.#name = name;
    this.#note = note;
  }

  get hasNext(): boolean {
    return this.#first() !== undefined;
  }

  /** Files that are no captures. */
  get others(): string[] {
    return [...this.#known.values()].filter(({ time }) => time === undefined).map(({ path }) => path);
  }

  /** Path of the next capture, which is waited for; undefined after the signal. */
  async next(signal: AbortSignal): Promise<string | undefined> {
    while (!signal.aborted) {
      const first = this.#first();
      if (first !== undefined) {
        first.taken = true;
        this.#current = first;
        return first.path;
      }
      await wait(FOLDER_INTERVAL, undefined, { signal }).catch(() => {});
      await this.look();
    }
    return undefined;
  }

  /** Is there a capture behind the one that is being read? */
  async more(): Promise<boolean> {
    if (!this.hasNext && performance.now() - this.#looked >= FOLDER_INTERVAL) await this.look();
    return this.hasNext;
  }

  /** No more of the current one is read, unless it begins anew. */
  async leave(source: Growing): Promise<void> {
    const current = this.#current;
    if (current === undefined) return;
    this.#current = undefined;
    if (source.ended === 'shrunk') this.#known.delete(current.path);
    // It may have had no packet yet when it was met.
    else current.time = await firstTime(current.path, this.#reader).catch(() => current.time);
    current.read = source.length;
  }

  /** Looks for files that are new, or that were written anew: a ring uses its names again. */
  async look(): Promise<void> {
    const known = new Map<string, Known>();
    for (const path of (await filesOf(this.#name)) ?? []) {
      const there = statSync(path, { throwIfNoEntry: false });
      if (there === undefined) continue;
      // The time of change: a file that cannot be read yet may be given leave to.
      const state = `${there.ino} ${there.size} ${there.ctimeMs}`;
      const before = this.#known.get(path);
      const same = before !== undefined && (before === this.#current || before.state === state);
      known.set(path, same ? before : await this.#meet(path, state, there.size, before));
    }
    this.#known = known;
    this.#looked = performance.now();
  }

  async #meet(path: string, state: string, size: number, before: Known | undefined): Promise<Known> {
    // What a ring packed when it was full is no other capture.
    const plain = path.replace(/\.(gz|zst)$/, '');
    if (plain !== path && this.#known.has(plain))
      return { path, state, time: undefined, taken: true, read: size };
    const time = await firstTime(path, this.#reader).catch(error => this.#unreadable(path, error));
    if (before === undefined || !before.taken || before.time !== time) {
      return { path, state, time, taken: false, read: 0 };
    }
    if (size > before.read) {
      this.#note(`${path}: was written to after it was left; that is not read (follow each ring by itself)`);
    }
    return { path, state, time, taken: true, read: size };
  }

  /** What one file is like must not end the reading of the others. */
  #unreadable(path: string, error: NodeJS.ErrnoException): undefined {
    if (error.code === undefined) throw error;
    if (error.code !== 'ENOENT') this.#note(`${path}: cannot be read (${error.code}); waiting until it can`);
    return undefined;
  }

  #first(): Known | undefined {
    let first: Known | undefined;
    for (const known of this.#known.values()) {
      if (known.taken || known.time === undefined) continue;
      if (first === undefined || byTime(known, first) < 0) first = known;
    }
    return first;
  }
}
