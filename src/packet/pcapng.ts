/**
 * The pcapng format: blocks of a type and a length, in sections that each have their own byte order and
 * interfaces (draft-ietf-opsawg-pcapng).
 *
 * @module
 */

import { LinkType, readsLink } from './link-type.ts';
import type { Packet } from './packet.ts';
import {
  damaged,
  type FrameSink,
  MAX_PACKET,
  MAX_RECORD,
  type RecordReader,
  type Sieve,
  withoutFcs,
} from './records.ts';

const Block = {
  section: 0x0a0d0d0a,
  interface: 1,
  /** Obsolete since 2004, still found. */
  packet: 2,
  simple: 3,
  statistics: 5,
  enhanced: 6,
} as const;

const BYTE_ORDER = 0x1a2b3c4d;

/** Options by the block that has them. */
const Option = {
  end: 0,
  resolution: 9,
  fcs: 13,
  offset: 14,
  /** Packets: flags, and how many were lost since the one before. */
  flags: 2,
  lost: 4,
  /** Statistics: received by the interface, dropped by it, dropped by the operating system. */
  received: 4,
  dropped: 5,
  systemDropped: 7,
} as const;

/** Interfaces that one section may describe, and link types that are told apart where they are not read. */
const MAX_INTERFACES = 4096;
const MAX_LINKS = 16;

/** What a section says of an interface, and what it said so far of the packets there. */
interface Interface {
  readonly link: number;
  readonly read: boolean;
  readonly snapLength: number;
  /** Seconds of one unit of a timestamp. */
  readonly tick: number;
  /** Seconds to add to every timestamp. */
  readonly offset: number;
  /** Bytes of the frame check sequence behind each packet. */
  readonly fcs: number;
  received: number;
  /** Lost as its statistics have it, and as its packets have it: two counts of the same. */
  dropped: number;
  lost: number;
}

/** True where a pcapng file begins so. */
export function isPcapng(view: DataView, at: number): boolean {
  if (view.getUint32(at) !== Block.section) return false;
  return view.getUint32(at + 8) === BYTE_ORDER || view.getUint32(at + 8, true) === BYTE_ORDER;
}

export class PcapngReader implements RecordReader {
  received = 0;
  dropped = 0;
  readonly unread = new Map<number, number>();
  #little = false;
  #sieve: Sieve | undefined;
  #interfaces: Interface[] = [];
  // Of the latest packet that has one.
  #time = 0;
  // Where the option that was looked for begins, and its length; 0 where there is none.
  #value = 0;
  #length = 0;

