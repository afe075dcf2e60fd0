/**
 * Takes packets as they are captured, counts what they are, and hands TCP segments on. Where
 * several workers read the same capture, each keeps its share.
 *
 * @module
 */

import { Fragments } from './fragments.ts';
import { decodeLayers } from './layers.ts';
import { Packet, PacketKind } from './packet.ts';
import type { FrameSink, Sieve } from './records.ts';
import { Deal, type Share, WHOLE } from './share.ts';

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

/** Tunnels whose packets are in fragments, within each other. */
const MAX_DEPTH = 4;

export class Traffic implements FrameSink, Sieve {
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
  /** Absent where all packets that come are this worker's own. */
  readonly #deal: Deal | undefined;
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
    const { index, count, dealt = false } = share;
    this.#deal = count > 1 && !dealt ? new Deal(share) : undefined;
    this.#step = dealt ? count : 1;
    this.#number = dealt ? index + 1 - count : 0;
  }

  /** Packets that came so far, whoever reads along. */
  get number(): number {
    return this.#number;
  }

  /** What tells packets of others from this worker's own before they are handed on; absent where there are no others. */
  get sieve(): Sieve | undefined {
    return this.#deal === undefined ? undefined : this;
  }

  concerns(view: DataView, at: number, end: number): number {
    return this.#deal!.concerns(view, at, end);
  }

  passed(count: number): void {
    this.#number += count;
  }

  frame(packet: Packet): void {
    this.#number += this.#step;
    packet.number = this.#number;
    const kind = decodeLayers(packet);
    if (this.#deal !== undefined && !this.#deal.isOwn(packet, kind)) {
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
      if (this.#deal === undefined || this.#deal.isOwn(whole, kind)) {
        this.packet = whole;
        if (this.#all !== undefined) this.#all.packet(whole);
        if (kind === PacketKind.tcp) this.#tcp.segment(whole);
        else if (kind === PacketKind.udp) this.#other?.datagram(whole);
      }
      if (kind !== PacketKind.fragment) return;
      part = whole;
    }
  }
}
