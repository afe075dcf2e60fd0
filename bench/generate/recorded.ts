/**
 * Makes a capture out of recorded ones: their Modbus and S7comm connections, each with addresses and ports of its own
 * and a handshake and an end where the recording has none, played again and again, {@link OPEN} at any time. What
 * stations and controllers really say to each other, in whatever length a bench needs.
 *
 * @module
 */

import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { CaptureReader } from '../../src/packet/capture.ts';
import { CaptureError } from '../../src/packet/capture-error.ts';
import { type Packet, TcpFlag } from '../../src/packet/packet.ts';
import { openSource } from '../../src/packet/source.ts';
import { Traffic } from '../../src/packet/traffic.ts';
import { PcapWriter } from './pcap-writer.ts';
import { Random } from './random.ts';
import { type Endpoint, Flag, writeSegment } from './segment.ts';

/** Folders of the recorded captures, and the server's port by which their connections are taken. */
const SOURCES = { modbus: 502, s7comm: 102 } as const;

const OPEN = 256;
/** Segments that a connection must have to be taken, and after which it is ended. */
const FEWEST = 20;
const MOST = 600;
/** 2026-03-01 06:00 UTC, and the range of pauses between packets, µs. */
const BEGIN = 1772344800 * 1e6;
const SHORTEST_PAUSE = 2;
const LONGEST_PAUSE = 40;

export interface RecordedCapture {
  readonly path: string;
  readonly packets: number;
  readonly bytes: number;
  readonly connections: number;
  /** Different recorded connections. */
  readonly dialogues: number;
}

interface Segment {
  readonly fromClient: boolean;
  readonly sequence: number;
  readonly acknowledgement: number;
  readonly flags: number;
  readonly payload: Uint8Array;
}

interface Dialogue {
  readonly port: number;
  readonly segments: Segment[];
}

/** The capture in `folder`, made now of those below `recordings` if it isn't there. */
export async function recordedCapture(
  folder: string,
  recordings: string,
  packets: number,
  seed: number,
  made?: () => void,
): Promise<RecordedCapture> {
  mkdirSync(folder, { recursive: true });
  const text = readFileSync(import.meta.filename);
  const files = Object.entries(SOURCES).flatMap(([name, port]) =>
    readdirSync(join(recordings, name))
      .filter(file => /\.pcap(ng)?$/.test(file))
      .sort()
      .map(file => ({ path: join(recordings, name, file), port })),
  );
  const names = files.map(({ path }) => path).join('\n');
  const digest = createHash('sha256').update(text).update(`${packets} ${seed} ${names}`).digest('hex');
  const path = join(folder, `recorded-${packets}-${digest.slice(0, 12)}.pcap`);
  const about = `${path.slice(0, -5)}.json`;
  if (existsSync(path) && existsSync(about)) return { ...JSON.parse(readFileSync(about, 'utf8')), path };
  made?.();
  const dialogues: Dialogue[] = [];
  for (const { path: file, port } of files) dialogues.push(...(await dialoguesOf(file, port)));
  const partial = `${path}.partial`;
  const written = write(partial, dialogues, packets, new Random(seed));
  renameSync(partial, path);
  writeFileSync(about, JSON.stringify(written));
  return { ...written, path };
}

/** The connections to `port` of one capture. */
async function dialoguesOf(file: string, port: number): Promise<Dialogue[]> {
  const found = new Map<string, Dialogue>();
  const traffic = new Traffic({ segment: packet => take(found, packet, port) });
  try {
    await new CaptureReader().read(await openSource(file), traffic);
  } catch (error) {
    // Cut short: what was read serves.
    if (!(error instanceof CaptureError)) throw error;
  }
  return [...found.values()].filter(dialogue => dialogue.segments.length >= FEWEST && isWhole(dialogue));
}

/** True where nothing is missing between the first and the last byte of either side. */
function isWhole({ segments }: Dialogue): boolean {
  const next = [-1, -1];
  for (const { fromClient, sequence, payload } of segments) {
    const side = fromClient ? 0 : 1;
    const end = (sequence + payload.length) >>> 0;
    if (next[side]! >= 0 && ((sequence - next[side]!) | 0) > 0) return false;
    if (next[side]! < 0 || ((end - next[side]!) | 0) > 0) next[side] = end;
  }
  return true;
}

