/**
 * Looks at packets as they come for what tells whether the sensor sees what it should: counts, from which
 * {@link diagnose} draws its conclusions. It sends nothing.
 *
 * Of each second the first packets are looked at, so that the cost is bounded; they come in a row, as duplicates do.
 *
 * @module
 */

import { finish, mix } from '../hash.ts';
import { EtherType, LinkType } from '../link-type.ts';
import { type Packet, PacketKind } from '../packet.ts';
import type { PacketSink } from '../traffic.ts';
import { checksumHolds } from './checksum.ts';
import { PacketType, type Ring, type Source, Status } from './ring.ts';

/** Packets of a second that are looked at. */
const A_SECOND = 2000;
/** Cells of the tables; a power of two. */
const CONNECTIONS = 4096;
const RECENT = 1024;
/** Packets of a connection from one side before the other side's absence counts. */
const ENOUGH = 8;
/** A copy comes so soon behind the first, seconds. A retransmission takes longer (RFC 6298: 1 s, Linux 0.2 s). */
const COPY_WITHIN = 0.01;
/** Going back by less is no matter: packets of several processors are stamped apart. Seconds. */
const CLOCK_TOLERANCE = 0.01;

/** What was counted; every figure adds up over workers, and differences of two readings over time. */
export interface Seen {
  packets: number;
  looked: number;
  /** Of all packets: sent by this machine; to it alone; to all or many; between others. */
  outgoing: number;
  toUs: number;
  toMany: number;
  betweenOthers: number;
  /** Of all packets: captured in part. */
  cut: number;
  /** Of all packets: longer than the interface's MTU admits. */
  oversize: number;
  /** Of those looked at. */
  tagged: number;
  tunnelled: number;
  /** TCP connections of which enough was seen, and those with packets of both sides. */
  connections: number;
  bothSides: number;
  /** Checksums of TCP and UDP, of what comes in and of what this machine sends. */
  checksums: number;
  badChecksums: number;
  ownChecksums: number;
  ownBadChecksums: number;
  /** TCP segments with payload, and those that came twice. */
  segments: number;
  copies: number;
  /** Times that the clock went back. */
  backwards: number;
}

// cold: once a report
export function nothingSeen(): Seen {
  return {
    packets: 0,
    looked: 0,
    outgoing: 0,
    toUs: 0,
    toMany: 0,
    betweenOthers: 0,
    cut: 0,
    oversize: 0,
    tagged: 0,
    tunnelled: 0,
    connections: 0,
    bothSides: 0,
    checksums: 0,
    badChecksums: 0,
    ownChecksums: 0,
    ownBadChecksums: 0,
    segments: 0,
    copies: 0,
    backwards: 0,
  };
}

/** What of the ring's packet is not in the packet itself. */
export type Where = Pick<Ring, 'source' | 'status' | 'packetType'>;

export class Observation implements PacketSink {
  readonly seen = nothingSeen();
  readonly #where: Where;
  readonly #mtus: Int32Array;
  readonly #seed: number;
  // A connection's hash, and how many packets of each of its sides were seen, up to ENOUGH.
  readonly #connections = new Int32Array(CONNECTIONS);
  readonly #sides = new Uint8Array(CONNECTIONS * 2);
  // Hashes of the latest segments, and when they came.
  readonly #recent = new Int32Array(RECENT);
  readonly #times = new Float64Array(RECENT);
  #last = Number.NEGATIVE_INFINITY;
  #second = 0;
  #left = A_SECOND;

  constructor(where: Where, sources: readonly Source[], seed: number) {
    this.#where = where;
    this.#mtus = Int32Array.from(sources, ({ mtu }) => mtu);
    this.#seed = seed;
  }

