/**
 * `npm run bench -- live`: packets through a cable within a network namespace (a veth pair), as fast as a sender gets
 * rid of them, and `cofferdam watch` at the other end. Every packet is accounted for: the run fails where the numbers of
 * what was sent, read and dropped, and of what was decoded, do not add up. Then what watching costs where nothing
 * comes. It takes root.
 *
 * @module
 */

import assert from 'node:assert/strict';
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { Namespace } from '../test/live/namespace.ts';
import { type Sent, send, TRAFFIC, Watching } from '../test/live/watching.ts';
import { build } from './build.ts';
import { type Capture, capture } from './generate/capture.ts';
import { type Machine, machine } from './machine.ts';
import { cpuOf, peakMemory } from './process.ts';
import { median } from './statistics.ts';

export interface LiveOptions {
  readonly packets: number;
  readonly seed: number;
  readonly rounds: number;
  readonly folder: string;
  readonly progress: (line: string) => void;
}

interface Run {
  readonly sentPerSecond: number;
  readonly dropped: number;
  readonly lost: number;
  readonly notRecorded: number;
  /** Packets read by a second of CPU. */
  readonly perCpuSecond: number;
  readonly memory: number;
}

/** Seconds in which nothing comes. */
const IDLE = 10;

export async function benchLive(options: LiveOptions): Promise<string> {
  const { packets, seed, folder, progress, rounds } = options;
  const traffic = capture(folder, { packets, seed, ...TRAFFIC }, () => progress(`making ${packets} packets`));
  const program = build();
  const recording = mkdtempSync(join(tmpdir(), 'cofferdam-bench-'));
  chmodSync(recording, 0o777);
  const ways: [string, string[]][] = [
    ['counting', []],
    ['counting, two workers', ['--workers', '2']],
    ['counting, recording', ['--write', recording, '--write-size', '500MB']],
  ];
  const within = new Namespace();
  const runs = new Map<string, Run[]>(ways.map(([name]) => [name, []]));
  const idle: [string, number][] = [];
  try {
    within.cable('a', 'b');
    for (let round = 0; round < rounds; round++) {
      for (const [name, args] of ways) {
        const run = await once(within, program, args, traffic);
        runs.get(name)!.push(run);
        progress(
          `round ${round + 1}, ${name}: ${Math.round(run.perCpuSecond / 1000)} thousand packets a CPU second`,
        );
      }
    }
    for (const workers of [1, 2]) idle.push([`${workers}`, await idling(within, program, workers)]);
  } finally {
    within.remove();
    rmSync(recording, { recursive: true, force: true });
  }
  return report(machine(), traffic, rounds, runs, idle);
}

async function once(
  within: Namespace,
  program: string,
  args: readonly string[],
  traffic: Capture,
): Promise<Run> {
  const lostBefore = within.lost('b');
  const watching = await Watching.start(within, ['--health', '600s', ...args, 'b'], program);
  const { pid } = watching.process;
  const before = cpuOf(pid!);
  const { sent, seconds }: Sent = send(within, 'a', traffic.path);
  await delay(500);
  const cpu = cpuOf(pid!) - before;
  const memory = peakMemory(pid!);
  const end = await watching.stop();
  const lost = within.lost('b') - lostBefore;
  assert.equal(sent, traffic.packets, 'packets that were sent');
  assert.equal(end.packets + lost, sent, 'packets that came, and those that the cable lost');
  assert.equal(end.read + end.dropped, end.packets, 'packets that were read or dropped');
  assert.ok(end.lostInBacklog >= lost, 'what the cable lost is told');
  assert.equal(
    Object.values(end.kinds).reduce((sum, count) => sum + count),
    end.read,
    'packets by what they are',
  );
  if (end.read === sent) {
    const messages = end.protocols.map(({ protocol, messages }) => [protocol, messages]);
    assert.deepEqual(Object.fromEntries(messages), traffic.messages, 'messages that were decoded');
  }
  return {
    sentPerSecond: sent / seconds,
    dropped: end.dropped,
    lost,
    notRecorded: end.recorded?.missed ?? 0,
    perCpuSecond: end.read / cpu,
    memory,
  };
}

/** Share of a core that watching takes where nothing comes. */
async function idling(within: Namespace, program: string, workers: number): Promise<number> {
  const watching = await Watching.start(within, ['--workers', String(workers), 'b'], program);
  await delay(2000);
  const before = cpuOf(watching.process.pid!);
  await delay(IDLE * 1000);
  const used = cpuOf(watching.process.pid!) - before;
  await watching.stop();
  return used / IDLE;
}

function report(
  { date, cpu, cores, kernel, cofferdam, node }: Machine,
  traffic: Capture,
  rounds: number,
  runs: ReadonlyMap<string, readonly Run[]>,
  idle: readonly [string, number][],
): string {
  const count = (figure: number) => Math.round(figure).toLocaleString('en');
  const rows = [...runs].map(([name, all]) => {
    const middle = (of: keyof Run) => median(all.map(run => run[of]));
    const most = (of: keyof Run) => Math.max(...all.map(run => run[of]));
    return [
      name,
      count(middle('sentPerSecond') / 1000),
      count(most('dropped')),
      count(most('lost')),
      count(most('notRecorded')),
      count(middle('perCpuSecond') / 1000),
      `${Math.round(most('memory') / 2 ** 20)} MB`,
    ];
  });
  const head = [
    'watching',
    'sent, kpackets/s',
    'dropped',
    'lost',
    'not recorded',
    'kpackets/s of CPU',
    'memory',
  ];
  const table = [head, head.map((_, i) => (i === 0 ? '---' : '---:')), ...rows];
  return [
    `Measured ${date} on ${cpu}, ${cores} core(s), Linux ${kernel}; Cofferdam ${cofferdam} on Node ${node}.`,
    `${count(traffic.packets)} packets of ${Math.round(traffic.bytes / traffic.packets)} bytes each time; medians of ${rounds} rounds in turn, the most for losses and memory. All numbers add up.`,
    '',
    ...table.map(row => `| ${row.join(' | ')} |`),
    '',
    ...idle.map(
      ([workers, share]) =>
        `Where nothing comes, ${workers} worker(s): ${(share * 100).toFixed(1)} % of a core.`,
    ),
  ].join('\n');
}
