/**
 * Clean days of the simulated plants, for the detectors to be silent about, and then the plant's own intrusion, for them
 * to see.
 *
 *     node test/detect/plant-days.ts [DAYS] [SEED] [--plant compressor|hall] [--write]
 *
 * The plants' own stations and controllers talk, each message through its own encoder and decoder; only the sockets
 * between them are replaced by memory, and the clock by the plant's. Connections are not set up by TCP, so kinds about
 * that are not tried. Prints what was found; with `--write` puts it into docs/findings.md.
 *
 * @module
 */

import { readFileSync, writeFileSync } from 'node:fs';
import { registerHooks } from 'node:module';
import { parseArgs } from 'node:util';
import { Known } from '../../src/detect/known.ts';
import { DEFAULT_TUNING } from '../../src/detect/tuning.ts';
import type { Step } from '../../src/drill/step.ts';
import type { Finding } from '../../src/operation/finding.ts';
import type { Endpoint } from '../../src/plant/protocol-client.ts';
import { FINDINGS_PAGE, putBetween } from '../../tool/findings-page.ts';
import { Listener } from './plant-listener.ts';

registerHooks({
  resolve(specifier, context, next) {
    const plant = specifier === 'node:net' && context.parentURL?.includes('/src/plant/') === true;
    return next(plant ? new URL('./memory-net.ts', import.meta.url).href : specifier, context);
  },
});

// Whatever imports node:net comes after the hook.
const { tap } = await import('./memory-net.ts');
const compressor = {
  ...(await import('../../src/plant/compressor/compressor-station.ts')),
  ...(await import('../../src/plant/compressor/network.ts')),
  ...(await import('../../src/plant/compressor/engineering-station.ts')),
  ...(await import('../../src/plant/compressor/operator-station.ts')),
  ...(await import('../../src/plant/compressor/tags.ts')),
  ...(await import('../../src/drill/compressor-intrusion.ts')),
};
const hall = {
  ...(await import('../../src/plant/rotor-hall/rotor-hall.ts')),
  ...(await import('../../src/plant/rotor-hall/network.ts')),
  ...(await import('../../src/plant/rotor-hall/engineering-station.ts')),
  ...(await import('../../src/plant/rotor-hall/operator-station.ts')),
  ...(await import('../../src/plant/rotor-hall/historian.ts')),
  ...(await import('../../src/plant/rotor-hall/cascade-program.ts')),
  ...(await import('../../src/plant/rotor-hall/tags.ts')),
  ...(await import('../../src/drill/rotor-hall/intrusion.ts')),
};
const drillHosts = await import('../../src/drill/hosts.ts');
const { Intruder } = await import('../../src/drill/runner.ts');
const { Random } = await import('../../src/plant/random.ts');

const DAY = 86_400;
/** When it begins, seconds since 1970 UTC. */
const START = Date.UTC(2027, 0, 4) / 1000;
/** Seconds between two rounds of the stations, as in the exercises. */
const OPERATOR_PERIOD = 0.5;
const ENGINEER_PERIOD = 3;
const HISTORIAN_PERIOD = 5;
const COMPARISON_PERIOD = 600;

/** A plant that runs in the memory network. */
interface Stage {
  readonly name: string;
  /** Seconds between two rounds. */
  readonly period: number;
  /** Simulated seconds since the start. */
  now(): number;
  /** One round of all stations, at `time`. */
  round(time: number): Promise<void>;
  readonly intrusion: readonly Step[];
  readonly hosts: ReadonlyMap<string, string>;
  readonly endpoints: ReadonlyMap<string, Endpoint>;
  /** Every request of the stations was answered as asked. */
  clean(): boolean;
}

interface Outcome {
  readonly name: string;
  readonly days: number;
  readonly operations: number;
  /** On the clean days, all of them false. */
  readonly clean: readonly Finding[];
  /** Kinds that the intrusion raised or added to. */
  readonly intrusion: readonly string[];
}

/** The compressor station: its operator reads everything twice a second, and its engineer uploads all day. */
async function compressorStage(seed: number): Promise<Stage> {
  // The controllers' own cycle for the physics too: what matters here is what is said.
  const plant = new compressor.CompressorStation({ seed, start: START * 1000, step: 0.05 });
  const endpoints = await new compressor.CompressorNetwork(plant).listen({
    process: { address: '127.10.2.7', port: 502 },
    drive: { address: '127.10.2.8', port: 102 },
  });
  const hosts = hostsOf([drillHosts.OPERATOR, drillHosts.ENGINEER, drillHosts.VENDOR]);
  const operator = new compressor.OperatorStation(
    hosts.get(drillHosts.OPERATOR)!,
    endpoints,
    new Random(seed ^ 0x27d4eb2f),
  );
  const engineer = new compressor.EngineeringStation(hosts.get(drillHosts.ENGINEER)!, endpoints.drive);
  return {
    name: 'gas compressor station',
    period: OPERATOR_PERIOD,
    now: () => plant.time,
    round: async time => {
      plant.runUntil(time);
      await operator.round();
      if (time % ENGINEER_PERIOD === 0) await engineer.round();
    },
    intrusion: compressor.COMPRESSOR_INTRUSION,
    hosts,
    endpoints: new Map([
      [compressor.PROCESS_CONTROLLER, endpoints.process],
      [compressor.DRIVE_CONTROLLER, endpoints.drive],
    ]),
    clean: () => operator.counts.undisturbed && engineer.counts.undisturbed,
  };
}

