/**
 * The Point-to-Point Protocol (RFC 1661): a protocol number, then IP.
 *
 * @module
 */

import { EtherType } from './link-type.ts';
import type { Packet } from './packet.ts';

const PPP_IPV4 = 0x0021;
const PPP_IPV6 = 0x0057;

/** Sets `networkAt` and `etherType` (0 where it is not IP) from the PPP frame at `at`; false where it ends too early. */
export function decodePpp(packet: Packet, at: number): boolean {
  const { view, networkEnd: end } = packet;
  // RFC 1661, 6.5: a protocol number whose first byte would be 0 may be sent without it; such numbers are odd.
  if (end - at < 2) return false;
  const first = view.getUint8(at);
  const short = (first & 1) === 1;
  const protocol = short ? first : view.getUint16(at);
  packet.networkAt = at + (short ? 1 : 2);
  packet.etherType = protocol === PPP_IPV4 ? EtherType.ipv4 : protocol === PPP_IPV6 ? EtherType.ipv6 : 0;
  return true;
}
