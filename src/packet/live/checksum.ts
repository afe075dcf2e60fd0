/**
 * The checksum of TCP and UDP (RFC 1071, RFC 9293 3.1, RFC 768, RFC 8200 8.1).
 *
 * @module
 */

import { type Packet, PacketKind } from '../packet.ts';

const TCP = 6;
const UDP = 17;

/**
 * True where the checksum of a whole TCP or UDP packet, as `kind` has it, is right or was left out (UDP over IPv4). The
 * packet must not be cut.
 */
export function checksumHolds(packet: Packet, kind: PacketKind): boolean {
  const { view, addressAt, transportAt, transportEnd } = packet;
  if (kind === PacketKind.udp && view.getUint16(transportAt + 6) === 0) return true;
  const length = transportEnd - transportAt;
  let sum = length + (kind === PacketKind.tcp ? TCP : UDP);
  sum += words(view, addressAt, addressAt + (packet.ipVersion === 6 ? 32 : 8));
  sum += words(view, transportAt, transportEnd);
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >>> 16);
  return sum === 0xffff;
}

/** Sum of the 16-bit words; fits 32 bits for any frame (64 KB have 32,768 of them). */
function words(view: DataView, from: number, end: number): number {
  let sum = 0;
  let at = from;
  for (; at + 1 < end; at += 2) sum += view.getUint16(at);
  if (at < end) sum += view.getUint8(at) << 8;
  return sum;
}
