/**
 * Seeds out of recorded captures: the messages of each connection of a protocol, in the order in which they came.
 *
 * @module
 */

import type { Current } from '../../src/monitor/current.ts';
import { Inspection } from '../../src/monitor/inspection.ts';
import { readAll } from '../../src/monitor/read-all.ts';
import type { Operation, Sink } from '../../src/operation/operation.ts';
import type { Packet } from '../../src/packet/packet.ts';
import type { PacketSink } from '../../src/packet/traffic.ts';
import { PROTOCOLS } from '../../src/protocol/registry.ts';
import { capturePath, withoutCapture } from '../../test/captures.ts';
import { findCaptures } from '../../test/truth/compare.ts';
import type { Part } from '../case.ts';
import { MAX_PART } from '../mutate.ts';

/** Conversations that are taken of one capture, and parts of each. */
const CONVERSATIONS = 12;
const PARTS = 16;

/** Conversations of a protocol in the captures of `folder`, cut into pieces of a few messages. */
export async function capturedConversations(protocol: string, folder: string): Promise<Part[][]> {
  if (withoutCapture(folder) !== false) return [];
  const all: Part[][] = [];
  for (const path of await findCaptures(capturePath(folder))) {
    const pieces: Part[][] = [];
    const inspection = new Inspection({
      protocols: PROTOCOLS,
      tap: current => {
        const payloads = new Payloads(current, protocol, pieces);
        return { operations: payloads, packets: payloads };
      },
    });
    await readAll(inspection, [path]);
    inspection.finish();
    // Evenly spread: not the same poll all over.
    const step = Math.max(1, Math.ceil(pieces.length / CONVERSATIONS));
    all.push(...pieces.filter((_, index) => index % step === 0));
  }
  return all;
}

/** The first packets of each capture of `folder`. */
export async function capturedPackets(folder: string, packets: number): Promise<Part[][]> {
  if (withoutCapture(folder) !== false) return [];
  const all: Part[][] = [];
  for (const path of await findCaptures(capturePath(folder))) {
    const parts: Part[] = [];
    const sink = {
      packet({ view, at, end, link }: Packet) {
        if (parts.length === packets || end - at > MAX_PART || end === at) return;
        parts.push({
          kind: link,
          bytes: new Uint8Array(view.buffer, view.byteOffset + at, end - at).slice(),
        });
      },
    };
    const inspection = new Inspection({ protocols: PROTOCOLS, tap: () => ({ packets: sink }) });
    await readAll(inspection, [path]);
    if (parts.length > 0) all.push(parts);
  }
  return all;
}

/** The payloads of the packets in which operations of a protocol came. */
class Payloads implements Sink, PacketSink {
  readonly #current: Current;
  readonly #protocol: string;
  readonly #pieces: Part[][];
  readonly #open = new Map<number, Part[]>();
  #packet: Packet | undefined;
  #taken = 0;

  constructor(current: Current, protocol: string, pieces: Part[][]) {
    this.#current = current;
    this.#protocol = protocol;
    this.#pieces = pieces;
  }

  packet(packet: Packet): void {
    this.#packet = packet;
  }

  operation(op: Operation): void {
    const packet = this.#packet;
    if (packet === undefined || packet.number === this.#taken) return;
    if (PROTOCOLS[op.protocol]!.name !== this.#protocol) return;
    this.#taken = packet.number;
    const { view, payloadAt, transportEnd } = packet;
    const length = transportEnd - payloadAt;
    if (length <= 0 || length > MAX_PART) return;
    const { serial } = this.#current.session;
    let parts = this.#open.get(serial);
    if (parts === undefined || parts.length === PARTS) {
      parts = [];
      this.#open.set(serial, parts);
      this.#pieces.push(parts);
    }
    const bytes = new Uint8Array(view.buffer, view.byteOffset + payloadAt, length);
    parts.push({ kind: op.side, bytes: bytes.slice() });
  }
}
