/**
 * A network namespace with a cable in it, for tests: both ends are within, and nothing else. It takes root.
 *
 * @module
 */

import { type ChildProcess, execFileSync, type SpawnOptions, spawn, spawnSync } from 'node:child_process';

/** Why a test that needs one is skipped, or false where one can be made: the value of node:test's `skip`. */
export function withoutNamespaces(): string | false {
  const name = `cofferdam-try-${process.pid}`;
  const made = spawnSync('ip', ['netns', 'add', name], { stdio: 'ignore' });
  spawnSync('ip', ['netns', 'del', name], { stdio: 'ignore' });
  if (made.status === 0) return false;
  const reason =
    'no network namespace can be made here: that takes root and iproute2 (Debian: apt install iproute2)';
  if (process.env.CI) throw new Error(reason);
  return reason;
}

let made = 0;

export class Namespace {
  readonly name = `cofferdam-${process.pid}-${++made}`;

  constructor() {
    execFileSync('ip', ['netns', 'add', this.name]);
    // Otherwise the ends look for neighbours, and nobody knows how many packets there were.
    const quiet = 'for i in all default; do echo 1 > /proc/sys/net/ipv6/conf/$i/disable_ipv6 || :; done';
    this.run('sh', '-c', quiet);
  }

  /** A cable between two ends, both switched on. */
  cable(one: string, other: string): void {
    this.run('ip', 'link', 'add', 'name', one, 'type', 'veth', 'peer', 'name', other);
    for (const end of [one, other]) this.run('ip', 'link', 'set', 'dev', end, 'up');
  }

  /** Runs a program within to its end. */
  run(program: string, ...args: string[]): string {
    return execFileSync('ip', ['netns', 'exec', this.name, program, ...args], { encoding: 'utf8' });
  }

  /** Starts a program within; the process is the program's own. */
  start(program: string, args: readonly string[], options: SpawnOptions = {}): ChildProcess {
    return spawn('ip', ['netns', 'exec', this.name, program, ...args], options);
  }

  /** Packets that the kernel lost at an end, on the way from the other. */
  lost(end: string): number {
    const [, counters] = /RX:.*\n\s*(.*)/.exec(this.run('ip', '-s', 'link', 'show', 'dev', end)) ?? [];
    return Number(counters?.trim().split(/\s+/)[3]);
  }

  remove(): void {
    spawnSync('ip', ['netns', 'del', this.name]);
  }
}
