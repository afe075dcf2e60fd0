/**
 * How fast captures are read: `cofferdam inspect` beside what a user would take instead, on several captures. Everything
 * is counted the same way: whole processes from start to end, packets per second of CPU time, in turn, round after round.
 *
 * @module
 */

import assert from 'node:assert/strict';
import { build } from './build.ts';
import { type BenchCapture, benchCaptures } from './captures.ts';
import { ndpi } from './peers/ndpi.ts';
import type { Command, Peer } from './peers/peer.ts';
import { cleanSuricata, suricata } from './peers/suricata.ts';
import { tshark } from './peers/tshark.ts';
import { canPin, onOneCore } from './pinning.ts';
import { type Cost, run } from './process.ts';
import { median, medianRatio } from './statistics.ts';

export interface InspectOptions {
  /** Packets of each capture, and of the smaller one of its kind that slow readers read. */
  readonly packets: number;
  readonly fewer: number;
  readonly seed: number;
  readonly rounds: number;
  /** Names of captures; all where none is given. */
  readonly only: readonly string[];
  /** Where captures are kept. */
  readonly folder: string;
  /** Where recorded captures are, and the folder that Suricata was put into, where there are such. */
  readonly recordings: string | undefined;
  readonly suricata: string | undefined;
  readonly progress: (line: string) => void;
}

/** One way to read one capture: medians over the rounds. */
export interface ReaderFigures {
  readonly reader: string;
  readonly command: string;
  readonly packets: number;
  readonly perCpuSecond: number;
  readonly perSecond: number;
  /** Of the capture's bytes, by the clock. */
  readonly gigabitsPerSecond: number;
  /** Most bytes resident. */
  readonly memory: number;
  /** Packets per CPU second of `summary`, and of `NDJSON`, by those of this reader: medians over the rounds. */
  readonly bySummary: number;
  readonly byNdjson: number;
}

export interface CaptureFigures {
  readonly capture: string;
  readonly about: string;
  readonly readers: readonly ReaderFigures[];
}

export interface InspectFigures {
  readonly rounds: number;
  /** Every reader had one core, with all its threads. */
  readonly oneCore: boolean;
  readonly captures: readonly CaptureFigures[];
  readonly versions: Readonly<Record<string, string>>;
  readonly missing: readonly string[];
}

const SUMMARY = 'summary';
const NDJSON = 'NDJSON of every operation';

interface Reader {
  readonly name: string;
  readonly capture: BenchCapture;
  readonly program: string;
  readonly args: readonly string[];
  readonly shown: string;
  /** Throws where the reader did not see what is in the capture. */
  check?(output: string): void;
}

export async function benchInspect(options: InspectOptions): Promise<InspectFigures> {
  const { progress, rounds } = options;
  const program = build();
  const all: readonly Peer[] = [suricata(options.suricata), ndpi, tshark];
  const peers = all.filter(({ version }) => version !== undefined);
  const missing = all
    .filter(({ version }) => version === undefined)
    .map(({ name, advice }) => `${name} is not installed (${advice}); measured without it`);
  const figures: CaptureFigures[] = [];
  try {
    for await (const { large, small } of benchCaptures(options)) {
      const readers = [
        cofferdam(program, SUMMARY, large, ['--summary', '--json']),
        cofferdam(program, 'summary, digest', large, ['--summary', '--json', '--digest']),
        cofferdam(program, NDJSON, large, ['--ndjson']),
        ...peers.flatMap(peer => of(peer, large, small!)),
      ];
      const costs = await measure(readers, rounds, line => progress(`${large.name}: ${line}`));
      figures.push({
        capture: large.name,
        about: large.about,
        readers: readers.map(reader => readerFigures(reader, costs)),
      });
    }
  } finally {
    cleanSuricata(options.suricata);
  }
  return {
    rounds,
    oneCore: canPin,
    captures: figures,
    versions: Object.fromEntries(peers.map(({ name, version }) => [name, version!])),
    missing,
  };
}

/** What each reader cost in each round. */
async function measure(
  readers: readonly Reader[],
  rounds: number,
  progress: (line: string) => void,
): Promise<ReadonlyMap<Reader, Cost[]>> {
  const costs = new Map<Reader, Cost[]>(readers.map(reader => [reader, []]));
  for (let round = 0; round < rounds; round++) {
    for (const reader of readers) {
      const [program, ...args] = [...onOneCore(), reader.program, ...reader.args] as [string, ...string[]];
      const cost = await run(program, args, reader.check !== undefined);
      reader.check?.(cost.output);
      costs.get(reader)!.push(cost);
      const rate = Math.round(reader.capture.packets / cost.cpu / 1000);
      progress(`round ${round + 1}, ${reader.name}: ${rate} thousand packets a CPU second`);
    }
  }
  return costs;
}

function cofferdam(program: string, name: string, capture: BenchCapture, more: readonly string[]): Reader {
  const args = ['inspect', '--workers', '1', ...more];
  const reader = {
    name,
    capture,
    program: process.execPath,
    args: [program, ...args, capture.path],
    shown: `cofferdam ${args.join(' ')} FILE`,
  };
  return more.includes('--json') ? { ...reader, check: output => check(output, capture) } : reader;
}

/** What is looked at of `inspect --summary --json`. */
interface Summary {
  readonly packets: number;
  readonly protocols: readonly { readonly protocol: string; readonly messages: number }[];
}

function check(output: string, capture: BenchCapture): void {
  const seen = JSON.parse(output) as Summary;
  assert.equal(seen.packets, capture.packets, 'packets that inspect counted');
  if (capture.messages === undefined) return;
  const messages = seen.protocols.map(({ protocol, messages }) => [protocol, messages]);
  assert.deepEqual(Object.fromEntries(messages), capture.messages, 'messages that inspect decoded');
}

/** All ways to run a peer. */
function of(peer: Peer, large: BenchCapture, small: BenchCapture): Reader[] {
  const reader = (command: Command, capture: BenchCapture): Reader => ({ ...command, capture });
  return [
    ...peer
      .commands(large.path, large.disturbed)
      .filter(({ slow }) => !slow)
      .map(c => reader(c, large)),
    ...peer
      .commands(small.path, small.disturbed)
      .filter(({ slow }) => slow)
      .map(c => reader(c, small)),
  ];
}

function readerFigures(reader: Reader, all: ReadonlyMap<Reader, Cost[]>): ReaderFigures {
  const { packets, bytes } = reader.capture;
  const costs = all.get(reader)!;
  const rates = (one: Reader) => all.get(one)!.map(({ cpu }) => one.capture.packets / cpu);
  const by = (name: string) => medianRatio(rates([...all.keys()].find(r => r.name === name)!), rates(reader));
  return {
    reader: reader.name,
    command: reader.shown,
    packets,
    perCpuSecond: median(rates(reader)),
    perSecond: median(costs.map(({ wall }) => packets / wall)),
    gigabitsPerSecond: median(costs.map(({ wall }) => (bytes * 8) / wall / 1e9)),
    memory: Math.max(...costs.map(({ memory }) => memory)),
    bySummary: by(SUMMARY),
    byNdjson: by(NDJSON),
  };
}
