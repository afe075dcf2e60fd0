/**
 * The figures of the experiments on readings as Markdown, and as plots.
 *
 * @module
 */

import { PROCESS_KINDS } from '../../src/process/finding-kinds.ts';
import { median } from '../statistics.ts';
import { FAULTS, type Fault } from './faults.ts';
import type { CleanFigures, JobFigures, ReadingsFigures } from './figures.ts';
import { PLANT_NAMES, PLANTS, type PlantName } from './plants.ts';
import { VARIANTS } from './replays.ts';
import { svg } from './svg.ts';

type Part = 'clean' | 'trials' | 'windows';

const MONTH = 30 * 24;
/** Length of the replays that are asked for, s, and the share that must be found. */
const MINUTE = 60;
const GOAL = 95;
/** Lengths up to which replays are played, s. */
const LONGEST = 300;

export function report(figures: ReadingsFigures): string {
  const { date, learn, watch, jobs } = figures;
  const seeds = (part: Part) =>
    PLANT_NAMES.map(name => {
      const list = jobs.filter(job => job.plant === name && job[part] !== undefined).map(({ seed }) => seed);
      return `${PLANTS[name].title} ${list.join(', ')}`;
    }).join('; ');
  return [
    `Measured ${date}; every seed learns ${learn} hours, then ${watch} clean hours are watched, or replays and faults are` +
      ` played into some hours. Seeds of the clean runs: ${seeds('clean')}; of the trials: ${seeds('trials')}; of whole` +
      ` controllers: ${seeds('windows')}. None of them was used while the detectors were made (seeds 1 to 4 were). A tag-month is 30 days of one tag's readings; the last column is the` +
      ` upper end of a one-sided 95 % interval (Poisson).`,
    headline(jobs),
    '### False alarms on clean runs',
    falseAlarms(jobs),
    '### Replays of one reading',
    replays(jobs),
    '![Share of replays found, by their length](process-replay.svg)',
    '### Replays of all readings of a controller',
    windows(jobs),
    '![Share of replays of a whole controller found, by their length](process-replay-controller.svg)',
    '### A controller that no longer obeys',
    deaf(jobs),
    '![unresponsive: share found, by time](process-unresponsive.svg)',
    '### Two readers that are told different things',
    disagreement(jobs),
    '![disagreement: share found, by time](process-disagreement.svg)',
    '### Other faults',
    faults(jobs),
    ...plotted().map(({ name, file }) => `![${name}: share found, by time](${file})`),
  ].join('\n\n');
}

/** What was asked for: replays of a minute, of a controller's readings and of one, and false alarms of replay. */
function headline(jobs: readonly JobFigures[]): string {
  const exact = VARIANTS[0]!.name;
  const found = (delays: readonly number[], what: string) => {
    const missed = delays.filter(delay => delay < 0 || delay > MINUTE).length;
    const least = (100 * Math.max(0, 1 - atMost(missed) / delays.length)).toFixed(1);
    return `${delays.length - missed} of ${delays.length} ${what} (at least ${least} %)`;
  };
  const one = (all: boolean) => replaysOf(jobs, PLANT_NAMES, exact, all).flatMap(({ delays }) => delays);
  const { months, alarms } = countOf(jobs, PLANT_NAMES, PROCESS_KINDS.replay.name);
  return (
    `**Exact replays of ${MINUTE} s that were found: ${found(windowsOf(jobs, PLANT_NAMES, exact, 'replay'), 'of all readings of a controller')};` +
    ` ${found(one(false), 'of one reading that has noise')}; ${found(one(true), 'of one reading, whether it has noise or not')}.` +
    ` False alarms of replay: ${alarms} in ${months.toFixed(1)} tag-months (at most ${(atMost(alarms) / months).toFixed(2)} a` +
    ' tag-month). Confidence 95 % each.**'
  );
}

