/**
 * `cofferdam gateway` as a process, with what it prints.
 *
 * @module
 */

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import type { TestContext } from 'node:test';
import { fileURLToPath } from 'node:url';

export const MAIN = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url));

export class Program {
  readonly process: ChildProcess;
  readonly lines: string[] = [];
  readonly exit: Promise<number>;
  errors = '';
  #look: (() => void) | undefined;

  constructor(t: TestContext, ...args: string[]) {
    this.process = spawn(process.execPath, [MAIN, 'gateway', ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
    t.after(() => this.process.kill('SIGKILL'));
    createInterface(this.process.stdout!).on('line', line => {
      this.lines.push(line);
      this.#look?.();
    });
    this.process.stderr!.on('data', chunk => {
      this.errors += chunk;
    });
    this.exit = once(this.process, 'close').then(([code]) => code as number);
  }

  /** The first line, printed or to come, with this text. */
  async line(text: string): Promise<string> {
    for (;;) {
      const found = this.lines.find(line => line.includes(text));
      if (found !== undefined) return found;
      await new Promise<void>(resolve => {
        this.#look = resolve;
      });
    }
  }
}
