/**
 * One packet as offsets into the bytes it was captured in. One record is reused for all packets of a capture:
 * a reader fills the frame, {@link decodeLayers} the rest.
 *
 * @module
 */

import { LinkType } from './link-type.ts';

/** What a packet turned out to be. Fields of a layer are only to be read where the kind says that it is there. */
export const PacketKind = {
  tcp: 0,
  udp: 1,
  /** IP that carries something else. */
  otherIp: 2,
  /** Not IP: ARP, LLDP, PROFINET real time … */
  nonIp: 3,
  /** A fragment of an IP datagram: `transportAt` to `transportEnd` are its part of it, not a transport layer. */
  fragment: 4,
  /** Headers that end early or contradict each other. */
  malformed: 5,
} as const;
export type PacketKind = (typeof PacketKind)[keyof typeof PacketKind];

/** TCP flags (RFC 9293, 3.1). */
export const TcpFlag = { fin: 1, syn: 2, rst: 4, psh: 8, ack: 16 } as const;

export class Packet {
  // --- the frame, as the reader found it ---
  view: DataView = new DataView(new ArrayBuffer(0));
  /** Position in the reading, from 1, whoever else reads along: an order of all packets, and of what comes of them. */
  number = 0;
  /** First byte, and one past the last byte that was captured. */
  at = 0;
  end = 0;
  /** Bytes that the frame had on the wire; more than were captured where the capture cut it. */
  wireLength = 0;
  /** Seconds since 1970-01-01 UTC. */
  // A fraction from the start: a field that begins as a small integer changes its kind with the first fraction, and
  // V8 throws away the code that was compiled for it.
  time = 0.1;
  /** LINKTYPE number of the registry of the tcpdump group. */
  link: number = LinkType.ethernet;

  // --- the layers ---
  kind: PacketKind = PacketKind.malformed;
  /** First byte of the network layer, and its EtherType. */
  networkAt = 0;
  /** One past the last byte that the network layer may have: within a tunnel, what the tunnel carries. */
  networkEnd = 0;
  etherType = 0;
  /** 4 or 6. */
  ipVersion = 0;
  /** First byte of the source address; the destination's follows it. */
  addressAt = 0;
  /** Protocol that IP carries, behind all extension headers. */
  ipProtocol = 0;
  /** First byte of the transport layer. */
  transportAt = 0;
  /** One past the last byte of the IP payload, within `end`. */
  transportEnd = 0;
  /** Bytes of the IP payload that are not there, because the capture cut them off. */
  missing = 0;
  sourcePort = 0;
  destinationPort = 0;
  /** TCP sequence and acknowledgement numbers, as signed 32-bit integers. */
  sequence = 0;
  acknowledgement = 0;
  /** {@link TcpFlag} bits. */
  flags = 0;
  payloadAt = 0;
}
