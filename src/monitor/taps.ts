/**
 * Several who listen to one reading, as one.
 *
 * @module
 */

import type { Packet } from '../packet/packet.ts';
import type { PacketSink } from '../packet/traffic.ts';
import { Both } from './both.ts';
import type { Tap } from './inspection.ts';

/** Hands each of them what it asks for, in their order; of those that listen to segments there may be one. */
export function allOf(taps: readonly Tap[]): Tap {
  const operations = taps.flatMap(({ operations }) => operations ?? []);
  const packets = taps.flatMap(({ packets }) => packets ?? []);
  const segments = taps.find(({ segments }) => segments !== undefined)?.segments;
  return {
    ...(operations.length === 0 ? {} : { operations: operations.reduce((a, b) => new Both(a, b)) }),
    ...(packets.length === 0 ? {} : { packets: packets.reduce((a, b) => new BothPackets(a, b)) }),
    ...(segments === undefined ? {} : { segments }),
  };
}

class BothPackets implements PacketSink {
  readonly #first: PacketSink;
  readonly #second: PacketSink;

  constructor(first: PacketSink, second: PacketSink) {
    this.#first = first;
    this.#second = second;
  }

  packet(packet: Packet): void {
    this.#first.packet(packet);
    this.#second.packet(packet);
  }
}
