/**
 * What standing in line costs: the same requests directly, through the gateway and through HAProxy in TCP mode,
 * in turn, round after round. The machine drifts, so that only figures of the same round are compared.
 *
 * @module
 */

import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { Job, Result } from './load/client.ts';
import { startGateway } from './load/cofferdam.ts';
import { startHaproxy } from './load/haproxy.ts';
import { BEGUN, IN_LINE, SERVER } from './load/message.ts';
import { canPin, cores, pin } from './pinning.ts';
import { cpuOf, end, installed } from './process.ts';
import { median, medianRatio } from './statistics.ts';

export interface GatewayOptions {
  readonly rounds: number;
  /** Seconds that each run is measured, and seconds of load before that. */
  readonly seconds: number;
  readonly warmUp: number;
  readonly connections: readonly number[];
  readonly progress: (line: string) => void;
}

/** One path to the server under one load: medians over the rounds. */
export interface PathFigures {
  readonly path: string;
  readonly connections: number;
  readonly rounds: number;
  /** µs. */
  readonly p50: number;
  readonly p99: number;
  readonly requestsPerSecond: number;
  /** CPU of the process in line, µs a request, and its share of one core; 0 for the direct path. */
  readonly cpuPerRequest: number;
  readonly cpuShare: number;
  /** Medians of the ratios to the direct run of the same round. */
  readonly ofDirect: Ratios;
  /** The same to HAProxy's; undefined where that isn't there. */
  readonly ofHaproxy: (Ratios & { readonly cpuPerRequest: number }) | undefined;
}

export interface Ratios {
  readonly p50: number;
  readonly p99: number;
  readonly requestsPerSecond: number;
}

export interface GatewayFigures {
  readonly paths: readonly PathFigures[];
  readonly pinning: string;
  readonly missing: readonly string[];
}

/** A way to the server; `process` stands in line. */
interface Path {
  readonly name: string;
  readonly host: string;
  readonly port: number;
  readonly process: ChildProcess | undefined;
}

type Sample = Result & { readonly cpu: number };

export async function benchGateway(options: GatewayOptions): Promise<GatewayFigures> {
  const folder = mkdtempSync(join(tmpdir(), 'cofferdam-bench-'));
  const children: ChildProcess[] = [];
  try {
    const server = forkBeside('./load/server.ts', children);
    const [upstream] = (await once(server, 'message')) as [number];
    const client = forkBeside('./load/client.ts', children);

    const paths: Path[] = [{ name: 'direct', host: SERVER, port: upstream, process: undefined }];
    const missing: string[] = [];
    const gatewayPort = await freePort();
    paths.push(await inLine('cofferdam', gatewayPort, startGateway(folder, gatewayPort, upstream), children));
    if (installed('haproxy')) {
      const port = await freePort();
      paths.push(await inLine('haproxy', port, startHaproxy(folder, port, upstream), children));
    } else {
      missing.push('haproxy is not installed (Debian: apt install haproxy); measured without it');
    }

    const figures: PathFigures[] = [];
    for (const connections of options.connections) {
      place(connections, [server, client], paths);
      figures.push(...(await measure(client, paths, connections, options)));
    }
    return { paths: figures, pinning: pinningUsed(), missing };
  } finally {
    for (const child of children.reverse()) await end(child);
    rmSync(folder, { recursive: true });
  }
}