/** Plots by the name of their file. */
export function plots({ jobs }: ReadingsFigures): Map<string, string> {
  const files = new Map<string, string>();
  const lengths = Array.from({ length: LONGEST / 5 + 1 }, (_, i) => i * 5);
  const lines = VARIANTS.map(({ name }) => {
    const delays = replaysOf(jobs, PLANT_NAMES, name, false).flatMap(one => one.delays);
    return { label: name, points: lengths.map(length => [length, percent(delays, length)] as const) };
  });
  files.set(
    'process-replay.svg',
    svg({
      title: 'Replays found, readings with noise',
      x: { label: 'length of the replay, s (one reading a second)', to: LONGEST, step: 30 },
      y: { label: 'found, %', to: 100, step: 20 },
      lines,
      goal: GOAL,
    }),
  );
  const shares = (delays: readonly number[]) => lengths.map(x => [x, percent(delays, x)] as const);
  files.set(
    'process-replay-controller.svg',
    svg({
      title: 'Replays found, all readings of a controller',
      x: { label: 'length of the replay, s (one reading a second)', to: LONGEST, step: 30 },
      y: { label: 'found, %', to: 100, step: 20 },
      lines: VARIANTS.map(({ name }) => ({
        label: name,
        points: shares(windowsOf(jobs, PLANT_NAMES, name, 'replay')),
      })),
      goal: GOAL,
    }),
  );
  files.set(
    'process-disagreement.svg',
    svg({
      title: 'Found: disagreement, by size (moves of the reading in a second)',
      x: { label: 'seconds since it began', to: MINUTE, step: 10 },
      y: { label: 'found, %', to: 100, step: 20 },
      lines: sizesApart(jobs).map(size => ({
        label: String(size),
        points: Array.from(
          { length: MINUTE + 1 },
          (_, x) => [x, percent(apartOf(jobs, PLANT_NAMES, size), x)] as const,
        ),
      })),
    }),
  );
  files.set(
    'process-unresponsive.svg',
    svg({
      title: 'Found: commands without effect',
      x: { label: 'minutes since the first of them', to: 10, step: 1 },
      y: { label: 'found, %', to: 100, step: 20 },
      lines: PLANT_NAMES.map(plant => ({
        label: PLANTS[plant].title,
        points: Array.from(
          { length: 121 },
          (_, i) => [i / 12, percent(deafOf(jobs, [plant]), i * 5)] as const,
        ),
      })),
    }),
  );
  for (const fault of plotted()) files.set(fault.file, faultPlot(jobs, fault));
  return files;
}

function plotted(): (Fault & { file: string })[] {
  return FAULTS.filter(({ sizes }) => sizes.length > 1 && sizes[0] !== 6).map(fault => ({
    ...fault,
    file: `process-${fault.name
      .replace(/ of (?=\d)/, '-')
      .replace(' s', 's')
      .replaceAll(' ', '-')}.svg`,
  }));
}

function faultPlot(jobs: readonly JobFigures[], { name, sizes, of, within }: Fault): string {
  const hours = within > 3600;
  const unit = hours ? 3600 : 60;
  const to = within / unit;
  const steps = Array.from({ length: 97 }, (_, i) => (i * to) / 96);
  return svg({
    title: `Found: ${name}, by size (${of})`,
    x: { label: hours ? 'hours since it began' : 'minutes since it began', to, step: hours ? 1 : 10 },
    y: { label: 'found, %', to: 100, step: 20 },
    lines: sizes.map(size => {
      const delays = faultsOf(jobs, name, size);
      return { label: String(size), points: steps.map(x => [x, percent(delays, x * unit)] as const) };
    }),
  });
}

function falseAlarms(jobs: readonly JobFigures[]): string {
  const rows = Object.values(PROCESS_KINDS).map(({ name }) => [
    `\`${name}\``,
    ...PLANT_NAMES.flatMap(plant => {
      const { months, alarms } = countOf(jobs, [plant], name);
      return [months.toFixed(1), String(alarms)];
    }),
    ...rateOf(jobs, name),
  ]);
  const heads = PLANT_NAMES.flatMap(plant => [`${PLANTS[plant].title}: tag-months`, 'alarms']);
  return (
    markdown(['finding', ...heads, 'a tag-month', 'at most (95 %)'], rows) +
    '\n\nFor `process.disagreement` each tag has three readers: the operator’s station every second, one half a second later, and' +
    ' one every thirty seconds.'
  );
}