  packet(packet: Packet): void {
    const seen = this.seen;
    seen.packets++;
    switch (this.#where.packetType) {
      case PacketType.outgoing:
        seen.outgoing++;
        break;
      case PacketType.others:
        seen.betweenOthers++;
        break;
      case PacketType.host:
        seen.toUs++;
        break;
      default:
        seen.toMany++;
    }
    if (packet.wireLength > packet.end - packet.at) seen.cut++;
    if (packet.wireLength > 1500 && this.#isOversize(packet)) seen.oversize++;
    if (packet.time < this.#last - CLOCK_TOLERANCE) seen.backwards++;
    this.#last = packet.time;
    const second = Math.floor(packet.time);
    if (second !== this.#second) {
      this.#second = second;
      this.#left = A_SECOND;
    }
    if (this.#left > 0) {
      this.#left--;
      this.#look(packet, packet.kind);
    }
  }

  /** Longer than what the interface can send: the card or the kernel put segments together. */
  #isOversize(packet: Packet): boolean {
    const mtu = this.#mtus[this.#where.source] ?? 0;
    // Ethernet's addresses and type, and two VLAN tags.
    return mtu > 0 && packet.wireLength > mtu + 22;
  }

  #look(packet: Packet, kind: PacketKind): void {
    const seen = this.seen;
    seen.looked++;
    if (packet.link === LinkType.ethernet) this.#lookAtLink(packet);
    if (kind === PacketKind.tcp || kind === PacketKind.udp) this.#lookAtChecksum(packet, kind);
    if (kind !== PacketKind.tcp) return;
    this.#lookAtConnection(packet);
    if (packet.payloadAt < packet.transportEnd) this.#lookForCopy(packet);
  }

  #lookAtLink(packet: Packet): void {
    const { view, at, end } = packet;
    if (end - at < 18) return;
    let type = at + 12;
    while (type + 4 < end && isTag(view.getUint16(type))) type += 4;
    if (type > at + 12) this.seen.tagged++;
    if (packet.networkAt > type + 2) this.seen.tunnelled++;
  }

  #lookAtChecksum(packet: Packet, kind: PacketKind): void {
    const { status, packetType } = this.#where;
    if (packet.missing > 0 || packet.wireLength > packet.end - packet.at) return;
    const bad =
      (status & Status.checksumPending) !== 0 ||
      ((status & Status.checksumGood) === 0 && !checksumHolds(packet, kind));
    const seen = this.seen;
    if (packetType === PacketType.outgoing) {
      seen.ownChecksums++;
      if (bad) seen.ownBadChecksums++;
    } else {
      seen.checksums++;
      if (bad) seen.badChecksums++;
    }
  }

  #lookAtConnection(packet: Packet): void {
    const { view, addressAt, ipVersion, sourcePort, destinationPort } = packet;
    const length = ipVersion === 6 ? 16 : 4;
    let source = mix(this.#seed, sourcePort);
    let destination = mix(this.#seed, destinationPort);
    for (let i = 0; i < length; i += 4) {
      source = mix(source, view.getInt32(addressAt + i));
      destination = mix(destination, view.getInt32(addressAt + length + i));
    }
    const hash = finish(finish(source) ^ finish(destination)) | 1;
    const cell = (hash >>> 1) & (CONNECTIONS - 1);
    const sides = this.#sides;
    if (this.#connections[cell] !== hash) {
      this.#connections[cell] = hash;
      sides[2 * cell] = 0;
      sides[2 * cell + 1] = 0;
    }
    const side = 2 * cell + (source < destination ? 0 : 1);
    const other = sides[side ^ 1]!;
    const count = sides[side]!;
    if (count >= ENOUGH) return;
    sides[side] = count + 1;
    if (count + 1 === ENOUGH && other < ENOUGH) {
      this.seen.connections++;
      if (other > 0) this.seen.bothSides++;
    } else if (count === 0 && other >= ENOUGH) this.seen.bothSides++;
  }

  /** By all that makes a segment, but for the hops that it has left: a router's copy has one less. */
  #lookForCopy(packet: Packet): void {
    const { view, addressAt, ipVersion, transportAt, transportEnd, sequence, acknowledgement, time } = packet;
    let hash = mix(this.#seed, sequence);
    hash = mix(hash, acknowledgement);
    hash = mix(hash, view.getInt32(transportAt));
    hash = mix(hash, transportEnd - packet.payloadAt);
    hash = mix(hash, view.getInt32(addressAt));
    hash = mix(hash, view.getInt32(addressAt + 4));
    // The identification of IPv4, and the checksum of TCP.
    if (ipVersion === 4) hash = mix(hash, view.getUint16(addressAt - 8));
    hash = finish(mix(hash, view.getUint16(transportAt + 16)));
    const cell = hash & (RECENT - 1);
    this.seen.segments++;
    if (this.#recent[cell] === hash && Math.abs(time - this.#times[cell]!) < COPY_WITHIN) this.seen.copies++;
    this.#recent[cell] = hash;
    this.#times[cell] = time;
  }
}

function isTag(type: number): boolean {
  return type === EtherType.vlan || type === EtherType.qinq || type === EtherType.oldQinq;
}
