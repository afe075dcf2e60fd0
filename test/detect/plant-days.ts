/**
 * Clean days of the simulated plants, for the detectors to be silent about.
 *
 *     node test/detect/plant-days.ts [DAYS] [SEED] [--write]
 *
 * The plant's own stations and controllers talk, each message through its own encoder and decoder; only the sockets
 * between them are replaced by memory, and the clock by the plant's. Prints what was found; with `--write` puts it
 * into docs/findings.md.
 *
 * @module
 */

import { readFileSync, writeFileSync } from 'node:fs';
import { registerHooks } from 'node:module';
import { Detector } from '../../src/detect/detector.ts';
import { Known } from '../../src/detect/known.ts';
import { DEFAULT_TUNING } from '../../src/detect/tuning.ts';
import type { Finding } from '../../src/operation/finding.ts';
import { Operation } from '../../src/operation/operation.ts';
import type { Conversation } from '../../src/protocol/protocol.ts';
import { PROTOCOLS } from '../../src/protocol/registry.ts';
import { FINDINGS_PAGE, putBetween } from '../../tool/findings-page.ts';
import type { Wire } from './memory-net.ts';

registerHooks({
  resolve(specifier, context, next) {
    const plant = specifier === 'node:net' && context.parentURL?.includes('/src/plant/') === true;
    return next(plant ? new URL('./memory-net.ts', import.meta.url).href : specifier, context);
  },
});

const { tap } = await import('./memory-net.ts');
const { CompressorStation } = await import('../../src/plant/compressor/compressor-station.ts');
const { CompressorNetwork } = await import('../../src/plant/compressor/network.ts');
const { EngineeringStation } = await import('../../src/plant/compressor/engineering-station.ts');
const { OperatorStation } = await import('../../src/plant/compressor/operator-station.ts');
const { Random } = await import('../../src/plant/random.ts');

const DAY = 86_400;
/** When it begins, seconds since 1970 UTC. */
const START = Date.UTC(2027, 0, 4) / 1000;
/** Seconds between two rounds of the stations, as in an exercise. */
const OPERATOR_PERIOD = 0.5;
const ENGINEER_PERIOD = 3;

export interface PlantDays {
  readonly plant: string;
  readonly days: number;
  readonly operations: number;
  readonly findings: readonly Finding[];
}

/** What the conversation of one connection needs. */
interface Talk {
  readonly wire: Wire;
  readonly conversation: Conversation;
  readonly protocol: number;
}

/** Listens to the memory network, and hands every operation to the detectors. */
class Listener {
  readonly detector: Detector;
  readonly #talks = new Map<number, Talk>();
  readonly #current = { session: { clientAddress: '', serverAddress: '', clientName: '', serverName: '' } };
  readonly #op = new Operation();
  readonly #protocolOf: (wire: Wire) => string;

  constructor(known: Known, protocolOf: (wire: Wire) => string) {
    this.#protocolOf = protocolOf;
    this.detector = new Detector({
      protocols: PROTOCOLS,
      current: this.#current,
      tuning: DEFAULT_TUNING,
      known,
    });
  }

  /** A message: plants write one at a time. */
  take(wire: Wire, side: 0 | 1, bytes: Uint8Array, time: number): void {
    const { conversation, protocol } = this.#talk(wire);
    const { client, server, clientPort, serverPort } = wire;
    this.#current.session = {
      clientAddress: client,
      serverAddress: server,
      clientName: `${client}:${clientPort}`,
      serverName: `${server}:${serverPort}`,
    };
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    const op = this.#op;
    for (let at = 0; at < bytes.length; ) {
      const length = PROTOCOLS[protocol]!.frame(side, view, at, bytes.length);
      if (length <= 0 || at + length > bytes.length) throw new Error('a plant wrote half a message');
      op.time = time;
      op.flow = wire.serial;
      op.protocol = protocol;
      conversation.decode(side, view, at, at + length, op, this.detector);
      conversation.follow(side, view, at, at + length);
      at += length;
    }
  }

  #talk(wire: Wire): Talk {
    let talk = this.#talks.get(wire.serial);
    if (talk === undefined) {
      const name = this.#protocolOf(wire);
      const protocol = PROTOCOLS.findIndex(candidate => candidate.name === name);
      const conversation = PROTOCOLS[protocol]!.open({ requests: 64, bytes: 65_536 });
      talk = { wire, conversation, protocol };
      this.#talks.set(wire.serial, talk);
    }
    return talk;
  }
}

/** The compressor station: its operator reads everything twice a second, and its engineer uploads all day. */
export async function compressorDays(days: number, seed: number): Promise<PlantDays> {
  // The controllers' own cycle for the physics too: what matters here is what is said.
  const plant = new CompressorStation({ seed, start: START * 1000, step: 0.05 });
  const network = new CompressorNetwork(plant);
  const places = {
    process: { address: '127.10.2.7', port: 502 },
    drive: { address: '127.10.2.8', port: 102 },
  };
  const controllers = await network.listen(places);
  const listener = new Listener(new Known(DEFAULT_TUNING.learning), ({ serverPort }) =>
    serverPort === 502 ? 'modbus' : 's7comm',
  );
  tap.take = (wire, side, bytes) => listener.take(wire, side, bytes, START + plant.time);
  const operator = new OperatorStation('127.10.1.11', controllers, new Random(seed ^ 0x27d4eb2f));
  const engineer = new EngineeringStation('127.10.1.21', controllers.drive);
  const rounds = Math.round((days * DAY) / OPERATOR_PERIOD);
  const perEngineer = Math.round(ENGINEER_PERIOD / OPERATOR_PERIOD);
  for (let round = 0; round < rounds; round++) {
    plant.runUntil(round * OPERATOR_PERIOD);
    await operator.round();
    if (round % perEngineer === 0) await engineer.round();
  }
  if (!operator.counts.undisturbed || !engineer.counts.undisturbed) throw new Error('the run was not clean');
  operator.close();
  engineer.close();
  await network.close();
  const { detector } = listener;
  return {
    plant: 'gas compressor station',
    days,
    operations: detector.operations,
    findings: detector.grouping.findings(),
  };
}

function describe(runs: readonly PlantDays[], seed: number): string {
  return runs
    .map(({ plant, days, operations, findings }) => {
      const rate = (findings.length / days).toFixed(2);
      const list = findings.map(
        ({ kind, subject, count }) => `\`${kind}\` (${subject.client}, ${count} operations)`,
      );
      return (
        `- ${plant}: ${days} days from seed ${seed}, ${operations} operations: ${findings.length} false findings, ` +
        `${rate} a day${list.length === 0 ? '' : `: ${list.join(', ')}`}`
      );
    })
    .join('\n');
}

if (import.meta.main) {
  const [days = 10, seed = 4711] = process.argv
    .slice(2)
    .filter(arg => !arg.startsWith('-'))
    .map(Number);
  const text = describe([await compressorDays(days, seed)], seed);
  console.log(text);
  if (process.argv.includes('--write')) {
    writeFileSync(FINDINGS_PAGE, putBetween(readFileSync(FINDINGS_PAGE, 'utf8'), 'plant days', text));
  }
}
