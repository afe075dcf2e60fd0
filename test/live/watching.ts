/**
 * A `cofferdam watch` that runs within a namespace, and what it tells.
 *
 * @module
 */

import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Namespace } from './namespace.ts';

const ROOT = join(import.meta.dirname, '../..');
const MAIN = join(ROOT, 'src/cli/main.ts');
const SENDER = join(import.meta.dirname, 'sender.ts');

/** An event as `--json` tells it (docs/watch.md). */
export interface Told {
  readonly event: string;
  readonly [field: string]: unknown;
}

export interface Stopped extends Told {
  readonly packets: number;
  readonly read: number;
  readonly waiting: number;
  readonly dropped: number;
  readonly lostInBacklog: number;
  readonly interfaces: readonly { readonly name: string; readonly packets: number }[];
  readonly kinds: Readonly<Record<string, number>>;
  readonly streams: { readonly gaps: number };
  readonly protocols: readonly { readonly protocol: string; readonly messages: number }[];
  readonly recorded?: { readonly packets: number; readonly missed: number };
}

/** What the bench's generator makes, of both protocols. */
export const TRAFFIC = { disturbed: false, short: false, protocols: ['modbus', 's7comm'] } as const;

export interface Sent {
  readonly sent: number;
  readonly seconds: number;
}

/** Sends the packets of a capture into the end of a cable, as fast as that takes them. */
export function send(within: Namespace, end: string, file: string): Sent {
  return JSON.parse(within.run(process.execPath, SENDER, end, file));
}

export class Watching {
  readonly process: ChildProcess;
  readonly told: Told[] = [];
  #changed = change();

  private constructor(process: ChildProcess) {
    this.process = process;
    createInterface({ input: process.stderr! }).on('line', line => {
      if (!line.startsWith('{')) {
        console.error(line);
        return;
      }
      this.told.push(JSON.parse(line));
      this.#changed.resolve();
      this.#changed = change();
    });
    process.once('exit', () => this.#changed.reject(new Error('it ended')));
  }

  /** Starts it, and waits until it watches. */
  static async start(within: Namespace, args: readonly string[], program = MAIN): Promise<Watching> {
    const it = new Watching(
      within.start(process.execPath, [program, 'watch', '--json', ...args], {
        stdio: ['ignore', 'ignore', 'pipe'],
      }),
    );
    await it.until(({ event }) => event === 'started');
    return it;
  }

  /** Waits until something was told since the `from`th. */
  async until(is: (told: Told) => boolean, from = 0): Promise<Told> {
    for (;;) {
      const found = this.told.slice(from).find(is);
      if (found !== undefined) return found;
      await this.#changed.promise;
    }
  }

  /** Ends it as a service manager does; what it says at the end. */
  async stop(): Promise<Stopped> {
    const closed = once(this.process, 'close');
    this.process.kill('SIGTERM');
    const [code] = await closed;
    const last = this.told.at(-1);
    if (code !== 0 || last?.event !== 'stopped')
      throw new Error(`it ended with ${code}, telling ${last?.event}`);
    return last as Stopped;
  }
}

/** Somebody may wait for it, or nobody. */
function change(): PromiseWithResolvers<void> {
  const next = Promise.withResolvers<void>();
  next.promise.catch(() => {});
  return next;
}
