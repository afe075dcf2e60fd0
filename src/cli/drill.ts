/**
 * `cofferdam drill`: plays an intrusion at a simulated plant against chosen defences, faster than in real time, and says
 * what was stopped, what was found, and what became of the machines.
 *
 * @module
 */

import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { changedProgram } from '../drill/rotor-hall/changed-program.ts';
import {
  COMBINATION_HEADS,
  combinationRow,
  minutes,
  playCombinations,
} from '../drill/rotor-hall/combinations.ts';
import { DEFENCE_TITLES, DEFENCES, type DefenceName } from '../drill/rotor-hall/defence.ts';
import { type HallOutcome, playHallExercise } from '../drill/rotor-hall/hall-exercise.ts';
import { watcherOf } from '../drill/rotor-hall/watchers.ts';
import { listBody } from '../plant/block-machine/list.ts';
import { cascadeProgram } from '../plant/rotor-hall/cascade-program.ts';
import { BlockType, blockName, type S7Block } from '../plant/s7-block.ts';
import { type Command, UsageError } from './command.ts';

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
  const options = {
    policy: await readFile(values.policy, 'utf8'),
    file: values.policy,
    seed,
    watchers: watcherOf,
  };
  if (values.table) {
    const print = values.json ? () => {} : printRow;
    print(COMBINATION_HEADS);
    const outcomes = await playCombinations(options, outcome => print(combinationRow(outcome)));
    if (values.json) console.log(JSON.stringify(outcomes, null, 2));
    return outcomes.some(failed) ? 1 : 0;
  }
  const defences = readDefences(values.defences);
  const outcome = await playHallExercise({
    ...options,
    defences,
    intrusion: !values.quiet,
    tell: ({ time, kind, what }) => {
      if (!values.json) console.log(`${minutes(time).padStart(6)}  ${kind.padEnd(8)}  ${what}`);
    },
  });
  console.log(values.json ? JSON.stringify(outcome, null, 2) : outcomeText(outcome));
  return failed(outcome) || (values.quiet && outcome.reports.length > 0) ? 1 : 0;
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

function failed({ defences, wrecked }: HallOutcome): boolean {
  return defences.length > 0 && wrecked > 0;
}

function outcomeText({
  defences,
  rotors,
  wrecked,
  damage,
  leftBand,
  displayed,
  shown,
  operatorLosses,
  reports,
}: HallOutcome): string {
  const names = defences.map(name => DEFENCE_TITLES[name]).join(', ') || 'none';
  const findings = defences
    .map(name => [name, reports.filter(({ defence }) => defence === name).length] as const)
    .map(([name, count]) => `${name} ${count}`)
    .join(', ');
  const when = (time: number | undefined): string => (time === undefined ? 'never' : `at ${minutes(time)}`);
  return [
    '',
    `defences     ${names}`,
    `rotors       ${wrecked} of ${rotors.length} wrecked; most life used by one: ${(damage * 100).toFixed(0)} %`,
    `band         first left ${when(leftBand)}; first shown to the operator ${when(displayed)}`,
    `engineers    were shown ${shown} differences between the controllers and the project`,
    `findings     ${findings || 'none'}`,
    `operator     ${operatorLosses} requests without a good answer`,
  ].join('\n');
}

/** Code blocks as listings: as commissioned, and as the intruder changes them. */
function programText(): string {
  const list = (blocks: readonly S7Block[]): string[] =>
    blocks
      .filter(({ type }) => type !== BlockType.DB)
      .flatMap(({ type, number, code }) => ['', blockName(type, number), ...listBody(code)]);
  return [
    'As commissioned:',
    ...list(cascadeProgram()),
    '',
    'As the intruder changes it:',
    ...list(changedProgram('schedule')),
  ].join('\n');
}

const WIDTHS = [...DEFENCES.map(name => name.length), 17, 44, 22, 14, 14];

function printRow(cells: readonly string[]): void {
  const text = cells.map((cell, i) => cell.padEnd(WIDTHS[i]!)).join('  ');
  console.log(text.trimEnd());
}
