/**
 * Child processes and what they cost: CPU time and memory as Linux accounts for them in /proc, which needs no
 * tool and includes every thread.
 *
 * @module
 */

import { type ChildProcess, type SpawnOptions, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';

/** Clock ticks in a second, as /proc counts CPU time: 100 on every Linux that Node runs on. */
const TICKS = 100;
/** How often a running process is asked for its peak memory, ms. The kernel keeps the peak; only the last counts. */
const MEMORY_EVERY = 20;

export interface Cost {
  /** Seconds by the clock. */
  readonly wall: number;
  /** Seconds of CPU, user and system, all threads. */
  readonly cpu: number;
  /** Most bytes resident at any time. */
  readonly memory: number;
}

/**
 * Runs a program to its end; what it prints is kept only if asked for. Run one at a time: the CPU time is that of
 * all children that ended meanwhile.
 */
export async function run(
  command: string,
  args: readonly string[],
  keep: boolean,
): Promise<Cost & { output: string }> {
  const cpuBefore = cpuOfEndedChildren();
  const began = performance.now();
  const child = spawn(command, args, { stdio: ['ignore', keep ? 'pipe' : 'ignore', 'pipe'] });
  const output: Buffer[] = [];
  const errors: Buffer[] = [];
  child.stdout?.on('data', chunk => output.push(chunk));
  child.stderr?.on('data', chunk => errors.push(chunk));
  let memory = 0;
  const timer = setInterval(() => {
    memory = Math.max(memory, peakMemory(child.pid!));
  }, MEMORY_EVERY);
  const [code] = await once(child, 'close').finally(() => clearInterval(timer));
  const wall = (performance.now() - began) / 1000;
  if (code !== 0) {
    throw new Error(
      `${command} ${args.join(' ')}: ended with ${code}: ${Buffer.concat(errors).toString().trim()}`,
    );
  }
  return { wall, cpu: cpuOfEndedChildren() - cpuBefore, memory, output: Buffer.concat(output).toString() };
}

/** Starts a program that runs until {@link end}. What it prints is dropped, errors are shown. */
export function start(command: string, args: readonly string[], options: SpawnOptions = {}): ChildProcess {
  return spawn(command, args, { stdio: ['ignore', 'ignore', 'inherit'], ...options });
}

/** Ends a process and waits until it is gone. */
export async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = once(child, 'exit');
  child.kill('SIGTERM');
  const late = delay(5000, undefined, { ref: false }).then(() => child.kill('SIGKILL'));
  await Promise.race([gone, late.then(() => gone)]);
}

/** Seconds of CPU that a running process has used, all threads. */
export function cpuOf(pid: number): number {
  const fields = statFields(`/proc/${pid}/stat`);
  return (Number(fields[11]) + Number(fields[12])) / TICKS;
}

/** Most bytes that a running process had resident; 0 when it is gone. */
export function peakMemory(pid: number): number {
  try {
    const status = readFileSync(`/proc/${pid}/status`, 'utf8');
    return Number(/^VmHWM:\s*(\d+) kB/m.exec(status)?.[1] ?? 0) * 1024;
  } catch {
    return 0;
  }
}

/** True where a program can be started. */
export function installed(program: string): boolean {
  return spawnSync(program, ['--version'], { stdio: 'ignore' }).error === undefined;
}

/** The first line that a program prints, or undefined where it isn't installed. */
export function firstLine(program: string, args: readonly string[]): string | undefined {
  const { error, stdout } = spawnSync(program, args, { encoding: 'utf8' });
  return error === undefined ? stdout.split('\n', 1)[0] : undefined;
}

function cpuOfEndedChildren(): number {
  const fields = statFields('/proc/self/stat');
  return (Number(fields[13]) + Number(fields[14])) / TICKS;
}

/** The fields of proc_pid_stat(5) from the third (state) on: the second, a name, may hold blanks. */
function statFields(path: string): string[] {
  const text = readFileSync(path, 'utf8');
  return text.slice(text.lastIndexOf(')') + 2).split(' ');
}
