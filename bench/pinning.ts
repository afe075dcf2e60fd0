/**
 * Which process runs on which core. Pinning needs `taskset` (util-linux) and two cores; without them the
 * scheduler decides, and the report says so.
 *
 * @module
 */

import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { installed } from './process.ts';

/** Cores that this process may use. */
export function cores(): number[] {
  const list = /^Cpus_allowed_list:\s*(\S+)/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1] ?? '0';
  return list.split(',').flatMap(part => {
    const [from, to = from] = part.split('-').map(Number);
    return Array.from({ length: to! - from! + 1 }, (_, i) => from! + i);
  });
}

export const canPin: boolean = cores().length > 1 && installed('taskset');

/** The words that start a program on the last core alone, threads that it starts included; none where that cannot be. */
export function onOneCore(): string[] {
  return canPin ? ['taskset', '-c', String(cores().at(-1))] : [];
}

/** Moves all threads of a running process to one core. */
export function pin(pid: number, core: number): void {
  if (canPin) spawnSync('taskset', ['-a', '-c', '-p', String(core), String(pid)], { stdio: 'ignore' });
}