/** Replays to the operator of all that a controller tells. */
function windows(jobs: readonly JobFigures[]): string {
  const share = (delays: readonly number[]) => `${percent(delays, MINUTE).toFixed(1)} % of ${delays.length}`;
  const rows = VARIANTS.map(({ name }) => {
    const of = (how: How) => windowsOf(jobs, PLANT_NAMES, name, how);
    const found = of('replay').filter(delay => delay > 0);
    return [
      name,
      ...PLANT_NAMES.map(plant => share(windowsOf(jobs, [plant], name, 'replay'))),
      share(of('replay')),
      found.length === 0 ? '–' : `${median(found).toFixed(0)} s`,
      share(of('disagreement')),
    ];
  });
  const head = [
    'replay of 60 s',
    ...PLANT_NAMES.map(plant => `${PLANTS[plant].title}: \`process.replay\``),
    'both',
    'median delay',
    '`process.disagreement`, with a second reader',
  ];
  return markdown(head, rows);
}

type How = 'replay' | 'disagreement';

function windowsOf(
  jobs: readonly JobFigures[],
  plants: readonly PlantName[],
  variant: string,
  how: How,
): readonly number[] {
  return jobs
    .filter(({ plant }) => plants.includes(plant))
    .flatMap(job => job.windows?.replays ?? [])
    .filter(one => one.variant === variant)
    .flatMap(one => one[how]);
}

function deaf(jobs: readonly JobFigures[]): string {
  const rows = PLANT_NAMES.map(plant => {
    const delays = deafOf(jobs, [plant]);
    const found = delays.filter(delay => delay > 0);
    return [
      PLANTS[plant].title,
      String(delays.length),
      ...[60, 300, 600].map(within => `${percent(delays, within).toFixed(0)} %`),
      found.length === 0 ? '–' : time(median(found)),
    ];
  });
  const head = ['plant', 'times of ten minutes', 'found within 1 min', '5 min', '10 min', 'median delay'];
  return (
    'For ten minutes the controller says yes to commands and does nothing; time counts from the first of them.\n\n' +
    markdown(head, rows)
  );
}

function deafOf(jobs: readonly JobFigures[], plants: readonly PlantName[]): number[] {
  return jobs.filter(({ plant }) => plants.includes(plant)).flatMap(job => job.windows?.deaf ?? []);
}

function disagreement(jobs: readonly JobFigures[]): string {
  const rows = sizesApart(jobs).map(size => {
    const delays = apartOf(jobs, PLANT_NAMES, size);
    const found = delays.filter(delay => delay > 0);
    return [
      String(size),
      ...PLANT_NAMES.map(plant => {
        const own = apartOf(jobs, [plant], size);
        return `${percent(own, MINUTE).toFixed(0)} % of ${own.length}`;
      }),
      found.length === 0 ? '–' : time(median(found)),
    ];
  });
  const head = [
    'difference',
    ...PLANT_NAMES.map(plant => `${PLANTS[plant].title}, within 60 s`),
    'median delay',
  ];
  return (
    'The operator’s station is told of a reading that it is so much more than it is, and another one, which reads half a second' +
    ' later, is not. 1 is the change from one reading to the next that one in a thousand exceeds.\n\n' +
    markdown(head, rows)
  );
}

function sizesApart(jobs: readonly JobFigures[]): number[] {
  return [...new Set(jobs.flatMap(job => job.windows?.apart.map(({ size }) => size) ?? []))];
}

function apartOf(jobs: readonly JobFigures[], plants: readonly PlantName[], size: number): number[] {
  return jobs
    .filter(({ plant }) => plants.includes(plant))
    .flatMap(job => job.windows?.apart ?? [])
    .filter(one => one.size === size)
    .flatMap(({ delays }) => delays);
}

function rateOf(jobs: readonly JobFigures[], kind: string): [string, string] {
  const { months, alarms } = countOf(jobs, PLANT_NAMES, kind);
  if (months === 0) return ['–', '–'];
  return [(alarms / months).toFixed(2), (atMost(alarms) / months).toFixed(2)];
}

function countOf(jobs: readonly JobFigures[], plants: readonly PlantName[], kind: string) {
  const runs: CleanFigures[] = jobs.flatMap(job =>
    plants.includes(job.plant) && job.clean !== undefined ? [job.clean] : [],
  );
  return {
    months: runs.reduce((sum, run) => sum + ((run.speaking[kind] ?? 0) * run.hours) / MONTH, 0),
    alarms: runs.reduce((sum, run) => sum + (run.alarms[kind] ?? 0), 0),
  };
}

