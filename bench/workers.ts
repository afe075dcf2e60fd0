/**
 * `npm run bench -- workers`: what a second thread gains. The same captures are read with one worker and with two, in turn, every
 * processor free; what counts is the time by the clock.
 *
 * @module
 */

import { build } from './build.ts';
import { benchCaptures, type CaptureOptions } from './captures.ts';
import { run } from './process.ts';
import { median, medianRatio } from './statistics.ts';

export interface WorkersOptions extends CaptureOptions {
  readonly rounds: number;
}

const OUTPUTS = { summary: ['--summary', '--json'], NDJSON: ['--ndjson'] } as const;
const WORKERS = [1, 2] as const;

/** A table in Markdown. */
export async function benchWorkers(options: WorkersOptions): Promise<string> {
  const { rounds, progress } = options;
  const program = build();
  const lines = [
    '| capture | output | packets | one, s | two, s | one / two | CPU, two / one | memory, two |',
    '| --- | --- | ---: | ---: | ---: | ---: | ---: | ---: |',
  ];
  for await (const { large } of benchCaptures(options)) {
    for (const [output, args] of Object.entries(OUTPUTS)) {
      const wall: [number[], number[]] = [[], []];
      const cpu: [number[], number[]] = [[], []];
      let memory = 0;
      for (let round = 0; round < rounds; round++) {
        for (const [index, workers] of WORKERS.entries()) {
          const words = [program, 'inspect', '--workers', String(workers), ...args, large.path];
          const cost = await run(process.execPath, words, false);
          wall[index]!.push(cost.wall);
          cpu[index]!.push(cost.cpu);
          if (index === 1) memory = Math.max(memory, cost.memory);
          progress(`${large.name}, ${output}, round ${round + 1}, ${workers}: ${cost.wall.toFixed(2)} s`);
        }
      }
      const cells = [
        large.name,
        output,
        large.packets.toLocaleString('en-US'),
        median(wall[0]).toFixed(2),
        median(wall[1]).toFixed(2),
        `${medianRatio(wall[0], wall[1]).toFixed(2)} ×`,
        `${medianRatio(cpu[1], cpu[0]).toFixed(2)} ×`,
        `${Math.round(memory / 1e6)} MB`,
      ];
      lines.push(`| ${cells.join(' | ')} |`);
    }
  }
  return lines.join('\n');
}
