/**
 * `cofferdam start`: runs the simulated compressor station behind the gateway, lets an intruder at it, and shows
 * what happens; or, undefended, what would happen.
 *
 * @module
 */

import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { COMPRESSOR_INTRUSION } from '../drill/compressor-intrusion.ts';
import { Exercise, type ExerciseEvent } from '../drill/exercise.ts';
import { judgeExercise, type Report } from '../drill/report.ts';
import type { StepResult } from '../drill/step.ts';
import { loadPolicy } from '../policy/parse.ts';
import { parseArgs } from './arguments.ts';
import { type Command, UsageError } from './command.ts';
import { ScreenView } from './start-screen.ts';
import { tallyText } from './start-tally.ts';
import { LineView, type View } from './start-view.ts';

/** Seconds before the intruder acts, between two of its steps, and after the last one. */
const CALM = 8;
const PAUSE = 0.5;
const AFTERMATH = 2;

const HELP = `usage: cofferdam start [OPTION …]

Runs a simulated gas compressor station behind the gateway on loopback addresses, with an operator and an
engineer at work. After ${CALM} seconds an intruder tries what Stuxnet and its like did. Runs until Ctrl-C.

  --plant NAME    compressor (default), or rotor-hall: that one runs without an intruder, for clients of your own;
                  cofferdam drill rotor-hall plays its intrusion
  --once          one intrusion, then a JSON summary on stdout; exit 0 only if every forbidden operation was
                  refused, the plant stayed in its safe range, and the operator lost no request.
                  For a program that reads it: npm start -s -- --once (without -s npm prints lines
                  of its own on stdout)
  --undefended    the same without Cofferdam: the intruder talks to the controllers; with --once exit 0 if it ran
  --seed N        seed of the simulation (default 1); the same seed gives the same plant
  --speed N       seconds of the plant's time in a second, 0.1 to 20 (default 1)
  --policy FILE   another policy than policies/compressor-station.yaml (policies/rotor-hall.yaml), with the
                  same hosts
  --fixed-ports   listen on the ports in the policy; otherwise on free ones
  --plain         lines of text also on a terminal
  --help          this`;

const POLICIES = {
  compressor: policyFile('compressor-station.yaml'),
  'rotor-hall': policyFile('rotor-hall.yaml'),
} as const;
type Plant = keyof typeof POLICIES;

interface Options {
  readonly plant: Plant;
  readonly once: boolean;
  readonly undefended: boolean;
  readonly seed: number;
  readonly speed: number;
  readonly policy: string;
  readonly fixedPorts: boolean;
  readonly plain: boolean;
}

export const start: Command = {
  summary: 'run a simulated plant behind Cofferdam and watch it being defended',
  help: HELP,
  run: args => {
    const options = readOptions(args);
    return options.plant === 'rotor-hall' ? runHall(options) : run(options);
  },
};

function readOptions(args: readonly string[]): Options {
  const { values } = parseArgs({
    args: [...args],
    options: {
      plant: { type: 'string', default: 'compressor' },
      once: { type: 'boolean', default: false },
      undefended: { type: 'boolean', default: false },
      seed: { type: 'string', default: '1' },
      speed: { type: 'string', default: '1' },
      policy: { type: 'string' },
      'fixed-ports': { type: 'boolean', default: false },
      plain: { type: 'boolean', default: false },
    },
  });
  if (!Object.hasOwn(POLICIES, values.plant)) {
    throw new UsageError(`--plant is '${values.plant}'; write ${Object.keys(POLICIES).join(' or ')}`);
  }
  const plant = values.plant as Plant;
  const seed = Number(values.seed);
  if (!/^\d+$/.test(values.seed) || seed > 0xffff_ffff) {
    throw new UsageError(`--seed is '${values.seed}'; write a whole number from 0 to 4294967295`);
  }
  const speed = Number(values.speed);
  if (!(speed >= 0.1 && speed <= 20)) {
    throw new UsageError(`--speed is '${values.speed}'; write a number from 0.1 to 20`);
  }
  const { once, undefended, policy = POLICIES[plant], plain } = values;
  return { plant, once, undefended, seed, speed, policy, fixedPorts: values['fixed-ports'], plain };
}

function policyFile(name: string): string {
  return fileURLToPath(new URL(`../../policies/${name}`, import.meta.url));
}

async function runHall({ once, undefended, ...options }: Options): Promise<number> {
  if (once)
    throw new UsageError(
      '--once is for the compressor; cofferdam drill rotor-hall plays the hall’s intrusion',
    );
  return (await import('./start-hall.ts')).startHall({ ...options, defended: !undefended });
}

async function run(options: Options): Promise<number> {
  const { once, undefended, seed, speed } = options;
  const policy = await loadPolicy(options.policy);
  const defended = !undefended;
  const stop = new AbortController();
  const interrupt = () => stop.abort();
  process.on('SIGINT', interrupt).on('SIGTERM', interrupt);
  let view: View | undefined;
  const early: ExerciseEvent[] = [];
  const exercise = await Exercise.start({
    policy,
    seed,
    speed,
    defended,
    fixedPorts: options.fixedPorts,
    tell: event => (view === undefined ? early.push(event) : view.tell(event)),
  });
  const screen = !once && !options.plain && process.stdout.isTTY === true;
  // With --once the summary alone goes to stdout.
  view = screen
    ? new ScreenView(exercise, policy, defended, process.stdout)
    : new LineView(exercise, policy, defended, once ? process.stderr : process.stdout);
  for (const event of early) view.tell(event);
  const results: StepResult[] = [];
  try {
    await intrude(exercise, results, stop.signal);
    if (!once) await sleep(0x7fff_ffff, undefined, { signal: stop.signal });
  } catch (error) {
    if (!stop.signal.aborted) throw error;
  } finally {
    view.close();
    await exercise.stop();
    process.off('SIGINT', interrupt).off('SIGTERM', interrupt);
  }
  const report = reportOf(exercise, policy.plant, options, results);
  (once ? process.stderr : process.stdout).write(`${tallyText(report)}\n`);
  if (!once) return 0;
  process.stdout.write(`${JSON.stringify(report, null, 2)}\n`);
  if (stop.signal.aborted) return 1;
  return defended && !report.held.all ? 1 : 0;
}

/** The intruder's steps, one after the other; ends early, with an AbortError, when told to stop. */
async function intrude(exercise: Exercise, results: StepResult[], signal: AbortSignal): Promise<void> {
  const wait = (seconds: number) => sleep(seconds * 1000, undefined, { signal });
  await wait(CALM);
  for (const step of COMPRESSOR_INTRUSION) {
    await wait(PAUSE + (step.wait ?? 0));
    results.push(await exercise.try(step));
  }
  await wait(AFTERMATH);
}

function reportOf(exercise: Exercise, plant: string, options: Options, steps: readonly StepResult[]): Report {
  const { outcome, gatewayCounts } = exercise;
  const { operator, engineer } = exercise.stations;
  return {
    plant,
    defended: !options.undefended,
    seed: options.seed,
    speed: options.speed,
    outcome,
    intruder: {
      scenarioSteps: COMPRESSOR_INTRUSION.length,
      requests: steps.reduce((sum, step) => sum + step.requests, 0),
      refused: steps.reduce((sum, step) => sum + step.refused, 0),
      steps,
    },
    operator,
    engineer,
    gateway: gatewayCounts,
    held: judgeExercise(outcome, steps, COMPRESSOR_INTRUSION.length, operator),
  };
}