/** Rounds of one run a path each; the path that goes first changes from round to round. */
async function measure(
  client: ChildProcess,
  paths: readonly Path[],
  connections: number,
  options: GatewayOptions,
): Promise<PathFigures[]> {
  const samples = new Map<string, Sample[]>(paths.map(path => [path.name, []]));
  for (let round = 0; round < options.rounds; round++) {
    for (let i = 0; i < paths.length; i++) {
      const path = paths[(round + i) % paths.length]!;
      const sample = await load(client, path, connections, options);
      samples.get(path.name)!.push(sample);
      options.progress(
        `round ${round + 1}, ${connections} connection(s), ${path.name}: ${Math.round(sample.requests / sample.seconds)} requests/s`,
      );
    }
  }
  const direct = samples.get('direct')!;
  const haproxy = samples.get('haproxy');
  return paths.map(path => {
    const own = samples.get(path.name)!;
    return {
      path: path.name,
      connections,
      rounds: options.rounds,
      p50: median(own.map(s => s.p50)),
      p99: median(own.map(s => s.p99)),
      requestsPerSecond: median(own.map(rate)),
      cpuPerRequest: median(own.map(cpuPerRequest)),
      cpuShare: median(own.map(s => s.cpu / s.seconds)),
      ofDirect: ratios(own, direct),
      ofHaproxy:
        haproxy === undefined
          ? undefined
          : {
              ...ratios(own, haproxy),
              cpuPerRequest: medianRatio(own.map(cpuPerRequest), haproxy.map(cpuPerRequest)),
            },
    };
  });
}

function ratios(own: readonly Sample[], others: readonly Sample[]): Ratios {
  const ratio = (figure: (sample: Sample) => number) => medianRatio(own.map(figure), others.map(figure));
  return {
    p50: ratio(s => s.p50),
    p99: ratio(s => s.p99),
    requestsPerSecond: ratio(rate),
  };
}

function rate(sample: Sample): number {
  return sample.requests / sample.seconds;
}

/** µs. */
function cpuPerRequest(sample: Sample): number {
  return (sample.cpu / sample.requests) * 1e6;
}

async function load(
  client: ChildProcess,
  path: Path,
  connections: number,
  { warmUp, seconds }: GatewayOptions,
): Promise<Sample> {
  const job: Job = { host: path.host, port: path.port, connections, warmUp, seconds };
  client.send(job);
  const [begun] = await once(client, 'message');
  const before = cpuSoFar(path);
  const [result] = begun === BEGUN ? await once(client, 'message') : [begun];
  if ('problem' in result) throw new Error(`${path.name}: ${result.problem}`);
  return { ...(result as Result), cpu: cpuSoFar(path) - before };
}

function cpuSoFar({ process }: Path): number {
  return process?.pid === undefined ? 0 : cpuOf(process.pid);
}

function forkBeside(file: string, children: ChildProcess[]): ChildProcess {
  const child = fork(fileURLToPath(new URL(file, import.meta.url)));
  children.push(child);
  return child;
}

/** Waits until a process in line accepts connections. */
async function inLine(
  name: string,
  port: number,
  process: ChildProcess,
  children: ChildProcess[],
): Promise<Path> {
  children.push(process);
  for (let tries = 0; tries < 100; tries++) {
    if (process.exitCode !== null) break;
    if (await accepts(port)) return { name, host: IN_LINE, port, process };
    await delay(100);
  }
  throw new Error(`${name} did not begin to listen on ${IN_LINE}:${port}`);
}

async function accepts(port: number): Promise<boolean> {
  const socket = connect(port, IN_LINE);
  try {
    await once(socket, 'connect');
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, IN_LINE);
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  return typeof address === 'object' && address !== null ? address.port : 0;
}

/**
 * With one connection all run on one core, as a request is only ever in one place; with more, what is in line has
 * a core of its own, so that its own limit shows.
 */
function place(connections: number, ends: readonly ChildProcess[], paths: readonly Path[]): void {
  const [first, second = first] = cores();
  for (const child of ends) pin(child.pid!, first!);
  for (const { process } of paths) {
    if (process !== undefined) pin(process.pid!, connections === 1 ? first! : second!);
  }
}

function pinningUsed(): string {
  if (!canPin) return 'none (taskset or a second core is missing)';
  const [first, second] = cores();
  return `taskset: load and server on core ${first}; what is in line on core ${first} with 1 connection, on core ${second} with more`;
}