  read(
    view: DataView,
    from: number,
    end: number,
    packet: Packet,
    sink: FrameSink,
    sieve: Sieve | undefined,
  ): number {
    packet.view = view;
    this.#sieve = sieve;
    let at = from;
    while (end - at >= 12) {
      const type = view.getUint32(at, this.#little);
      if (type === Block.section) this.#section(view, at);
      const length = view.getUint32(at + 4, this.#little);
      if (length < 12 || length % 4 !== 0) {
        throw damaged(`a block claims ${length} bytes, which no block can have`, at);
      }
      const next = at + length;
      if (!isWanted(type)) {
        at = next;
        continue;
      }
      if (length > MAX_RECORD) {
        throw damaged(`a packet claims ${length} bytes, more than a packet can have`, at);
      }
      if (next > end) break;
      if (type === Block.enhanced) this.#enhanced(view, at, next, packet, sink);
      else if (type === Block.interface) this.#interface(view, at, next);
      else if (type === Block.simple) this.#simple(view, at, next, packet, sink);
      else if (type === Block.packet) this.#obsolete(view, at, next, packet, sink);
      else if (type === Block.statistics) this.#statistics(view, at, next);
      at = next;
    }
    return at;
  }

  #section(view: DataView, at: number): void {
    if (view.getUint32(at + 8, true) === BYTE_ORDER) this.#little = true;
    else if (view.getUint32(at + 8) === BYTE_ORDER) this.#little = false;
    else throw damaged('a section does not tell its byte order', at);
    this.#interfaces = []; // cold: once a section
  }

  // cold: once an interface
  #interface(view: DataView, at: number, end: number): void {
    if (end - at < 20) throw damaged('an interface description is too short', at);
    if (this.#interfaces.length >= MAX_INTERFACES) {
      throw damaged(`a section describes more than ${MAX_INTERFACES} interfaces`, at);
    }
    const little = this.#little;
    const options = at + 16;
    const tick = this.#find(view, options, end, Option.resolution, 1)
      ? resolution(view.getUint8(this.#value))
      : 1e-6;
    const offset = this.#find(view, options, end, Option.offset, 8)
      ? Number(view.getBigInt64(this.#value, little))
      : 0;
    // In bits, says the draft; in bytes, some write.
    const told = this.#find(view, options, end, Option.fcs, 1) ? view.getUint8(this.#value) : 0;
    const fcs = told < 8 ? told : told >> 3;
    const link = view.getUint16(at + 8, little);
    const snapLength = view.getUint32(at + 12, little);
    const counts = { received: 0, dropped: 0, lost: 0 };
    this.#interfaces.push({ link, read: readsLink(link), snapLength, tick, offset, fcs, ...counts });
  }

  #enhanced(view: DataView, at: number, end: number, packet: Packet, sink: FrameSink): void {
    if (end - at < 32) throw damaged('a packet block is too short', at);
    this.#packet(view, at, end, view.getUint32(at + 8, this.#little), packet, sink);
  }

  #obsolete(view: DataView, at: number, end: number, packet: Packet, sink: FrameSink): void {
    if (end - at < 32) throw damaged('a packet block is too short', at);
    const from = this.#interfaces[view.getUint16(at + 8, this.#little)];
    const lost = view.getUint16(at + 10, this.#little);
    // 0xffff: nobody counted.
    if (from !== undefined && lost > 0 && lost < 0xffff) this.#lose(from, lost);
    this.#packet(view, at, end, view.getUint16(at + 8, this.#little), packet, sink);
  }

  /** A packet of either kind: timestamp, captured and original length, packet, options. */
  #packet(view: DataView, at: number, end: number, index: number, packet: Packet, sink: FrameSink): void {
    const little = this.#little;
    const from = this.#interfaces[index];
    if (from === undefined) {
      throw damaged(`a packet names interface ${index}, which the section does not describe`, at);
    }
    const data = at + 28;
    const length = view.getUint32(at + 20, little);
    if (length > MAX_PACKET || data + length > end - 4) {
      throw damaged(`a packet claims ${length} bytes, more than its block has`, at);
    }
    const ticks = view.getUint32(at + 12, little) * 2 ** 32 + view.getUint32(at + 16, little);
    packet.time = from.offset + ticks * from.tick;
    packet.wireLength = view.getUint32(at + 24, little);
    packet.at = data;
    packet.end = data + length;
    this.#time = packet.time;
    let { fcs } = from;
    const options = data + ((length + 3) & ~3);
    // Most packets have no options, or a comment.
    if (end - options >= 12) {
      if (this.#find(view, options, end, Option.lost, 8)) this.#lose(from, count(view, this.#value, little));
      if (this.#find(view, options, end, Option.flags, 4)) {
        // Bits 5 to 8: bytes of this packet's frame check sequence, 0 where it is not told.
        const own = (view.getUint32(this.#value, little) >> 5) & 15;
        if (own > 0) fcs = own;
      }
    }
    if (fcs > 0) withoutFcs(packet, fcs);
    this.#deliver(from, packet, sink);
  }

  /** A packet without a timestamp, of the section's first interface. It has the time of the packet before it. */
  #simple(view: DataView, at: number, end: number, packet: Packet, sink: FrameSink): void {
    const from = this.#interfaces[0];
    if (from === undefined) throw damaged('a packet comes before any interface is described', at);
    if (end - at < 16) throw damaged('a packet block is too short', at);
    packet.wireLength = view.getUint32(at + 8, this.#little);
    let length = Math.min(packet.wireLength, end - at - 16);
    if (from.snapLength > 0) length = Math.min(length, from.snapLength);
    packet.time = this.#time;
    packet.at = at + 12;
    packet.end = at + 12 + length;
    if (from.fcs > 0) withoutFcs(packet, from.fcs);
    this.#deliver(from, packet, sink);
  }

  /** The counters of an interface since the capture began; the latest holds. What they lack is as it was. */
  #statistics(view: DataView, at: number, end: number): void {
    if (end - at < 24) throw damaged('interface statistics are too short', at);
    const of = this.#interfaces[view.getUint32(at + 8, this.#little)];
    if (of === undefined) return;
    const options = at + 20;
    const little = this.#little;
    if (this.#find(view, options, end, Option.received, 8)) {
      const received = count(view, this.#value, little);
      this.received += received - of.received;
      of.received = received;
    }
    let dropped = -1;
    if (this.#find(view, options, end, Option.dropped, 8)) dropped = count(view, this.#value, little);
    if (this.#find(view, options, end, Option.systemDropped, 8)) {
      dropped = Math.max(0, dropped) + count(view, this.#value, little);
    }
    if (dropped < 0) return;
    this.dropped += Math.max(dropped, of.lost) - Math.max(of.dropped, of.lost);
    of.dropped = dropped;
  }

  #lose(from: Interface, packets: number): void {
    const before = Math.max(from.dropped, from.lost);
    from.lost += packets;
    this.dropped += Math.max(from.dropped, from.lost) - before;
  }

  /** Looks for an option (code, length, value padded to 32 bits) before the repeated length at `end - 4`. */
  #find(view: DataView, at: number, end: number, wanted: number, least: number): boolean {
    for (let option = at; option + 4 <= end - 4; ) {
      const code = view.getUint16(option, this.#little);
      this.#length = view.getUint16(option + 2, this.#little);
      this.#value = option + 4;
      if (code === Option.end || this.#value + this.#length > end - 4) return false;
      if (code === wanted && this.#length >= least) return true;
      option = this.#value + ((this.#length + 3) & ~3);
    }
    return false;
  }

  #deliver(from: Interface, packet: Packet, sink: FrameSink): void {
    if (!from.read) {
      this.#skip(from.link);
      return;
    }
    packet.link = from.link;
    const sieve = this.#sieve;
    if (
      sieve !== undefined &&
      from.link === LinkType.ethernet &&
      sieve.concerns(packet.view, packet.at, packet.end) === 0
    ) {
      sieve.passed(1);
    } else sink.frame(packet);
  }

  #skip(link: number): void {
    const before = this.unread.get(link);
    if (before !== undefined) this.unread.set(link, before + 1);
    else if (this.unread.size < MAX_LINKS) this.unread.set(link, 1);
  }
}

function isWanted(type: number): boolean {
  return (
    type === Block.enhanced ||
    type === Block.simple ||
    type === Block.statistics ||
    type === Block.interface ||
    type === Block.packet ||
    type === Block.section
  );
}

/** A counter of 64 bits. */
function count(view: DataView, at: number, little: boolean): number {
  const high = little ? at + 4 : at;
  return view.getUint32(high, little) * 2 ** 32 + view.getUint32(2 * at + 4 - high, little);
}

/** Seconds of a timestamp unit: a negative power of 10, or of 2 where the top bit is set. */
function resolution(value: number): number {
  return value & 0x80 ? 2 ** -(value & 0x7f) : 10 ** -value;
}
