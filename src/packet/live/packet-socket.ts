/**
 * A socket that receives what passes interfaces, whole frames, into a ring of memory that this process shares with
 * the kernel (`packet(7)`, Documentation/networking/packet_mmap.rst, version 3). cold: once a socket, and its counters
 * now and then.
 *
 * It is bound to no interface: a filter takes the packets of those that are watched. One ring then has the packets of
 * all of them in the order in which they came, which matters where a tap gives each direction of a cable to an
 * interface of its own; and one that went away can be watched again when it comes back, by another filter, which
 * needs no privilege.
 *
 * @module
 */

import { type FilterOf, takeFrom } from './filters.ts';
import { addressOf, bind, close, getOption, KernelError, openSocket, setOption } from './kernel.ts';
import { LiveError } from './live-error.ts';

const AF_PACKET = 17;
const SOCK_RAW = 3;
const SOCK_CLOEXEC = 0o2000000;
/** All protocols, as `htons` has it. */
const ETH_P_ALL = 0x0300;
const ADDRESS_BYTES = 20;

const SOL_SOCKET = 1;
const SO_ATTACH_FILTER = 26;
const SOL_PACKET = 263;
/** `<linux/if_packet.h>`. */
const Option = {
  addMembership: 1,
  ring: 5,
  statistics: 6,
  version: 10,
  reserve: 12,
  timestamp: 17,
  fanout: 18,
  fanoutData: 22,
  ignoreOutgoing: 23,
} as const;
const VERSION_3 = 2;
const PROMISCUOUS = 1;
/** `SOF_TIMESTAMPING_RAW_HARDWARE`. */
const RAW_HARDWARE = 64;
const FANOUT_CBPF = 6;
const FANOUT_UNIQUE = 0x2000;
/** Room in front of a frame for a VLAN tag that the kernel took off. */
const TAG_BYTES = 4;
/** Frames within a block lie one behind the other whatever their size; the kernel wants one to be named all the same. */
const FRAME_BYTES = 2048;

/** How a ring is laid out. */
export interface RingShape {
  readonly blockBytes: number;
  readonly blocks: number;
  /** After how many milliseconds a block is handed over that is not full. */
  readonly patience: number;
}

export interface SocketOptions {
  readonly shape: RingShape;
  readonly ignoreOutgoing: boolean;
  /** Takes the card's own time of a packet where there is one. */
  readonly hardwareTime: boolean;
}

/** What the kernel counted since the socket was opened. */
export interface SocketCounters {
  /** Packets that there was no room for in the ring. */
  dropped: number;
  /** All packets that passed the filter, those that were dropped too. */
  packets: number;
  /** How often the ring was full. */
  full: number;
}

export class PacketSocket {
  readonly fd: number;
  readonly shape: RingShape;
  readonly counters: SocketCounters = { dropped: 0, packets: 0, full: 0 };

  private constructor(fd: number, shape: RingShape) {
    this.fd = fd;
    this.shape = shape;
  }

  /** A socket that takes nothing yet; throws a {@link LiveError} where that is not permitted. */
  static open(options: SocketOptions): PacketSocket {
    const { shape } = options;
    let fd: number;
    try {
      // No protocol yet: nothing comes in before there is a ring.
      fd = openSocket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0);
    } catch (error) {
      throw notPermitted(error);
    }
    const it = new PacketSocket(fd, shape);
    try {
      it.take([], 0);
      it.#set(Option.version, VERSION_3);
      it.#set(Option.reserve, TAG_BYTES);
      if (options.ignoreOutgoing) it.#set(Option.ignoreOutgoing, 1);
      if (options.hardwareTime) it.#set(Option.timestamp, RAW_HARDWARE);
      const frames = (shape.blockBytes / FRAME_BYTES) * shape.blocks;
      it.#set(Option.ring, shape.blockBytes, shape.blocks, FRAME_BYTES, frames, shape.patience, 0, 0);
      const address = new Uint8Array(ADDRESS_BYTES);
      const view = new DataView(address.buffer);
      view.setUint16(0, AF_PACKET, true);
      view.setUint16(2, ETH_P_ALL, true);
      bind(fd, address);
    } catch (error) {
      it.close();
      throw noRing(error, shape);
    }
    return it;
  }

  /** The same socket in another thread, which counts for itself. */
  static of(fd: number, shape: RingShape): PacketSocket {
    return new PacketSocket(fd, shape);
  }

  #set(option: number, ...words: number[]): void {
    setOption(this.fd, SOL_PACKET, option, new Uint32Array(words));
  }

  /** From here on takes what passes these interfaces. */
  take(interfaces: readonly FilterOf[], snapLength: number): void {
    const program = takeFrom(interfaces, snapLength);
    setOption(this.fd, SOL_SOCKET, SO_ATTACH_FILTER, describe(program));
  }

  /** Takes what is meant for others too, for as long as the socket is open and the interface there. */
  promiscuous(index: number): void {
    this.#set(Option.addMembership, index, PROMISCUOUS, 0, 0);
  }

  /** Has the kernel deal packets out to all of `sockets` by `program`. */
  static deal(sockets: readonly PacketSocket[], program: Uint8Array): void {
    const [first, ...others] = sockets;
    if (first === undefined) return;
    first.#set(Option.fanout, (FANOUT_CBPF | FANOUT_UNIQUE) << 16);
    const group = new Uint8Array(4);
    getOption(first.fd, SOL_PACKET, Option.fanout, group);
    const id = new DataView(group.buffer).getUint16(0, true);
    for (const other of others) other.#set(Option.fanout, id | (FANOUT_CBPF << 16));
    setOption(first.fd, SOL_PACKET, Option.fanoutData, describe(program));
  }

  /** Brings {@link counters} up to date. The kernel begins again at each reading, so only one may read. */
  count(): SocketCounters {
    const statistics = new Uint8Array(12);
    getOption(this.fd, SOL_PACKET, Option.statistics, statistics);
    const view = new DataView(statistics.buffer);
    this.counters.packets += view.getUint32(0, true);
    this.counters.dropped += view.getUint32(4, true);
    this.counters.full += view.getUint32(8, true);
    return this.counters;
  }

  close(): void {
    close(this.fd);
  }
}

/** A `struct sock_fprog`. The program must be held until the kernel has it. */
function describe(program: Uint8Array): Uint8Array {
  const description = new Uint8Array(16);
  const view = new DataView(description.buffer);
  view.setUint16(0, program.length / 8, true);
  view.setBigUint64(8, addressOf(program), true);
  return description;
}

function notPermitted(error: unknown): unknown {
  if (!(error instanceof KernelError)) return error;
  if (error.code === 'EPERM' || error.code === 'EACCES') {
    return new LiveError(
      'watching an interface needs the capability CAP_NET_RAW; start it as root (it gives that up at once), or see docs/watch.md',
    );
  }
  return new LiveError(
    `no packet socket can be opened here (${error.message}); this needs a Linux kernel with them`,
  );
}

function noRing(error: unknown, { blockBytes, blocks }: RingShape): unknown {
  if (!(error instanceof KernelError)) return error;
  const size = Math.round((blockBytes * blocks) / 2 ** 20);
  if (error.code === 'ENOMEM')
    return new LiveError(`no memory for a ring of ${size} MB; give --ring a smaller size`);
  return new LiveError(`the kernel gives no packet ring (${error.message})`);
}
