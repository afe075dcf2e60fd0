/**
 * `npm run bench -- process`: false alarms and delays of the process room's detectors on the simulated plants, with the
 * tables and plots of docs/process.md.
 *
 * @module
 */

import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { JobFigures, ReadingsFigures } from './figures.ts';
import { PLANT_NAMES, type PlantName } from './plants.ts';
import { plots, report } from './report.ts';

export interface ReadingsOptions {
  /** First seed; the others follow it. Tuned on: 1. */
  readonly seed: number;
  readonly quick: boolean;
  /** Writes docs/process.md and its plots. */
  readonly write: boolean;
  /** Jobs at a time. */
  readonly jobs: number;
  /** Where the figures of jobs are kept and used again. */
  readonly folder: string;
  readonly progress: (line: string) => void;
}

/** Hours learned and watched, seeds of clean runs and of either kind of trials, and hours of the trials. */
const SIZES = {
  whole: { learn: 12, watch: 36, clean: 2, trials: 2, trial: { compressor: 12, hall: 7 }, windows: 12 },
  quick: { learn: 4, watch: 2, clean: 1, trials: 1, trial: { compressor: 4, hall: 4 }, windows: 4 },
} as const;

/** Seeds of clean runs, of trials and of whole controllers begin so far behind the first. */
const CLEAN_SEEDS = 4;
const TRIAL_SEEDS = 102;
const WINDOW_SEEDS = 200;

const JOB = fileURLToPath(new URL('job.ts', import.meta.url));
const DOCS = new URL('../../docs/', import.meta.url);

type Part = 'clean' | 'trials' | 'windows';
type Job = readonly [plant: PlantName, seed: number, part: Part, learn: number, watch: number];

export async function benchReadings(options: ReadingsOptions): Promise<string> {
  const { seed, quick, folder, progress } = options;
  const size = quick ? SIZES.quick : SIZES.whole;
  mkdirSync(folder, { recursive: true });
  const waiting = PLANT_NAMES.flatMap(plant => [
    ...Array.from(
      { length: size.clean },
      (_, i): Job => [plant, seed + CLEAN_SEEDS + i, 'clean', size.learn, size.watch],
    ),
    ...Array.from(
      { length: size.trials },
      (_, i): Job => [plant, seed + TRIAL_SEEDS + i, 'trials', size.learn, size.trial[plant]],
    ),
    ...Array.from(
      { length: size.trials },
      (_, i): Job => [plant, seed + WINDOW_SEEDS + i, 'windows', size.learn, size.windows],
    ),
  ]);
  const jobs: JobFigures[] = [];
  const worker = async () => {
    for (let job = waiting.shift(); job !== undefined; job = waiting.shift()) {
      jobs.push(await figuresOf(job, folder));
      progress(`${job.join(' ')}: done, ${waiting.length} more to begin`);
    }
  };
  await Promise.all(Array.from({ length: options.jobs }, worker));
  jobs.sort((a, b) => a.seed - b.seed);
  const date = new Date().toISOString().slice(0, 10);
  const figures: ReadingsFigures = { date, learn: size.learn, watch: size.watch, jobs };
  const text = report(figures);
  if (options.write) writeDocs(text, plots(figures));
  return text;
}

async function figuresOf(job: Job, folder: string): Promise<JobFigures> {
  const file = join(folder, `${job.join('-')}.json`);
  if (!existsSync(file)) {
    const { stdout } = await promisify(execFile)(process.execPath, [JOB, ...job.map(String)], {
      maxBuffer: 2 ** 28,
    });
    writeFileSync(`${file}.part`, stdout);
    renameSync(`${file}.part`, file);
  }
  return JSON.parse(readFileSync(file, 'utf8'));
}

/** Replaces what stands between the marks. */
function writeDocs(text: string, files: ReadonlyMap<string, string>): void {
  const page = new URL('process.md', DOCS);
  const marked = /(<!-- figures -->\n)[\s\S]*(<!-- end of figures -->)/;
  const before = readFileSync(page, 'utf8');
  writeFileSync(
    page,
    before.replace(marked, (_, begin, end) => `${begin}\n${text}\n\n${end}`),
  );
  for (const [name, content] of files) writeFileSync(new URL(name, DOCS), content);
}
