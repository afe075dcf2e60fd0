/**
 * How fast captures are read: `cofferdam inspect` on the generated capture, beside tshark. Everything is counted
 * the same way: whole processes from start to end, packets per second of CPU time, in turn, round after round.
 *
 * @module
 */

import assert from 'node:assert/strict';
import { build } from './build.ts';
import { type Capture, capture, type ProtocolName } from './generate/capture.ts';
import { type Cost, installed, run } from './process.ts';
import { median, medianRatio } from './statistics.ts';

export interface InspectOptions {
  /** Packets of the capture, and of the smaller one that tshark reads. */
  readonly packets: number;
  readonly fewer: number;
  readonly seed: number;
  readonly disturbed: boolean;
  readonly protocols: readonly ProtocolName[];
  readonly rounds: number;
  readonly folder: string;
  readonly progress: (line: string) => void;
}

/** One way to read one capture: medians over the rounds. */
export interface ReaderFigures {
  readonly reader: string;
  readonly command: string;
  readonly packets: number;
  readonly bytes: number;
  readonly perCpuSecond: number;
  readonly perSecond: number;
  /** Of the capture's bytes, by the clock. */
  readonly gigabitsPerSecond: number;
  /** Most bytes resident. */
  readonly memory: number;
}

export interface InspectFigures {
  readonly rounds: number;
  readonly disturbed: boolean;
  readonly readers: readonly ReaderFigures[];
  /** `inspect --summary` by each of the others, packets per CPU second: medians over the rounds. */
  readonly ratios: Readonly<Record<string, number>>;
  readonly missing: readonly string[];
}

interface Reader {
  readonly name: string;
  readonly file: Capture;
  readonly program: string;
  readonly args: readonly string[];
  /** Throws where the reader did not see what is in the capture. */
  check?(output: string): void;
}

const INSPECT = ['inspect', '--summary', '--workers', '1', '--json'];

export async function benchInspect(options: InspectOptions): Promise<InspectFigures> {
  const { seed, disturbed, protocols, folder, progress } = options;
  const make = (packets: number) =>
    capture(folder, { packets, seed, disturbed, protocols }, () =>
      progress(`making a capture of ${packets} packets in ${folder}`),
    );
  const large = make(options.packets);
  const small = make(options.fewer);
  const program = build();
  const readers = [
    inspect(program, 'summary', large, []),
    inspect(program, 'summary, digest', large, ['--digest']),
    inspect(program, 'summary, smaller capture', small, []),
  ];
  const missing: string[] = [];
  if (installed('tshark')) readers.push(...tshark(small));
  else missing.push('tshark is not installed (Debian: apt install tshark); measured without it');

  const costs = new Map<string, Cost[]>(readers.map(reader => [reader.name, []]));
  for (let round = 0; round < options.rounds; round++) {
    for (const reader of readers) {
      const cost = await run(reader.program, [...reader.args, reader.file.path], reader.check !== undefined);
      reader.check?.(cost.output);
      costs.get(reader.name)!.push(cost);
      const rate = reader.file.packets / cost.cpu / 1000;
      progress(`round ${round + 1}, ${reader.name}: ${Math.round(rate)} thousand packets a CPU second`);
    }
  }

  const rates = (reader: Reader) => costs.get(reader.name)!.map(cost => reader.file.packets / cost.cpu);
  const first = rates(readers[0]!);
  return {
    rounds: options.rounds,
    disturbed,
    readers: readers.map(reader => figures(reader, costs.get(reader.name)!)),
    ratios: Object.fromEntries(
      readers.slice(1).map(reader => [reader.name, medianRatio(first, rates(reader))]),
    ),
    missing,
  };
}

function inspect(program: string, name: string, file: Capture, more: readonly string[]): Reader {
  return {
    name,
    file,
    program: process.execPath,
    args: [program, ...INSPECT, ...more],
    check(output) {
      const seen = JSON.parse(output) as Summary;
      assert.equal(seen.packets, file.packets, 'packets that inspect counted');
      const messages = seen.protocols.map(({ protocol, messages }) => [protocol, messages]);
      assert.deepEqual(Object.fromEntries(messages), file.messages, 'messages that inspect decoded');
    },
  };
}

/** What is looked at of `inspect --summary --json`. */
interface Summary {
  readonly packets: number;
  readonly protocols: readonly { readonly protocol: string; readonly messages: number }[];
}

/** tshark as fast as it dissects, and with the fields that a list of operations needs. */
function tshark(file: Capture): Reader[] {
  const fields = [
    'frame.time_epoch',
    'ip.src',
    'ip.dst',
    'tcp.srcport',
    'tcp.dstport',
    'mbtcp.unit_id',
    'modbus.func_code',
    'modbus.reference_num',
    'modbus.word_cnt',
    's7comm.header.rosctr',
    's7comm.param.func',
    's7comm.param.itemcount',
  ];
  const order = file.disturbed ? ['-o', 'tcp.reassemble_out_of_order:TRUE'] : [];
  return [
    {
      name: 'tshark, protocol hierarchy',
      file,
      program: 'tshark',
      args: ['-n', ...order, '-q', '-z', 'io,phs', '-r'],
    },
    {
      name: 'tshark, twelve fields',
      file,
      program: 'tshark',
      args: ['-n', ...order, '-T', 'fields', ...fields.flatMap(field => ['-e', field]), '-r'],
    },
  ];
}

function figures(reader: Reader, costs: readonly Cost[]): ReaderFigures {
  const { packets, bytes } = reader.file;
  const program = reader.program === process.execPath ? 'cofferdam' : reader.program;
  const args = reader.program === process.execPath ? reader.args.slice(1) : reader.args;
  return {
    reader: reader.name,
    command: `${program} ${args.join(' ')} FILE`,
    packets,
    bytes,
    perCpuSecond: median(costs.map(cost => packets / cost.cpu)),
    perSecond: median(costs.map(cost => packets / cost.wall)),
    gigabitsPerSecond: median(costs.map(cost => (bytes * 8) / cost.wall / 1e9)),
    memory: Math.max(...costs.map(cost => cost.memory)),
  };
}