function take(found: Map<string, Dialogue>, packet: Packet, port: number): void {
  const fromClient = packet.destinationPort === port;
  if (!fromClient && packet.sourcePort !== port) return;
  const { view, addressAt, payloadAt, transportEnd } = packet;
  const hosts = [view.getUint32(addressAt), view.getUint32(addressAt + (packet.ipVersion === 6 ? 16 : 4))];
  if (!fromClient) hosts.reverse();
  const key = `${hosts.join()} ${fromClient ? packet.sourcePort : packet.destinationPort}`;
  let dialogue = found.get(key);
  if (dialogue === undefined) {
    dialogue = { port, segments: [] };
    found.set(key, dialogue);
  }
  // Handshake and end are written anew.
  if ((packet.flags & (TcpFlag.syn | TcpFlag.fin | TcpFlag.rst)) !== 0) return;
  if (dialogue.segments.length === MOST) return;
  dialogue.segments.push({
    fromClient,
    sequence: packet.sequence >>> 0,
    acknowledgement: packet.acknowledgement >>> 0,
    flags: packet.flags,
    payload: new Uint8Array(view.buffer, view.byteOffset + payloadAt, transportEnd - payloadAt).slice(),
  });
}

function write(
  path: string,
  dialogues: readonly Dialogue[],
  packets: number,
  random: Random,
): Omit<RecordedCapture, 'path'> {
  if (dialogues.length === 0) throw new Error('no recorded connection is long enough for a capture');
  const writer = new PcapWriter(path);
  const open: Playing[] = [];
  let connections = 0;
  let planned = 0;
  let micros = BEGIN;
  for (;;) {
    while (open.length < OPEN && planned < packets) {
      const dialogue = random.pick(dialogues);
      const client: Endpoint = {
        address: 0x0a010000 + 11 + (connections % 20),
        port: 32768 + (connections % 28000),
      };
      const server: Endpoint = { address: 0x0a020000 + 1 + random.below(200), port: dialogue.port };
      open.push(new Playing(dialogue, client, server));
      planned += dialogue.segments.length + 6;
      connections++;
    }
    if (open.length === 0) break;
    const chosen = random.below(open.length);
    micros += random.between(SHORTEST_PAUSE, LONGEST_PAUSE);
    if (open[chosen]!.next(writer, micros)) continue;
    open[chosen] = open[open.length - 1]!;
    open.pop();
  }
  writer.close();
  return {
    packets: writer.packets,
    bytes: writer.packetBytes,
    connections,
    dialogues: dialogues.length,
  };
}

/** One connection as it is played: its handshake, what was recorded, its end. */
class Playing {
  readonly #dialogue: Dialogue;
  readonly #client: Endpoint;
  readonly #server: Endpoint;
  /** Next number of client and server, before what was recorded the first one. */
  readonly #next: [number, number];
  #step = 0;

  constructor(dialogue: Dialogue, client: Endpoint, server: Endpoint) {
    this.#dialogue = dialogue;
    this.#client = client;
    this.#server = server;
    this.#next = [firstNumber(dialogue, true), firstNumber(dialogue, false)];
  }

  /** Writes the next packet; false when it was the last. */
  next(writer: PcapWriter, micros: number): boolean {
    const { segments } = this.#dialogue;
    const step = this.#step++;
    const next = this.#next;
    if (step === 0) this.#bare(writer, micros, true, next[0] - 1, 0, Flag.syn);
    else if (step === 1) this.#bare(writer, micros, false, next[1] - 1, next[0], Flag.syn | Flag.ack);
    else if (step === 2) this.#bare(writer, micros, true, next[0], next[1], Flag.ack);
    else if (step < 3 + segments.length) this.#recorded(writer, micros, segments[step - 3]!);
    else if (step === 3 + segments.length) {
      this.#bare(writer, micros, true, next[0], next[1], Flag.fin | Flag.ack);
    } else if (step === 4 + segments.length) {
      this.#bare(writer, micros, false, next[1], next[0] + 1, Flag.fin | Flag.ack);
    } else {
      this.#bare(writer, micros, true, next[0] + 1, next[1] + 1, Flag.ack);
      return false;
    }
    return true;
  }

  #recorded(writer: PcapWriter, micros: number, segment: Segment): void {
    const { fromClient, sequence, acknowledgement, flags, payload } = segment;
    const side = fromClient ? 0 : 1;
    const end = (sequence + payload.length) >>> 0;
    if (((end - this.#next[side]) | 0) > 0) this.#next[side] = end;
    const [from, to] = fromClient ? [this.#client, this.#server] : [this.#server, this.#client];
    writeSegment(writer, micros, from, to, sequence, acknowledgement, flags, payload, 0, payload.length);
  }

  #bare(
    writer: PcapWriter,
    micros: number,
    fromClient: boolean,
    sequence: number,
    acknowledged: number,
    flags: number,
  ): void {
    const [from, to] = fromClient ? [this.#client, this.#server] : [this.#server, this.#client];
    writeSegment(writer, micros, from, to, sequence >>> 0, acknowledged >>> 0, flags, NOTHING, 0, 0);
  }
}

const NOTHING = new Uint8Array(0);

/** The number with which a side begins, by its own first segment or by what the other acknowledges first. */
function firstNumber({ segments }: Dialogue, client: boolean): number {
  const own = segments.find(({ fromClient }) => fromClient === client);
  if (own !== undefined) return own.sequence;
  return segments[0]?.acknowledgement ?? 0;
}
