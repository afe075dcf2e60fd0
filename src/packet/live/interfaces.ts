/**
 * The network interfaces of this machine, as its kernel tells of them in the network namespace that this process is
 * in (`netdevice(7)`, `proc_net(5)`). cold: once a second.
 *
 * @module
 */

import { readFileSync } from 'node:fs';
import { LinkType } from '../link-type.ts';
import { addressOf, ioctl } from './kernel.ts';
import { LiveError } from './live-error.ts';

export interface Interface {
  readonly name: string;
  readonly index: number;
  /** Switched on. */
  readonly up: boolean;
  /** There is somebody at the other end of the cable. */
  readonly carrier: boolean;
  /** Most bytes of a packet's network layer and above. */
  readonly mtu: number;
  /** LINKTYPE of its packets. */
  readonly link: number;
  readonly loopback: boolean;
}

/** `<linux/sockios.h>`. */
const Request = {
  flags: 0x8913,
  mtu: 0x8921,
  hardware: 0x8927,
  index: 0x8933,
  setTimestamps: 0x89b0,
} as const;
/** `<linux/if.h>`. */
const Flag = { up: 1, loopback: 8, running: 0x40 } as const;
/** `struct ifreq`: the name, then what was asked for. */
const REQUEST_BYTES = 40;
const NAME_BYTES = 16;

/** Kinds of hardware (`<linux/if_arp.h>`) whose packets begin as a link type does: Ethernet and loopback; tunnels. */
const LINKS: Readonly<Record<number, number>> = {
  1: LinkType.ethernet,
  772: LinkType.ethernet,
  65534: LinkType.raw,
  768: LinkType.raw,
  769: LinkType.raw,
  776: LinkType.raw,
  778: LinkType.raw,
};

/** What the interface is now, or undefined where there is none of the name. `fd` is any socket. */
export function interfaceNamed(fd: number, name: string): Interface | undefined {
  // The kernel would take the beginning of a longer one for another's.
  if (Buffer.byteLength(name) >= NAME_BYTES) return undefined;
  const index = ask(fd, name, Request.index)?.getInt32(NAME_BYTES, true);
  const hardware = ask(fd, name, Request.hardware)?.getUint16(NAME_BYTES, true);
  const flags = ask(fd, name, Request.flags)?.getUint16(NAME_BYTES, true);
  const mtu = ask(fd, name, Request.mtu)?.getInt32(NAME_BYTES, true);
  if (index === undefined || hardware === undefined || flags === undefined || mtu === undefined)
    return undefined;
  const link = LINKS[hardware];
  if (link === undefined) {
    throw new LiveError(
      `${name}: an interface of hardware kind ${hardware}, whose packets are not read; watch an Ethernet interface`,
    );
  }
  const loopback = (flags & Flag.loopback) !== 0;
  return {
    name,
    index,
    up: (flags & Flag.up) !== 0,
    carrier: (flags & Flag.running) !== 0,
    mtu,
    link,
    loopback,
  };
}

/** Has the card stamp all packets that come in; false where it cannot, or we may not. */
export function switchOnHardwareTime(fd: number, name: string): boolean {
  // struct hwtstamp_config: no flags, no stamps of what is sent, stamps of all that comes in (HWTSTAMP_FILTER_ALL).
  const configuration = new Uint32Array([0, 0, 1]);
  const request = requestFor(name);
  new DataView(request.buffer).setBigUint64(NAME_BYTES, addressOf(configuration), true);
  return ioctl(fd, Request.setTimestamps, request);
}

function ask(fd: number, name: string, request: number): DataView | undefined {
  const bytes = requestFor(name);
  return ioctl(fd, request, bytes) ? new DataView(bytes.buffer) : undefined;
}

function requestFor(name: string): Uint8Array {
  const request = new Uint8Array(REQUEST_BYTES);
  request.set(Buffer.from(name).subarray(0, NAME_BYTES - 1));
  return request;
}

/** Names of all interfaces. */
function interfaceNames(): string[] {
  const lines = readFileSync('/proc/self/net/dev', 'latin1').split('\n').slice(2);
  return lines.flatMap(line => /^\s*(.+?):/.exec(line)?.[1] ?? []).sort();
}

/** Packets that the card lost since it is there, for want of room in its own ring. */
export function lostByCard(name: string): number {
  const counter = (of: string) => {
    try {
      return Number(readFileSync(`/sys/class/net/${name}/statistics/${of}`, 'latin1'));
    } catch {
      return 0;
    }
  };
  return counter('rx_missed_errors') + counter('rx_fifo_errors');
}

/** Packets that the kernel lost on their way from any card of this machine, for want of room in its backlog. */
export function lostInBacklog(): number {
  let lost = 0;
  for (const line of readFileSync('/proc/net/softnet_stat', 'latin1').trim().split('\n')) {
    lost += Number.parseInt(line.split(' ')[1] ?? '0', 16);
  }
  return lost;
}

export function noInterface(name: string): LiveError {
  return new LiveError(`${name}: no such interface; there are: ${interfaceNames().join(', ')}`);
}
