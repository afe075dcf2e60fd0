/**
 * ARP (RFC 826) for IPv4 over Ethernet: what a host says of its own addresses.
 *
 *     0   hardware type 1    2   protocol type 0x0800   4   lengths 6 and 4    6   operation
 *     8   sender: hardware address, IPv4 address        18  target: the same
 *
 * @module
 */

const LENGTH = 28;
const ETHERNET_IPV4 = 0x0001_0800;
const LENGTHS = 0x0604;

/** EtherType. */
export const ARP = 0x0806;

/** Where the sender's hardware address lies; its IPv4 address is behind it. -1 where the packet is no such ARP. */
export function arpSender(view: DataView, at: number, end: number): number {
  if (end - at < LENGTH || view.getUint32(at) !== ETHERNET_IPV4 || view.getUint16(at + 4) !== LENGTHS)
    return -1;
  const operation = view.getUint16(at + 6);
  return operation === 1 || operation === 2 ? at + 8 : -1;
}
