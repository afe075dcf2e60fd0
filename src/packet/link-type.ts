/**
 * Link types that captures name, and where the network layer begins in each
 * (https://www.tcpdump.org/linktypes.html).
 *
 * @module
 */

import type { Packet } from './packet.ts';

export const LinkType = {
  /** BSD loopback: address family in the byte order of the capturing host. */
  null: 0,
  ethernet: 1,
  /** Raw IP, as some BSDs number it in files. */
  rawBsd: 12,
  rawOpenBsd: 14,
  raw: 101,
  /** OpenBSD loopback: address family in network byte order. */
  loop: 108,
  /** Linux cooked capture, versions 1 and 2. */
  cooked1: 113,
  ipv4: 228,
  ipv6: 229,
  cooked2: 276,
} as const;

export const EtherType = { ipv4: 0x0800, ipv6: 0x86dd, vlan: 0x8100, qinq: 0x88a8, oldQinq: 0x9100 } as const;

const KNOWN: ReadonlySet<number> = new Set(Object.values(LinkType));

/** Tags in a row that are looked through. */
const MAX_TAGS = 8;

/** True where {@link decodeLink} can read packets of the link type. */
export function readsLink(link: number): boolean {
  return KNOWN.has(link);
}

/** Link types that are read, for messages. */
export const LINK_NAMES = 'Ethernet, Linux cooked, raw IP and loopback';

/** Sets `networkAt` and `etherType` (0 where the frame is not IP); false where the frame ends within its header. */
export function decodeLink(packet: Packet): boolean {
  const { view, at, end } = packet;
  switch (packet.link) {
    case LinkType.ethernet:
      if (end - at < 14) return false;
      return behindTags(packet, at + 14, view.getUint16(at + 12));
    case LinkType.cooked1:
      if (end - at < 16) return false;
      return behindTags(packet, at + 16, view.getUint16(at + 14));
    case LinkType.cooked2:
      if (end - at < 20) return false;
      return behindTags(packet, at + 20, view.getUint16(at));
    case LinkType.null:
    case LinkType.loop:
      if (end - at < 5) return false;
      return byVersion(packet, at + 4);
    default:
      if (end - at < 1) return false;
      return byVersion(packet, at);
  }
}

/** Looks through VLAN tags (IEEE 802.1Q and 802.1ad). */
function behindTags(packet: Packet, from: number, type: number): boolean {
  const { view, end } = packet;
  let at = from;
  let etherType = type;
  for (let tags = 0; tags < MAX_TAGS; tags++) {
    if (etherType !== EtherType.vlan && etherType !== EtherType.qinq && etherType !== EtherType.oldQinq)
      break;
    if (end - at < 4) return false;
    etherType = view.getUint16(at + 2);
    at += 4;
  }
  packet.networkAt = at;
  packet.etherType = etherType;
  return true;
}

/** Where no EtherType is given: IP says its version itself (address families differ between systems). */
function byVersion(packet: Packet, at: number): boolean {
  const version = packet.view.getUint8(at) >> 4;
  packet.networkAt = at;
  packet.etherType = version === 4 ? EtherType.ipv4 : version === 6 ? EtherType.ipv6 : 0;
  return true;
}
