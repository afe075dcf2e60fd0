/**
 * What gateways tell audits, which are other programs: into which controllers a program is being loaded. A folder with a file
 * for each gateway, written whole or not at all.
 *
 * A gateway that crashed tells nothing for long: that a program is being loaded holds for {@link LEASE} after it was written,
 * and is written again while it lasts.
 *
 * @module
 */

import { randomBytes } from 'node:crypto';
import { constants } from 'node:fs';
import { access, readdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { readRegular } from './durable-file.ts';
import { PermitError } from './permit-error.ts';
import { plainText } from './plain-text.ts';

/** Milliseconds that it holds, and after which it is written again. */
const LEASE = 10_000;
const RENEW = 2000;
/** Milliseconds after which a gateway that has nothing to tell writes that it is there, and within which it is believed. */
const BEAT = 60_000;
const THERE = 180_000;
/** Milliseconds after which the file of a gateway that is not there is removed. */
const OLD = 86_400_000;
const NAME = /^gateway-[0-9a-f]{8}\.json$/;
const MOST_FILES = 64;
const MOST_BYTES = 1 << 20;

/** A controller, by its name in the policy and its address. */
export interface Controller {
  readonly name: string;
  readonly address: string;
}

/** One that is being loaded, since when: milliseconds since 1970-01-01 UTC. */
export interface Loaded extends Controller {
  readonly since: number;
}

interface Marks {
  readonly cofferdam: 'gateway';
  /** Milliseconds since 1970-01-01 UTC. */
  readonly written: number;
  readonly protects: readonly Controller[];
  readonly loading: readonly Loaded[];
}

/** Rejects with a `PermitError` where there is no such folder, or it cannot be written to. */
export async function findMarksFolder(folder: string, mode: number): Promise<void> {
  const there = await stat(folder).catch(() => undefined);
  if (there?.isDirectory() !== true) {
    throw new PermitError(`${folder}: no such folder; make it, or check the name`);
  }
  await access(folder, mode).catch(() => {
    throw new PermitError(`${folder}: permission denied; gateway and audits need it to know of each other`);
  });
}

/** The gateway's side. */
export class LoadingMarks {
  readonly #file: string;
  readonly #trouble: (why: string) => void;
  readonly #loading = new Map<string, Loaded>();
  #protects: readonly Controller[] = [];
  #timer: NodeJS.Timeout | undefined;
  #writing: Promise<void> | undefined;
  #again = false;
  #failed = false;
  #closed = false;

  /** `trouble` is told when it can be written no longer, and '' when it can again. */
  static async open(folder: string, trouble: (why: string) => void): Promise<LoadingMarks> {
    await findMarksFolder(folder, constants.R_OK | constants.W_OK);
    await removeOld(folder);
    return new LoadingMarks(folder, trouble);
  }

  private constructor(folder: string, trouble: (why: string) => void) {
    this.#file = join(folder, `gateway-${randomBytes(4).toString('hex')}.json`);
    this.#trouble = trouble;
  }

  /** The controllers that it stands before. */
  protects(controllers: readonly Controller[]): void {
    this.#protects = controllers;
    this.#write();
  }

  /** Since when (milliseconds) a program is being loaded into one of them; undefined where it is not any more. */
  loading(controller: Controller, since: number | undefined): void {
    if (since === undefined) this.#loading.delete(controller.name);
    else this.#loading.set(controller.name, { ...controller, since });
    this.#write();
  }

  /** The gateway is gone. */
  async close(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#timer);
    await this.#writing;
    await rm(this.#file, { force: true }).catch(() => undefined);
  }

  /** One at a time: what changes meanwhile is written next. */
  #write(): void {
    if (this.#closed) return;
    this.#again = true;
    this.#writing ??= this.#writeAll().finally(() => {
      this.#writing = undefined;
      if (this.#closed) return;
      clearTimeout(this.#timer);
      this.#timer = setTimeout(() => this.#write(), this.#loading.size > 0 ? RENEW : BEAT);
      this.#timer.unref();
    });
  }

  async #writeAll(): Promise<void> {
    while (this.#again) {
      this.#again = false;
      const marks: Marks = {
        cofferdam: 'gateway',
        written: Date.now(),
        protects: this.#protects,
        loading: [...this.#loading.values()],
      };
      try {
        const beside = `${this.#file}.tmp`;
        await writeFile(beside, `${JSON.stringify(marks)}\n`);
        await rename(beside, this.#file);
        if (this.#failed) this.#trouble('');
        this.#failed = false;
      } catch (error) {
        if (!this.#failed) this.#trouble(plainText((error as Error).message));
        this.#failed = true;
      }
    }
  }
}

/** What gateways tell of one controller. */
export interface Told {
  /** Since when a program is being loaded into it, milliseconds since 1970-01-01 UTC; undefined where none is. */
  readonly since: number | undefined;
  /** A gateway that is there stands before it. */
  readonly protected: boolean;
}

/** What the gateways tell of the controller with this name or address. Rejects where that cannot be found out. */
export async function readMarks(folder: string, controller: Controller, now = Date.now()): Promise<Told> {
  const names = (await readdir(folder)).filter(name => NAME.test(name));
  if (names.length > MOST_FILES) {
    throw new PermitError(`${folder}: has the files of more than ${MOST_FILES} gateways; remove old ones`);
  }
  let since: number | undefined;
  let isProtected = false;
  const same = ({ name, address }: Controller) => name === controller.name || address === controller.address;
  for (const name of names) {
    const marks = await readFile(join(folder, name));
    if (marks === undefined) continue;
    const age = Math.abs(now - marks.written);
    isProtected ||= age < THERE && marks.protects.some(same);
    if (age >= LEASE) continue;
    for (const one of marks.loading.filter(same)) since = Math.min(since ?? one.since, one.since);
  }
  return { since, protected: isProtected };
}

/** Undefined where it has gone meanwhile. */
async function readFile(path: string): Promise<Marks | undefined> {
  let text: string;
  try {
    text = (await readRegular(path, MOST_BYTES)).toString('utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
  const marks = parse(text);
  if (marks === undefined)
    throw new PermitError(`${path}: is not what a gateway writes; look at it, and remove it`);
  return marks;
}

function parse(text: string): Marks | undefined {
  try {
    const { cofferdam, written, protects, loading } = JSON.parse(text);
    const whole =
      cofferdam === 'gateway' && typeof written === 'number' && isList(protects) && isList(loading);
    if (!whole || loading.some(one => typeof (one as Loaded).since !== 'number')) return undefined;
    return { cofferdam, written, protects, loading: loading as readonly Loaded[] };
  } catch {
    return undefined;
  }
}

function isList(value: unknown): value is readonly Controller[] {
  return (
    Array.isArray(value) &&
    value.every(one => typeof one?.name === 'string' && typeof one.address === 'string')
  );
}

/** Removes what gateways left behind that ended without a word. */
async function removeOld(folder: string): Promise<void> {
  for (const name of await readdir(folder)) {
    if (!NAME.test(name.replace(/\.tmp$/, ''))) continue;
    const path = join(folder, name);
    const file = await stat(path).catch(() => undefined);
    if (file !== undefined && Date.now() - file.mtimeMs > OLD) await rm(path, { force: true });
  }
}