/** Greatest mean that still gives at most `count` events with a probability of 5 % (Poisson). */
export function atMost(count: number): number {
  const below = (mean: number) => {
    let term = Math.exp(-mean);
    let sum = term;
    for (let i = 1; i <= count; i++) {
      term *= mean / i;
      sum += term;
    }
    return sum;
  };
  let low = 0;
  let high = 10 * (count + 5);
  for (let i = 0; i < 60; i++) {
    const middle = (low + high) / 2;
    if (below(middle) > 0.05) low = middle;
    else high = middle;
  }
  return high;
}

function replays(jobs: readonly JobFigures[]): string {
  const share = (plant: PlantName, variant: string, all: boolean) => {
    const delays = replaysOf(jobs, [plant], variant, all).flatMap(one => one.delays);
    return `${percent(delays, MINUTE).toFixed(1)} % of ${delays.length}`;
  };
  const rows = VARIANTS.map(({ name, meaning }) => {
    const delays = replaysOf(jobs, PLANT_NAMES, name, false)
      .flatMap(one => one.delays)
      .filter(delay => delay > 0);
    return [
      name,
      meaning,
      ...PLANT_NAMES.map(plant => share(plant, name, false)),
      `${percent(
        replaysOf(jobs, PLANT_NAMES, name, true).flatMap(one => one.delays),
        MINUTE,
      ).toFixed(1)} %`,
      delays.length === 0 ? '–' : `${median(delays).toFixed(0)} s`,
    ];
  });
  const head = [
    'replay of 60 s',
    'how',
    ...PLANT_NAMES.map(plant => PLANTS[plant].title),
    'all readings, both plants',
    'median delay',
  ];
  return `${markdown(head, rows)}\n\n${tooQuiet(jobs)}`;
}

/** The readings that a minute of replay says too little of. */
function tooQuiet(jobs: readonly JobFigures[]): string {
  const names = PLANT_NAMES.flatMap(plant => {
    const all = replaysOf(jobs, [plant], VARIANTS[0]!.name, true);
    const noisy = replaysOf(jobs, [plant], VARIANTS[0]!.name, false);
    const counted = new Set(noisy.map(({ tag }) => tag));
    return [...new Set(all.map(({ tag }) => tag))].filter(tag => !counted.has(tag));
  });
  const which = names.length === 0 ? 'none' : names.map(name => `\`${name}\``).join(', ');
  return (
    'A plant’s own columns hold the readings of which the profile says that a minute is enough' +
    ` (\`needs\` at most 60 readings). Too quiet for that: ${which}.`
  );
}

function replaysOf(jobs: readonly JobFigures[], plants: readonly PlantName[], variant: string, all: boolean) {
  return jobs
    .filter(({ plant }) => plants.includes(plant))
    .flatMap(({ trials }) => trials?.replays ?? [])
    .filter(one => one.variant === variant && (all || (one.needs > 0 && one.needs <= MINUTE)));
}

function faults(jobs: readonly JobFigures[]): string {
  const rows = FAULTS.flatMap(({ kind, name, sizes, of, within }) =>
    sizes.map(size => {
      const delays = faultsOf(jobs, name, size);
      const found = delays.filter(delay => delay > 0);
      return [
        `\`process.${kind}\``,
        name,
        sizes.length === 1 ? '' : `${size} ${of}`,
        `${percent(delays, within).toFixed(0)} % of ${delays.length}`,
        time(within),
        found.length === 0 ? '–' : time(median(found)),
      ];
    }),
  );
  return markdown(['finding', 'what happens', 'size', 'found', 'within', 'median delay'], rows);
}

function faultsOf(jobs: readonly JobFigures[], fault: string, size: number): number[] {
  return jobs
    .flatMap(({ trials }) => trials?.faults ?? [])
    .filter(one => one.fault === fault && one.size === size)
    .flatMap(({ delays }) => delays);
}

/** Share of `delays` that are found within `seconds`, %. */
function percent(delays: readonly number[], seconds: number): number {
  if (delays.length === 0) return 0;
  return (100 * delays.filter(delay => delay > 0 && delay <= seconds).length) / delays.length;
}

function time(seconds: number): string {
  if (seconds >= 5400) return `${(seconds / 3600).toFixed(1)} h`;
  return seconds >= 300 ? `${(seconds / 60).toFixed(0)} min` : `${seconds.toFixed(0)} s`;
}

function markdown(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}
