/**
 * `cofferdam drill`: plays an intrusion at a simulated plant against chosen defences, faster than in real time, and says
 * what was stopped, what was found, and what became of the machines.
 *
 * @module
 */

import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import {
  COMBINATION_HEADS,
  combinationRow,
  minutes,
  playCombinations,
} from '../drill/rotor-hall/combinations.ts';
import { DEFENCES, type DefenceName } from '../drill/rotor-hall/defence.ts';
import { type HallOptions, type HallOutcome, playHallExercise } from '../drill/rotor-hall/hall-exercise.ts';
import { watcherOf } from '../drill/rotor-hall/watchers.ts';
import { parseArgs } from './arguments.ts';
import { type Command, UsageError } from './command.ts';
import { outcomeText, printRow, programText } from './drill-text.ts';
import { stopSignal } from './stop-signal.ts';

const POLICY = fileURLToPath(new URL('../../policies/rotor-hall.yaml', import.meta.url));

const HELP = `usage: cofferdam drill rotor-hall [OPTION …]

Plays an intrusion like Stuxnet's at the simulated rotor hall, 50 minutes in a few seconds: the engineering
station's software is made to lie about blocks, changed programs are downloaded, the drives leave their band,
and the operator is shown what was recorded before. All on loopback addresses; nothing else can be reached.

  --defences LIST  which of ${DEFENCES.join(', ')} to use, joined by commas; or all, or none (default all)
  --table          every combination of them, one after the other: a table
  --quiet          no intrusion: an hour as any other, on which everything that is found is a false alarm
  --program        only lists the blocks of the program, and those that the intruder puts in their place
  --seed N         seed of the simulation (default 1); the same seed gives the same course
  --policy FILE    another policy than policies/rotor-hall.yaml, with the same hosts
  --json           what came of it as JSON on stdout, instead of text
  --help           this

Exit code 1 where a rotor was wrecked in spite of a defence, or something was found in a quiet hour.`;

export const drill: Command = {
  summary: 'play an intrusion at a simulated plant against chosen defences',
  help: HELP,
  run,
};

async function run(args: readonly string[]): Promise<number> {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      defences: { type: 'string', default: 'all' },
      table: { type: 'boolean', default: false },
      quiet: { type: 'boolean', default: false },
      program: { type: 'boolean', default: false },
      seed: { type: 'string', default: '1' },
      policy: { type: 'string', default: POLICY },
      json: { type: 'boolean', default: false },
    },
  });
  if (positionals.length !== 1 || positionals[0] !== 'rotor-hall') {
    throw new UsageError(`name the plant: cofferdam drill rotor-hall`);
  }
  if (values.program) {
    console.log(programText());
    return 0;
  }
  const seed = Number(values.seed);
  if (!/^\d+$/.test(values.seed) || seed > 0xffff_ffff) {
    throw new UsageError(`--seed is '${values.seed}'; write a whole number from 0 to 4294967295`);
  }
  if (values.table && values.quiet) throw new UsageError('--table plays the intrusion; leave --quiet out');
  const defences = readDefences(values.defences);
  const stop = stopSignal();
  const options = {
    policy: await readFile(values.policy, 'utf8'),
    file: values.policy,
    seed,
    watchers: watcherOf,
    signal: stop.signal,
  };
  const failed = values.table
    ? await playTable(options, values.json)
    : await playOne({ ...options, defences, intrusion: !values.quiet }, values.json);
  stop.release();
  return stop.signal.aborted ? stop.code : failed ? 1 : 0;
}

/** Plays all combinations; true where a defence did not keep the rotors. */
async function playTable(options: Parameters<typeof playCombinations>[0], json: boolean): Promise<boolean> {
  const print = json ? () => {} : printRow;
  print(COMBINATION_HEADS);
  const outcomes = await playCombinations(options, outcome => print(combinationRow(outcome)));
  if (json) console.log(JSON.stringify(outcomes, null, 2));
  return outcomes.some(isFailed);
}

/** Plays one exercise; true where a defence did not keep the rotors, or there was a false alarm. */
async function playOne(options: HallOptions, json: boolean): Promise<boolean> {
  const outcome = await playHallExercise({
    ...options,
    tell: ({ time, kind, what }) => {
      if (!json) console.log(`${minutes(time).padStart(6)}  ${kind.padEnd(8)}  ${what}`);
    },
  });
  console.log(json ? JSON.stringify(outcome, null, 2) : outcomeText(outcome));
  return isFailed(outcome) || (!options.intrusion && outcome.reports.length > 0);
}

function readDefences(text: string): ReadonlySet<DefenceName> {
  if (text === 'all') return new Set(DEFENCES);
  if (text === 'none') return new Set();
  const names = text.split(',').map(name => name.trim());
  for (const name of names) {
    if (!(DEFENCES as readonly string[]).includes(name)) {
      throw new UsageError(
        `--defences has '${name}'; write ${DEFENCES.join(', ')}, joined by commas, or all, or none`,
      );
    }
  }
  return new Set(DEFENCES.filter(name => names.includes(name)));
}

function isFailed({ defences, wrecked }: HallOutcome): boolean {
  return defences.length > 0 && wrecked > 0;
}
