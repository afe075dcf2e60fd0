/**
 * Who sent a frame, by its link layer: hardware address and VLAN.
 *
 * @module
 */

import { EtherType, LinkType } from './link-type.ts';
import type { Packet } from './packet.ts';

/** Tags in a row that are looked through, as where layers are decoded. */
const MAX_TAGS = 8;

/**
 * First byte of the six of the sender's hardware address, or -1: the link has none, or the packet came out of a tunnel,
 * where the frame around it is another's.
 */
export function senderAt(packet: Packet): number {
  const { view, at, end } = packet;
  switch (packet.link) {
    case LinkType.ethernet:
      return end - at >= 14 && afterTags(packet, at + 12) === packet.networkAt ? at + 6 : -1;
    case LinkType.cooked1:
      // Length of the address, then the address.
      return end - at >= 16 && view.getUint16(at + 4) === 6 && afterTags(packet, at + 14) === packet.networkAt
        ? at + 6
        : -1;
    case LinkType.cooked2:
      return end - at >= 20 && view.getUint8(at + 11) === 6 && packet.networkAt === at + 20 ? at + 12 : -1;
    default:
      return -1;
  }
}

/** VLAN of the frame's outermost tag, or -1 where it has none. Only where {@link senderAt} found a sender. */
export function vlanOf(packet: Packet): number {
  const { view, at } = packet;
  const type = packet.link === LinkType.ethernet ? at + 12 : packet.link === LinkType.cooked1 ? at + 14 : -1;
  if (type < 0 || packet.networkAt === type + 2) return -1;
  return view.getUint16(type + 2) & 0x0fff;
}

/** Where the network layer begins, by the EtherType at `typeAt` and the tags behind it. */
function afterTags(packet: Packet, typeAt: number): number {
  const { view, end } = packet;
  let at = typeAt;
  for (let tags = 0; tags < MAX_TAGS; tags++) {
    const type = view.getUint16(at);
    if (type !== EtherType.vlan && type !== EtherType.qinq && type !== EtherType.oldQinq) break;
    if (end - at < 6) return -1;
    at += 4;
  }
  return at + 2;
}
