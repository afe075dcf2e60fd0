/**
 * Neighbour discovery of IPv6 (RFC 4861): which hardware address an address has.
 *
 * Neighbour solicitation: ICMPv6 type 135, option 1 is the sender's hardware address. Neighbour advertisement: type 136,
 * option 2 is that of the target address.
 *
 * @module
 */

import type { Packet } from './packet.ts';

const ICMPV6 = 58;
const SOLICITATION = 135;
const ADVERTISEMENT = 136;
/** Type, code, checksum, flags, target address. */
const HEADER = 24;
const TARGET = 8;

/** An address and the hardware address that is said to be its own: offsets into the packet. Reused. */
export class Neighbour {
  addressAt = 0;
  hardwareAt = 0;
}

/** Finds the pair that the packet tells; false where it tells none. */
export function readNeighbour(packet: Packet, found: Neighbour): boolean {
  const { view, transportAt: at, transportEnd: end } = packet;
  if (packet.ipVersion !== 6 || packet.ipProtocol !== ICMPV6 || end - at < HEADER + 8) return false;
  const type = view.getUint8(at);
  if (type !== SOLICITATION && type !== ADVERTISEMENT) return false;
  const wanted = type === SOLICITATION ? 1 : 2;
  // Options: type, length in units of eight bytes.
  for (let option = at + HEADER; end - option >= 8; ) {
    const length = view.getUint8(option + 1) * 8;
    if (length === 0) return false;
    if (view.getUint8(option) === wanted && length === 8) {
      found.addressAt = type === SOLICITATION ? packet.addressAt : at + TARGET;
      found.hardwareAt = option + 2;
      return true;
    }
    option += length;
  }
  return false;
}
