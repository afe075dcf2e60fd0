/**
 * Takes packets as they are captured, counts what they are, and hands TCP segments on. Where
 * several workers read the same capture, each keeps what is its own by a hash of the unordered pair of hosts, so
 * that both directions, fragments and further connections of two hosts stay together.
 *
 * @module
 */

import { Fragments } from './fragments.ts';
import { finish, mix } from './hash.ts';
import { decodeLayers } from './layers.ts';
import { Packet, PacketKind } from './packet.ts';
import type { FrameSink } from './records.ts';

export interface SegmentSink {
  segment(packet: Packet): void;
}

/** Is handed every packet, its layers decoded; behind the last fragment of a datagram, that datagram too. */
export interface PacketSink {
  packet(packet: Packet): void;
}

/** Is handed what is no TCP: UDP datagrams, and frames that are not IP. */
export interface OtherSink {
  datagram(packet: Packet): void;
  frame(packet: Packet): void;
}

/** Which share of the hosts is this worker's own: `index` of `count`. All workers have the same `seed`. */
export interface Share {
  readonly index: number;
  readonly count: number;
  readonly seed: number;
  /** The packets were dealt out already: all that come are this worker's own, and numbered apart from the others'. */
  readonly dealt?: boolean;
}

/** Tunnels whose packets are in fragments, within each other. */
const MAX_DEPTH = 4;

export const WHOLE: Share = { index: 0, count: 1, seed: 0 };

export class Traffic implements FrameSink {
  /** The packet that is being looked at. */
  packet = new Packet();
  packets = 0;
  /** Bytes that the packets had on the wire. */
  bytes = 0;
  /** Packets that the capture cut. */
  cut = 0;
  /** Packets by {@link PacketKind}. */
  readonly kinds = new Float64Array(Object.keys(PacketKind).length);
  /** Time of the first and the latest packet. */
  first = Number.POSITIVE_INFINITY;
  last = Number.NEGATIVE_INFINITY;

  /** All workers put all datagrams together; each keeps those of its own hosts, which may be within a tunnel. */
  readonly fragments = new Fragments();

  readonly #tcp: SegmentSink;
  readonly #all: PacketSink | undefined;
  readonly #other: OtherSink | undefined;
  readonly #share: Share;
  readonly #choose: boolean;
  readonly #step: number;
  #number: number;

  constructor(
    tcp: SegmentSink,
    all: PacketSink | undefined = undefined,
    share: Share = WHOLE,
    other: OtherSink | undefined = undefined,
  ) {
    this.#tcp = tcp;
    this.#all = all;
    this.#other = other;
    this.#share = share;
    const { index, count, dealt = false } = share;
    this.#choose = count > 1 && !dealt;
    this.#step = dealt ? count : 1;
    this.#number = dealt ? index + 1 - count : 0;
  }

  /** Packets that came so far, whoever reads along. */
  get number(): number {
    return this.#number;
  }

  frame(packet: Packet): void {
    this.#number += this.#step;
    packet.number = this.#number;
    const kind = decodeLayers(packet);
    if (this.#choose && !this.#mine(packet, kind)) {
      if (kind === PacketKind.fragment) this.#fragment(packet);
      return;
    }
    this.packet = packet;
    this.packets++;
    this.bytes += packet.wireLength;
    this.kinds[kind]!++;
    if (packet.wireLength > packet.end - packet.at) this.cut++;
    if (packet.time < this.first) this.first = packet.time;
    if (packet.time > this.last) this.last = packet.time;
    if (this.#all !== undefined) this.#all.packet(packet);
    if (kind === PacketKind.tcp) this.#tcp.segment(packet);
    else if (kind === PacketKind.udp) this.#other?.datagram(packet);
    else if (kind === PacketKind.nonIp) this.#other?.frame(packet);
    else if (kind === PacketKind.fragment) this.#fragment(packet);
  }

  /** The input is over. */
  finish(): void {
    this.fragments.finish();
  }

  /** A datagram that is whole now goes the way of a packet, but is none, and is not counted as one. */
  #fragment(packet: Packet): void {
    let part = packet;
    for (let depth = 0; depth < MAX_DEPTH; depth++) {
      const whole = this.fragments.add(part);
      if (whole === undefined) return;
      const kind = decodeLayers(whole);
      if (!this.#choose || this.#mine(whole, kind)) {
        this.packet = whole;
        if (this.#all !== undefined) this.#all.packet(whole);
        if (kind === PacketKind.tcp) this.#tcp.segment(whole);
        else if (kind === PacketKind.udp) this.#other?.datagram(whole);
      }
      if (kind !== PacketKind.fragment) return;
      part = whole;
    }
  }

  #mine(packet: Packet, kind: PacketKind): boolean {
    const { index, count, seed } = this.#share;
    if (kind === PacketKind.nonIp || kind === PacketKind.malformed) {
      return index === 0;
    }
    // The upper bits, times the count: a division costs as much as the rest.
    return ((hostPair(packet, seed) >>> 16) * count) >>> 16 === index;
  }
}

/** The same number for both directions between two hosts. */
function hostPair(packet: Packet, seed: number): number {
  const { view, addressAt } = packet;
  if (packet.ipVersion === 4) return product(view.getInt32(addressAt), view.getInt32(addressAt + 4), seed);
  let source = 0;
  let destination = 0;
  for (let i = 0; i < 16; i += 4) {
    source = mix(source, view.getInt32(addressAt + i));
    destination = mix(destination, view.getInt32(addressAt + 16 + i));
  }
  return product(source, destination, seed);
}

/** Mixes two words, whichever comes first. Odd factors, so that none takes bits from the other. */
function product(a: number, b: number, seed: number): number {
  return finish(Math.imul(((a ^ seed) << 1) | 1, ((b ^ seed) << 1) | 1));
}
