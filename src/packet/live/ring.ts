/**
 * Reads packets from the ring that the kernel writes them to: where they lie, without copying them. The ring's blocks
 * pass back and forth by one word each; a block is handed back when all its packets have been looked at.
 *
 * @module
 */

import { LinkType } from '../link-type.ts';
import { Packet } from '../packet.ts';
import type { FrameSink } from '../records.ts';
import { map } from './kernel.ts';
import type { PacketSocket } from './packet-socket.ts';

/** `struct tpacket_block_desc`: byte offsets, `<linux/if_packet.h>`. */
const Block = { status: 8, packets: 12, first: 16 } as const;
const OF_USER = 1;
const OF_KERNEL = 0;

/** `struct tpacket3_hdr`, and the `struct sockaddr_ll` behind it. */
const Header = {
  next: 0,
  seconds: 4,
  nanoseconds: 8,
  captured: 12,
  length: 16,
  status: 20,
  frame: 24,
  tag: 32,
  tagType: 36,
  interface: 52,
  packetType: 58,
} as const;

/** Bits of a packet's status. */
export const Status = {
  /** Its checksum is still to be computed, by the card. */
  checksumPending: 8,
  tagged: 16,
  tagTypeKnown: 64,
  /** Its checksum was found right. */
  checksumGood: 128,
  /** The card's own time. */
  hardwareTime: 1 << 31,
} as const;

/** Of a packet, as seen from here: `PACKET_OTHERHOST` is what passes between others, `PACKET_OUTGOING` our own. */
export const PacketType = { host: 0, broadcast: 1, multicast: 2, others: 3, outgoing: 4 } as const;

/** An interface as the ring sees it. Its index changes when it goes away and comes back, so it is shared. */
export interface Source {
  readonly name: string;
  readonly link: number;
  readonly mtu: number;
}

export class Ring {
  /** The packet that is being looked at: place of its interface among the sources, -1 for one that has just left. */
  source = 0;
  /** When it came: whole seconds since 1970-01-01 UTC, and nanoseconds. */
  seconds = 0;
  nanoseconds = 0;
  /** {@link Status} bits. */
  status = 0;
  /** One of {@link PacketType}. */
  packetType = 0;

  packets = 0;
  /** Packets whose VLAN tag was put back, and those that bear the card's time. */
  tagged = 0;
  hardwareTimed = 0;
  /** By source. */
  readonly bySource: Float64Array;

  readonly #packet = new Packet();
  readonly #words: Int32Array;
  readonly #blockBytes: number;
  readonly #blocks: number;
  readonly #indices: Int32Array;
  readonly #links: Int32Array;
  #block = 0;

  /** `indices` are the numbers that the kernel has for the sources, now. */
  constructor(socket: PacketSocket, sources: readonly Source[], indices: Int32Array) {
    const { blockBytes, blocks } = socket.shape;
    const bytes = map(socket.fd, blockBytes * blocks);
    this.#packet.view = new DataView(bytes);
    this.#words = new Int32Array(bytes);
    this.#blockBytes = blockBytes;
    this.#blocks = blocks;
    this.#indices = indices;
    this.#links = Int32Array.from(sources, ({ link }) => link);
    this.bySource = new Float64Array(sources.length);
  }

  /** Hands the packets of up to `most` blocks to `sink`; returns how many blocks there were. */
  read(sink: FrameSink, most: number): number {
    const words = this.#words;
    for (let done = 0; done < most; done++) {
      const at = this.#block * this.#blockBytes;
      const status = (at + Block.status) >> 2;
      // Atomic: whatever the kernel wrote before this word is seen behind it, on every kind of processor.
      if ((Atomics.load(words, status) & OF_USER) === 0) return done;
      this.#walk(at, sink);
      Atomics.store(words, status, OF_KERNEL);
      this.#block = this.#block + 1 === this.#blocks ? 0 : this.#block + 1;
    }
    return most;
  }

  /** True where half of the ring, or more, waits to be read. */
  get halfFull(): boolean {
    const block = (this.#block + (this.#blocks >> 1)) % this.#blocks;
    return (Atomics.load(this.#words, (block * this.#blockBytes + Block.status) >> 2) & OF_USER) !== 0;
  }

  #walk(block: number, sink: FrameSink): void {
    const packet = this.#packet;
    const view = packet.view;
    const count = view.getUint32(block + Block.packets, true);
    let at = block + view.getUint32(block + Block.first, true);
    for (let i = 0; i < count; i++) {
      const next = view.getUint32(at + Header.next, true);
      this.#packetAt(packet, view, at);
      sink.frame(packet);
      at += next;
    }
    this.packets += count;
  }

  #packetAt(packet: Packet, view: DataView, at: number): void {
    const status = view.getInt32(at + Header.status, true);
    const seconds = view.getUint32(at + Header.seconds, true);
    const nanoseconds = view.getUint32(at + Header.nanoseconds, true);
    const frame = at + view.getUint16(at + Header.frame, true);
    this.status = status;
    this.seconds = seconds;
    this.nanoseconds = nanoseconds;
    this.packetType = view.getUint8(at + Header.packetType);
    packet.time = seconds + nanoseconds * 1e-9;
    packet.at = frame;
    packet.end = frame + view.getUint32(at + Header.captured, true);
    packet.wireLength = view.getUint32(at + Header.length, true);
    this.#find(packet, view.getInt32(at + Header.interface, true));
    if ((status & Status.hardwareTime) !== 0) this.hardwareTimed++;
    if ((status & Status.tagged) !== 0 && packet.link === LinkType.ethernet && packet.end - frame >= 12) {
      this.#putTagBack(packet, view, at, status);
    }
  }

  #find(packet: Packet, index: number): void {
    const indices = this.#indices;
    // Mostly the one of the packet before.
    let source = this.source;
    if (source < 0 || indices[source] !== index) {
      source = indices.length - 1;
      while (source >= 0 && indices[source] !== index) source--;
      this.source = source;
    }
    if (source < 0) {
      packet.link = LinkType.ethernet;
      return;
    }
    packet.link = this.#links[source]!;
    this.bySource[source]!++;
  }

  /** The kernel takes the outermost VLAN tag off and keeps it aside: here it gets back between addresses and type. */
  #putTagBack(packet: Packet, view: DataView, at: number, status: number): void {
    const frame = packet.at - 4;
    view.setInt32(frame, view.getInt32(frame + 4));
    view.setInt32(frame + 4, view.getInt32(frame + 8));
    view.setInt32(frame + 8, view.getInt32(frame + 12));
    const type = (status & Status.tagTypeKnown) === 0 ? 0x8100 : view.getUint16(at + Header.tagType, true);
    view.setUint16(frame + 12, type);
    view.setUint16(frame + 14, view.getUint32(at + Header.tag, true));
    packet.at = frame;
    packet.wireLength += 4;
    this.tagged++;
  }
}
