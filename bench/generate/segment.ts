/**
 * One TCP segment in IPv4 in Ethernet, with right checksums (RFC 9293, RFC 791), as a mirror port shows it:
 * padded to the shortest Ethernet frame.
 *
 * @module
 */

import type { PcapWriter } from './pcap-writer.ts';

const ETHERNET = 14;
const IP = 20;
const TCP = 20;
const SHORTEST_FRAME = 60;

export const Flag = { fin: 0x01, syn: 0x02, push: 0x08, ack: 0x10 } as const;

/** One end of a connection. Its Ethernet address is made from the IP address. */
export interface Endpoint {
  readonly address: number;
  readonly port: number;
}

/** Writes a segment that carries `payload[at..end]`. */
export function writeSegment(
  writer: PcapWriter,
  micros: number,
  from: Endpoint,
  to: Endpoint,
  sequence: number,
  acknowledged: number,
  flags: number,
  payload: Uint8Array,
  at: number,
  end: number,
): void {
  const length = end - at;
  const frame = Math.max(SHORTEST_FRAME, ETHERNET + IP + TCP + length);
  const start = writer.packet(micros, frame);
  const { view, bytes } = writer;

  writeEthernetAddress(view, start, to.address);
  writeEthernetAddress(view, start + 6, from.address);
  view.setUint16(start + 12, 0x0800);

  const ip = start + ETHERNET;
  view.setUint16(ip, 0x4500);
  view.setUint16(ip + 2, IP + TCP + length);
  view.setUint16(ip + 4, sequence & 0xffff); // identification: any that changes
  view.setUint16(ip + 6, 0x4000); // do not fragment
  view.setUint16(ip + 8, 0x4006); // TTL 64, TCP
  view.setUint16(ip + 10, 0);
  view.setUint32(ip + 12, from.address);
  view.setUint32(ip + 16, to.address);
  view.setUint16(ip + 10, fold(sum(view, ip, ip + IP)));

  const tcp = ip + IP;
  view.setUint16(tcp, from.port);
  view.setUint16(tcp + 2, to.port);
  view.setUint32(tcp + 4, sequence);
  view.setUint32(tcp + 8, acknowledged);
  view.setUint16(tcp + 12, 0x5000 | flags);
  view.setUint16(tcp + 14, 0xfaf0);
  view.setUint32(tcp + 16, 0);
  const data = tcp + TCP;
  for (let i = 0; i < length; i++) bytes[data + i] = payload[at + i]!;
  bytes.fill(0, data + length, start + frame);
  // The pseudo-header: both addresses (already in place before the TCP header), protocol and length.
  view.setUint16(tcp + 16, fold(sum(view, ip + 12, data + length) + 6 + TCP + length));
}

function writeEthernetAddress(view: DataView, at: number, address: number): void {
  view.setUint16(at, 0x0200); // locally administered
  view.setUint32(at + 2, address);
}

function sum(view: DataView, at: number, end: number): number {
  let total = 0;
  let i = at;
  for (; i + 1 < end; i += 2) total += view.getUint16(i);
  return i < end ? total + (view.getUint8(i) << 8) : total;
}

/** The ones' complement of a ones' complement sum. */
function fold(total: number): number {
  let folded = total;
  while (folded > 0xffff) folded = (folded & 0xffff) + (folded >>> 16);
  return ~folded & 0xffff;
}
