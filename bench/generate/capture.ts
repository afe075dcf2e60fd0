/**
 * Makes the captures that the bench reads: Modbus and S7comm connections, or one kind alone, 256 of them open at any
 * time, each whole. The same parameters give the same bytes; a file that is there already is used again.
 *
 * @module
 */

import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Connection } from './connection.ts';
import type { Dialogue } from './dialogue.ts';
import { ModbusPoll } from './modbus-poll.ts';
import { PcapWriter } from './pcap-writer.ts';
import { Random } from './random.ts';
import { S7Poll } from './s7-poll.ts';
import type { Endpoint } from './segment.ts';

export interface CaptureParameters {
  /** How many packets, give or take the end of the last connections. */
  readonly packets: number;
  readonly seed: number;
  /** Connections of a few exchanges instead of some hundred. */
  readonly short: boolean;
  /** Messages cut into segments and segments reordered. */
  readonly disturbed: boolean;
  /** The protocols that connections take turns in. */
  readonly protocols: readonly ProtocolName[];
}

const DIALOGUES = {
  modbus: (random: Random): Dialogue => new ModbusPoll(random),
  s7comm: (random: Random): Dialogue => new S7Poll(random),
};
export type ProtocolName = keyof typeof DIALOGUES;
export const PROTOCOL_NAMES = Object.keys(DIALOGUES) as ProtocolName[];

export interface Capture extends CaptureParameters {
  readonly path: string;
  /** Of the packets, without the file's own headers. */
  readonly bytes: number;
  readonly connections: number;
  /** Messages by protocol: requests and responses together. */
  readonly messages: Readonly<Record<string, number>>;
}

const OPEN = 256;
/** Exchanges of a connection: the range, evenly spread. Long: stations that poll; short: such as connect for each poll. */
const LONG = [40, 400] as const;
const SHORT = [1, 8] as const;
/** 2026-03-01 06:00 UTC, in µs. */
const BEGIN = 1772344800 * 1e6;
/** Pause between two messages of the capture, µs: the range, evenly spread. */
const SHORTEST_PAUSE = 2;
const LONGEST_PAUSE = 40;

/** The capture in `folder`, made now if it isn't there. `made` tells that it takes a while. */
export function capture(folder: string, parameters: CaptureParameters, made?: () => void): Capture {
  mkdirSync(folder, { recursive: true });
  const { packets, disturbed, short, protocols } = parameters;
  const kind = `${protocols.join('-')}${short ? '-short' : ''}${disturbed ? '-disturbed' : ''}`;
  const name = `capture-${packets}-${kind}-${digest(parameters)}`;
  const path = join(folder, `${name}.pcap`);
  const about = join(folder, `${name}.json`);
  if (existsSync(path) && existsSync(about)) return { ...JSON.parse(readFileSync(about, 'utf8')), path };
  made?.();
  const partial = `${path}.partial`;
  const written = write(partial, parameters);
  renameSync(partial, path);
  writeFileSync(about, JSON.stringify(written));
  return { ...written, path };
}

/** Of the parameters and of this generator's own text, so that an old file isn't taken for a new one. */
function digest(parameters: CaptureParameters): string {
  const hash = createHash('sha256').update(JSON.stringify(parameters));
  const here = import.meta.dirname;
  const files = readdirSync(here).filter(file => !file.endsWith('.test.ts'));
  for (const file of files.sort()) hash.update(readFileSync(join(here, file)));
  return hash.digest('hex').slice(0, 12);
}

function write(path: string, parameters: CaptureParameters): Omit<Capture, 'path'> {
  const random = new Random(parameters.seed);
  const writer = new PcapWriter(path);
  const open: Connection[] = [];
  const messages: Record<string, number> = {};
  let connections = 0;
  let planned = 0;
  let micros = BEGIN;
  while (true) {
    while (open.length < OPEN && planned < parameters.packets) {
      const protocol = parameters.protocols[connections % parameters.protocols.length]!;
      const dialogue = DIALOGUES[protocol](random);
      const [fewest, most] = parameters.short ? SHORT : LONG;
      const exchanges = dialogue.greetings + random.between(fewest, most);
      open.push(connect(dialogue, connections++, exchanges, parameters.disturbed, random));
      messages[dialogue.protocol] = (messages[dialogue.protocol] ?? 0) + 2 * exchanges;
      // Handshake and end take six; an exchange two and, in most cases, an acknowledgement.
      planned += 6 + exchanges * (parameters.disturbed ? 3.6 : 2.6);
    }
    if (open.length === 0) break;
    const chosen = random.below(open.length);
    micros += random.between(SHORTEST_PAUSE, LONGEST_PAUSE);
    if (!open[chosen]!.next(writer, micros)) {
      open[chosen] = open[open.length - 1]!;
      open.pop();
    }
  }
  writer.close();
  return { ...parameters, packets: writer.packets, bytes: writer.packetBytes, connections, messages };
}

/** Twenty stations and two hundred controllers: connections of the same pair differ in the client's port. */
function connect(
  dialogue: Dialogue,
  number: number,
  exchanges: number,
  disturbed: boolean,
  random: Random,
): Connection {
  const client: Endpoint = { address: 0x0a010000 + 11 + (number % 20), port: 32768 + (number % 28000) };
  const server: Endpoint = { address: 0x0a020000 + 1 + random.below(200), port: dialogue.port };
  return new Connection(dialogue, client, server, exchanges, disturbed, random);
}
