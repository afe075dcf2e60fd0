/**
 * Asks a device over a connection of its own, gently: one request at a time, so many a second, none while it is held back.
 * What is asked is a protocol's affair (a program reader, a tag reader); here is how.
 *
 * @module
 */

import { setTimeout as sleep } from 'node:timers/promises';
import { type ProgramAnswer, ProgramReadError, type ProgramRequest } from '../protocol/program-reader.ts';
import { type Device, DeviceError, DeviceLink } from './device-link.ts';
import { FREE, type Hold } from './hold.ts';
import { OnlyReads } from './only-reads.ts';

/** Requests a second, unless the user says otherwise. */
export const STANDARD_RATE = 4;
/** How long a device may take to connect, and for each answer, ms. */
const PATIENCE = 5000;
/** Requests of one reading: a device that sends its blocks in crumbs would otherwise keep it busy for days. */
const MAX_REQUESTS = 100_000;
/** How long a reading that is held back waits, unless the user says otherwise, and how often it asks, ms. */
export const STANDARD_WAIT = 600_000;
const ASK = 250;

export interface AskOptions {
  /** Requests a second, at most. */
  readonly rate?: number;
  /** What else must not be disturbed. */
  readonly hold?: Hold;
  /** How long it may be held back altogether, ms. */
  readonly wait?: number;
  /** Told why it is held back, when it begins to be. */
  readonly held?: (why: string) => void;
  readonly signal?: AbortSignal;
  /** Told before each request what it reads. */
  readonly progress?: (what: string) => void;
}

/** What was read, and what it took. */
export interface Asked<T> {
  readonly value: T;
  /** When it began and ended, ms since 1970-01-01 UTC. */
  readonly began: number;
  readonly ended: number;
  readonly requests: number;
}

/** Somebody holds the reading back that is under way. */
class HeldBack extends Error {}

/** What is left of the time that a reading may be held back. */
export class Patience {
  readonly #where: string;
  readonly #hold: Hold;
  readonly #wait: number;
  readonly #signal: AbortSignal | undefined;
  readonly #held: (why: string) => void;
  #waited = 0;

  constructor({ address, port }: Device, { hold = FREE, wait = STANDARD_WAIT, signal, held }: AskOptions) {
    this.#where = `${address}:${port}`;
    this.#hold = hold;
    this.#wait = wait;
    this.#signal = signal;
    this.#held = held ?? (() => {});
  }

  /** Throws where a request may not be sent now. */
  async check(): Promise<void> {
    if ((await this.#why()) !== undefined) throw new HeldBack();
  }

  /** Resolves when one may. */
  async free(): Promise<void> {
    let told = false;
    for (let why = await this.#why(); why !== undefined; why = await this.#why()) {
      if (!told) this.#held(why);
      told = true;
      if (this.#waited >= this.#wait) {
        const seconds = Math.round(this.#wait / 1000);
        throw new DeviceError(`${this.#where}: not read: ${why}; it was waited for ${seconds} s`);
      }
      const pause = Math.min(ASK, this.#wait - this.#waited);
      await sleep(pause, undefined, { signal: this.#signal });
      this.#waited += pause;
    }
  }

  async #why(): Promise<string | undefined> {
    try {
      return await this.#hold.why();
    } catch (error) {
      const { message } = error as Error;
      throw new DeviceError(
        `${this.#where}: not read, since it cannot be found out whether a program is being loaded into it: ${message}`,
        { cause: error },
      );
    }
  }
}

/** What is asked of a device. */
export type Questions<T> = Generator<ProgramRequest, T, ProgramAnswer>;

/** Asks what `begin` makes, anew where it was held back. Throws {@link DeviceError} where that is not possible. */
export async function askDevice<T>(
  device: Device,
  begin: () => Questions<T>,
  options: AskOptions,
  patience = new Patience(device, options),
): Promise<Asked<T>> {
  for (;;) {
    await patience.free();
    try {
      return await askOnce(device, begin(), options, patience);
    } catch (error) {
      if (!(error instanceof HeldBack)) throw error;
    }
  }
}

async function askOnce<T>(
  device: Device,
  questions: Questions<T>,
  options: AskOptions,
  patience: Patience,
): Promise<Asked<T>> {
  const { rate = STANDARD_RATE, signal, progress } = options;
  const where = `${device.address}:${device.port}`;
  const began = Date.now();
  const guard = new OnlyReads(device.protocol);
  const link = await DeviceLink.open(device, PATIENCE, signal);
  try {
    let requests = 0;
    let next = 0;
    let step = questions.next();
    while (!step.done) {
      const { bytes, what, wait } = step.value;
      if (bytes.length > 0) {
        if (++requests > MAX_REQUESTS)
          throw new ProgramReadError(`it takes more than ${MAX_REQUESTS} requests`);
        guard.sends(bytes);
        const pause = Math.max(wait, next - performance.now());
        if (pause > 0) await sleep(pause, undefined, { signal });
        await patience.check();
        progress?.(what);
        next = performance.now() + 1000 / rate;
        link.send(bytes);
      }
      const message = await link.message(PATIENCE, signal);
      guard.receives(message);
      step = questions.next({ bytes: message, time: Date.now() });
    }
    return { value: step.value, began, ended: Date.now(), requests };
  } catch (error) {
    if (error instanceof ProgramReadError)
      throw new DeviceError(`${where}: ${error.message}`, { cause: error });
    if (signal?.aborted) throw signal.reason;
    throw error;
  } finally {
    link.close();
  }
}