/** The rotor hall: operator and historian read, the engineers compare the program every ten minutes. */
async function hallStage(seed: number): Promise<Stage> {
  const plant = new hall.RotorHall({ seed, start: START * 1000, steps: 1 });
  const endpoints = await new hall.RotorHallNetwork(plant).listen({
    'plc-a': { address: '127.11.2.7', port: 102 },
    'plc-b': { address: '127.11.2.8', port: 102 },
    [hall.MONITOR]: { address: '127.11.2.9', port: 502 },
  });
  const hosts = hostsOf(hall.STATIONS);
  const operator = new hall.OperatorStation(
    hosts.get(hall.OPERATOR)!,
    endpoints,
    new Random(seed ^ 0x165667b1),
  );
  const historian = new hall.Historian(hosts.get(hall.HISTORIAN)!, endpoints[hall.MONITOR]);
  const engineers = hall.CASCADES.map(
    cascade =>
      new hall.EngineeringStation(hosts.get(hall.ENGINEER)!, endpoints[cascade], hall.cascadeProgram()),
  );
  return {
    name: 'rotor hall',
    period: 1,
    now: () => plant.time,
    round: async time => {
      plant.runUntil(time);
      await operator.round();
      if (time % HISTORIAN_PERIOD === 0) await historian.round();
      if (time % COMPARISON_PERIOD !== COMPARISON_PERIOD / 2) return;
      for (const engineer of engineers) {
        await engineer.look();
        await engineer.compare();
      }
    },
    intrusion: hall.ROTOR_HALL_INTRUSION,
    hosts,
    endpoints: new Map(Object.entries(endpoints)),
    clean: () =>
      operator.counts.undisturbed &&
      historian.counts.undisturbed &&
      engineers.every(({ counts }) => counts.undisturbed),
  };
}

async function run(stage: Stage, days: number): Promise<Outcome> {
  const listener = new Listener(new Known(DEFAULT_TUNING.learning));
  const { detector } = listener;
  tap.take = (wire, side, bytes) => listener.take(wire, side, bytes, START + stage.now());
  const rounds = Math.round((days * DAY) / stage.period);
  for (let round = 0; round < rounds; round++) await stage.round(round * stage.period);
  if (!stage.clean()) throw new Error(`${stage.name}: the run was not clean`);
  detector.finish();
  const clean = detector.grouping.findings();
  const { operations } = detector;
  const intruder = new Intruder({ hosts: stage.hosts, endpoints: stage.endpoints });
  let time = rounds * stage.period;
  for (const step of stage.intrusion) {
    await intruder.run(step);
    time += 5;
    await stage.round(time);
  }
  detector.finish();
  const began = START + rounds * stage.period - stage.period;
  const during = detector.grouping.findings().filter(({ from }) => from >= began);
  const intrusion = [...new Set(during.map(({ kind }) => kind))].sort();
  return { name: stage.name, days, operations, clean, intrusion };
}

/** An address of its own for each host. */
function hostsOf(names: readonly string[]): ReadonlyMap<string, string> {
  return new Map(names.map((name, index) => [name, `127.10.1.${11 + index}`]));
}

function describe({ name, days, operations, clean, intrusion }: Outcome, seed: number): string {
  const rate = (clean.length / days).toFixed(2);
  const list = clean.map(
    ({ kind, subject, count }) => `\`${kind}\` (${subject.client} at ${subject.server}, ${count} operations)`,
  );
  return (
    `- ${name}: ${days} days from seed ${seed}, ${operations} operations: false findings ${clean.length}, ` +
    `${rate} a day${list.length === 0 ? '' : `: ${list.join(', ')}`}. ` +
    `Its intrusion on the next day raised ${intrusion.map(kind => `\`${kind}\``).join(', ')}.`
  );
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { write: { type: 'boolean', default: false }, plant: { type: 'string', default: 'all' } },
});
const [days = 10, seed = 4711] = positionals.map(Number);
const stages = { compressor: compressorStage, hall: hallStage };
const lines: string[] = [];
for (const [name, stage] of Object.entries(stages)) {
  if (values.plant !== 'all' && values.plant !== name) continue;
  const line = describe(await run(await stage(seed), days), seed);
  console.log(line);
  lines.push(line);
}
if (values.write) {
  const page = readFileSync(FINDINGS_PAGE, 'utf8');
  writeFileSync(FINDINGS_PAGE, putBetween(page, 'plant days', lines.join('\n')));
}
