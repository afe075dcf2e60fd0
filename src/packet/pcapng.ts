/**
 * The pcapng format: blocks of a type and a length, in sections that each have their own byte order and
 * interfaces (draft-ietf-opsawg-pcapng).
 *
 * @module
 */

import { readsLink } from './link-type.ts';
import type { Packet } from './packet.ts';
import { damaged, type FrameSink, MAX_PACKET, MAX_RECORD, type RecordReader } from './records.ts';

const Block = {
  section: 0x0a0d0d0a,
  interface: 1,
  /** Obsolete since 2004, still found. */
  packet: 2,
  simple: 3,
  enhanced: 6,
} as const;

const BYTE_ORDER = 0x1a2b3c4d;
const Option = { end: 0, resolution: 9, offset: 14 } as const;

/** Interfaces that one section may describe. */
const MAX_INTERFACES = 4096;

interface Interface {
  readonly link: number;
  readonly snapLength: number;
  /** Seconds of one unit of a timestamp. */
  readonly tick: number;
  /** Seconds to add to every timestamp. */
  readonly offset: number;
}

/** True where a pcapng file begins so. */
export function isPcapng(view: DataView, at: number): boolean {
  if (view.getUint32(at) !== Block.section) return false;
  return view.getUint32(at + 8) === BYTE_ORDER || view.getUint32(at + 8, true) === BYTE_ORDER;
}

export class PcapngReader implements RecordReader {
  #little = false;
  #interfaces: Interface[] = [];
  /** Packets of interfaces whose link type is not read, and the first such link type. */
  unread = 0;
  unreadLink = 0;

  read(view: DataView, from: number, end: number, packet: Packet, sink: FrameSink): number {
    packet.view = view;
    let at = from;
    while (end - at >= 12) {
      const type = view.getUint32(at, this.#little);
      if (type === Block.section) this.#section(view, at);
      const length = view.getUint32(at + 4, this.#little);
      if (length < 12 || length % 4 !== 0) {
        throw damaged(
          `a block claims ${length} bytes, which no block can have; the file is damaged from here`,
        );
      }
      const next = at + length;
      if (!this.#wanted(type)) {
        at = next;
        continue;
      }
      if (length > MAX_RECORD) {
        throw damaged(
          `a packet claims ${length} bytes, more than a packet can have; the file is damaged from here`,
        );
      }
      if (next > end) break;
      if (type === Block.enhanced) this.#enhanced(view, at, next, packet, sink);
      else if (type === Block.interface) this.#interface(view, at, next);
      else if (type === Block.simple) this.#simple(view, at, next, packet, sink);
      else if (type === Block.packet) this.#obsolete(view, at, next, packet, sink);
      at = next;
    }
    return at;
  }

  #wanted(type: number): boolean {
    return (
      type === Block.enhanced ||
      type === Block.simple ||
      type === Block.interface ||
      type === Block.packet ||
      type === Block.section
    );
  }

  #section(view: DataView, at: number): void {
    if (view.getUint32(at + 8, true) === BYTE_ORDER) this.#little = true;
    else if (view.getUint32(at + 8) === BYTE_ORDER) this.#little = false;
    else throw damaged('a section does not tell its byte order; the file is damaged from here');
    this.#interfaces = []; // cold: once a section
  }

  // cold: once an interface
  #interface(view: DataView, at: number, end: number): void {
    if (end - at < 20) throw damaged('an interface description is too short; the file is damaged from here');
    if (this.#interfaces.length >= MAX_INTERFACES) {
      throw damaged(
        `a section describes more than ${MAX_INTERFACES} interfaces; the file is damaged from here`,
      );
    }
    const little = this.#little;
    let tick = 1e-6;
    let offset = 0;
    // Options: code, length, value padded to 32 bits; before the repeated block length.
    for (let option = at + 16; option + 4 <= end - 4; ) {
      const code = view.getUint16(option, little);
      const length = view.getUint16(option + 2, little);
      const value = option + 4;
      if (code === Option.end || value + length > end - 4) break;
      if (code === Option.resolution && length >= 1) tick = resolution(view.getUint8(value));
      else if (code === Option.offset && length >= 8) offset = Number(view.getBigInt64(value, little));
      option = value + ((length + 3) & ~3);
    }
    const link = view.getUint16(at + 8, little);
    this.#interfaces.push({ link, snapLength: view.getUint32(at + 12, little), tick, offset });
  }

  #enhanced(view: DataView, at: number, end: number, packet: Packet, sink: FrameSink): void {
    if (end - at < 32) throw damaged('a packet block is too short; the file is damaged from here');
    this.#packet(view, at + 28, end, view.getUint32(at + 8, this.#little), at + 12, packet, sink);
  }

  #obsolete(view: DataView, at: number, end: number, packet: Packet, sink: FrameSink): void {
    if (end - at < 32) throw damaged('a packet block is too short; the file is damaged from here');
    this.#packet(view, at + 28, end, view.getUint16(at + 8, this.#little), at + 12, packet, sink);
  }

  /** A packet whose timestamp, captured and original length lie in a row at `stamp`. */
  #packet(
    view: DataView,
    data: number,
    blockEnd: number,
    index: number,
    stamp: number,
    packet: Packet,
    sink: FrameSink,
  ): void {
    const little = this.#little;
    const from = this.#interfaces[index];
    if (from === undefined)
      throw damaged(`a packet names interface ${index}, which the section does not describe`);
    const length = view.getUint32(stamp + 8, little);
    if (length > MAX_PACKET || data + length > blockEnd - 4) {
      throw damaged(
        `a packet claims ${length} bytes, more than its block has; the file is damaged from here`,
      );
    }
    const ticks = view.getUint32(stamp, little) * 2 ** 32 + view.getUint32(stamp + 4, little);
    packet.time = from.offset + ticks * from.tick;
    packet.wireLength = view.getUint32(stamp + 12, little);
    packet.at = data;
    packet.end = data + length;
    this.#deliver(from, packet, sink);
  }

  /** A packet without a timestamp, of the section's first interface. */
  #simple(view: DataView, at: number, end: number, packet: Packet, sink: FrameSink): void {
    const from = this.#interfaces[0];
    if (from === undefined) throw damaged('a packet comes before any interface is described');
    if (end - at < 16) throw damaged('a packet block is too short; the file is damaged from here');
    packet.wireLength = view.getUint32(at + 8, this.#little);
    let length = Math.min(packet.wireLength, end - at - 16);
    if (from.snapLength > 0) length = Math.min(length, from.snapLength);
    packet.time = 0;
    packet.at = at + 12;
    packet.end = at + 12 + length;
    this.#deliver(from, packet, sink);
  }

  #deliver(from: Interface, packet: Packet, sink: FrameSink): void {
    if (!readsLink(from.link)) {
      if (this.unread === 0) this.unreadLink = from.link;
      this.unread++;
      return;
    }
    packet.link = from.link;
    sink.frame(packet);
  }
}

/** Seconds of a timestamp unit: a negative power of 10, or of 2 where the top bit is set. */
function resolution(value: number): number {
  return value & 0x80 ? 2 ** -(value & 0x7f) : 10 ** -value;
}
