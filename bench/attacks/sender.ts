/**
 * Sends packets of an intruder's choice into a reading, as fast as they can be made: one frame's bytes, rewritten.
 *
 * @module
 */

import { Packet } from '../../src/packet/packet.ts';
import type { FrameSink } from '../../src/packet/records.ts';

export const Flag = { syn: 2, rst: 4, ack: 16 } as const;

const IP = 14;
const TCP = IP + 20;
const PAYLOAD = TCP + 20;
const MAX = 65_536;
const NOTHING = new Uint8Array(0);

export class Sender {
  packets = 0;
  readonly #sink: FrameSink;
  readonly #bytes = new Uint8Array(MAX);
  readonly #view = new DataView(this.#bytes.buffer);
  readonly #packet = new Packet();

  constructor(sink: FrameSink) {
    this.#sink = sink;
    this.#packet.view = this.#view;
    this.#packet.time = 1_800_000_000.5;
    const view = this.#view;
    view.setUint16(12, 0x0800);
    view.setUint8(IP, 0x45);
    view.setUint8(IP + 8, 64);
    view.setUint8(TCP + 12, 0x50);
  }

  /** Frames come from the hardware address of that number from now on. */
  hardware(number: number): void {
    this.#view.setUint16(6, 0x0200);
    this.#view.setUint32(8, number);
  }

  /** A TCP segment between two IPv4 addresses, given as numbers. */
  tcp(
    from: number,
    to: number,
    fromPort: number,
    toPort: number,
    sequence: number,
    acknowledgement: number,
    flags: number,
    payload: Uint8Array = NOTHING,
  ): void {
    const view = this.#view;
    view.setUint16(IP + 6, 0);
    view.setUint8(IP + 9, 6);
    view.setUint16(TCP, fromPort);
    view.setUint16(TCP + 2, toPort);
    view.setUint32(TCP + 4, sequence);
    view.setUint32(TCP + 8, acknowledgement);
    view.setUint8(TCP + 13, flags);
    this.#bytes.set(payload, PAYLOAD);
    this.#ip(from, to, PAYLOAD + payload.length);
  }

  /** A fragment of a datagram: `offset` in units of 8 bytes, `more` whether others follow. */
  fragment(from: number, to: number, id: number, offset: number, more: boolean, length: number): void {
    const view = this.#view;
    view.setUint16(IP + 4, id);
    view.setUint16(IP + 6, (more ? 0x2000 : 0) | offset);
    view.setUint8(IP + 9, 6);
    this.#ip(from, to, TCP + length);
  }

  #ip(from: number, to: number, end: number): void {
    const view = this.#view;
    view.setUint16(IP + 2, end - IP);
    view.setUint32(IP + 12, from);
    view.setUint32(IP + 16, to);
    const packet = this.#packet;
    packet.at = 0;
    packet.end = packet.wireLength = end;
    packet.time += 1e-6;
    this.packets++;
    this.#sink.frame(packet);
  }
}
