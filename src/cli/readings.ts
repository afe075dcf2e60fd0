/**
 * `cofferdam readings`: quiet hours of a simulated plant as CSV, quickly: something to learn what is normal from, and to
 * count false alarms on.
 *
 * @module
 */

import { COMPRESSOR_HISTORY, compressorHistory } from '../plant/compressor/history.ts';
import { ROTOR_HALL_HISTORY, rotorHallHistory } from '../plant/rotor-hall/history.ts';
import { parseArgs } from './arguments.ts';
import { type Command, UsageError } from './command.ts';

const PLANTS = {
  compressor: { tags: COMPRESSOR_HISTORY, history: compressorHistory },
  'rotor-hall': { tags: ROTOR_HALL_HISTORY, history: rotorHallHistory },
} as const;

const HELP = `usage: cofferdam readings PLANT [OPTION …]

Prints what the stations of a simulated plant read on quiet days, as CSV: seconds since the plant began, then
a column for each tag, setpoints that the operator changes among them. An hour takes about a second.
Plants: ${Object.keys(PLANTS).join(', ')}.

  --hours N    how much of it (default 1)
  --period N   seconds between two readings (default 1)
  --seed N     seed of the simulation (default 1); the same seed gives the same readings
  --help       this`;

export const readings: Command = {
  summary: 'print quiet hours of a simulated plant as CSV',
  help: HELP,
  run,
};

async function run(args: readonly string[]): Promise<number> {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      hours: { type: 'string', default: '1' },
      period: { type: 'string', default: '1' },
      seed: { type: 'string', default: '1' },
    },
  });
  const [name = ''] = positionals;
  const plant = Object.hasOwn(PLANTS, name) ? PLANTS[name as keyof typeof PLANTS] : undefined;
  if (plant === undefined || positionals.length !== 1) {
    throw new UsageError(`name one plant: ${Object.keys(PLANTS).join(', ')}`);
  }
  const number = (option: 'hours' | 'period' | 'seed', least: number, most: number): number => {
    const value = Number(values[option]);
    if (value >= least && value <= most) return value;
    throw new UsageError(`--${option} is '${values[option]}'; write a number from ${least} to ${most}`);
  };
  const options = {
    seconds: number('hours', 0.001, 10_000) * 3600,
    period: number('period', 0.2, 3600),
    seed: Math.floor(number('seed', 0, 0xffff_ffff)),
  };
  const { stdout } = process;
  stdout.write(`time,${plant.tags.map(tag => tag.name).join(',')}\n`);
  for (const row of plant.history(options)) {
    const cells = Array.from(row.values, value => Number(value.toPrecision(7)));
    // Somebody may read more slowly than this is made.
    if (!stdout.write(`${Number(row.time.toFixed(3))},${cells.join(',')}\n`)) {
      await new Promise<void>(resolve => stdout.once('drain', () => resolve()));
    }
  }
  return 0;
}
