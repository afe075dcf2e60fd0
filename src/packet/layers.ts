/**
 * From a captured frame to its transport layer: link, IPv4 or IPv6 with extension headers, TCP or UDP; where that is a
 * tunnel's, to the transport layer of what is in it.
 *
 * @module
 */

import { decodeLink } from './link.ts';
import { EtherType, LinkType } from './link-type.ts';
import { type Packet, PacketKind } from './packet.ts';
import { enterTunnel } from './tunnel.ts';

const IpProtocol = {
  hopByHop: 0,
  tcp: 6,
  udp: 17,
  routing: 43,
  fragment: 44,
  authentication: 51,
  destinationOptions: 60,
  mobility: 135,
} as const;

/** Extension headers in a row that are looked through; real packets have two or three. */
const MAX_EXTENSIONS = 16;
/** Tunnels within each other that are entered; real ones are two or three (VXLAN in MPLS). */
const MAX_TUNNELS = 8;

/** Fills the layers of a packet whose frame is set, `kind` included. */
export function decodeLayers(packet: Packet): PacketKind {
  packet.kind = layers(packet);
  return packet.kind;
}

function layers(packet: Packet): PacketKind {
  if (packet.link === LinkType.ethernet && plainTcp(packet)) return PacketKind.tcp;
  if (!decodeLink(packet)) return PacketKind.malformed;
  let kind = network(packet);
  for (let depth = 0; depth < MAX_TUNNELS && enterTunnel(packet, kind); depth++) kind = network(packet);
  return kind;
}

/** EtherType of IPv4, and the first byte of a header without options. */
const PLAIN_IPV4 = 0x080045;

/**
 * True for TCP over IPv4 without options in an untagged Ethernet frame about which nothing is odd, as most packets are.
 * Its addresses begin 26 bytes behind `at`, and what the layers below find in it is what {@link plainTcp} fills in.
 */
export function isPlainTcp(view: DataView, at: number, end: number): boolean {
  if (end - at < 54 || view.getInt32(at + 12) >> 8 !== PLAIN_IPV4) return false;
  // More fragments or an offset; the protocol.
  if ((view.getUint16(at + 20) & 0x3fff) !== 0 || view.getUint8(at + 23) !== IpProtocol.tcp) return false;
  const stop = at + 14 + view.getUint16(at + 16);
  const header = (view.getUint8(at + 46) >> 4) * 4;
  return header >= 20 && at + 34 + header <= (stop > end ? end : stop);
}

/** Fills in all layers at once where it is {@link isPlainTcp}; false where it is anything else. */
function plainTcp(packet: Packet): boolean {
  const { view, at, end } = packet;
  if (!isPlainTcp(view, at, end)) return false;
  const stop = at + 14 + view.getUint16(at + 16);
  const transportEnd = stop > end ? end : stop;
  const control = view.getUint16(at + 46);
  packet.networkEnd = end;
  packet.networkAt = at + 14;
  packet.etherType = EtherType.ipv4;
  packet.ipVersion = 4;
  packet.addressAt = at + 26;
  packet.ipProtocol = IpProtocol.tcp;
  packet.transportAt = at + 34;
  packet.transportEnd = transportEnd;
  packet.missing = stop - transportEnd;
  packet.sourcePort = view.getUint16(at + 34);
  packet.destinationPort = view.getUint16(at + 36);
  packet.sequence = view.getInt32(at + 38);
  packet.acknowledgement = view.getInt32(at + 42);
  packet.flags = control & 0xff;
  packet.payloadAt = at + 34 + (control >> 12) * 4;
  return true;
}

/** What the network layer at `networkAt` and all above it are. */
function network(packet: Packet): PacketKind {
  let kind: PacketKind;
  if (packet.etherType === EtherType.ipv4) kind = ipv4(packet);
  else if (packet.etherType === EtherType.ipv6) kind = ipv6(packet);
  else return PacketKind.nonIp;
  if (kind === PacketKind.tcp) return tcp(packet);
  if (kind === PacketKind.udp) return udp(packet);
  return kind;
}

/** RFC 791. */
function ipv4(packet: Packet): PacketKind {
  const { view, networkEnd: end, networkAt: at } = packet;
  if (end - at < 20) return PacketKind.malformed;
  const first = view.getUint8(at);
  const header = (first & 15) * 4;
  if (first >> 4 !== 4 || header < 20) return PacketKind.malformed;
  let total = view.getUint16(at + 2);
  // A network card that cuts segments itself shows the host's own packets with a length of 0.
  if (total === 0) total = end - at;
  if (total < header || at + header > end) return PacketKind.malformed;
  packet.ipVersion = 4;
  packet.addressAt = at + 12;
  // More fragments, or a fragment offset: a part of a datagram.
  if ((view.getUint16(at + 6) & 0x3fff) !== 0)
    return fragment(packet, view.getUint8(at + 9), at + header, at + total);
  return carried(packet, view.getUint8(at + 9), at + header, at + total);
}

/** RFC 8200. */
function ipv6(packet: Packet): PacketKind {
  const { view, networkEnd: end, networkAt: at } = packet;
  if (end - at < 40 || view.getUint8(at) >> 4 !== 6) return PacketKind.malformed;
  packet.ipVersion = 6;
  packet.addressAt = at + 8;
  const length = view.getUint16(at + 4);
  const stop = length === 0 ? end : at + 40 + length;
  const limit = Math.min(stop, end);
  let next = view.getUint8(at + 6);
  let header = at + 40;
  for (let i = 0; i < MAX_EXTENSIONS; i++) {
    let size: number;
    switch (next) {
      case IpProtocol.hopByHop:
      case IpProtocol.routing:
      case IpProtocol.destinationOptions:
      case IpProtocol.mobility:
        if (limit - header < 8) return PacketKind.malformed;
        size = 8 + view.getUint8(header + 1) * 8;
        break;
      case IpProtocol.authentication:
        if (limit - header < 8) return PacketKind.malformed;
        size = 8 + view.getUint8(header + 1) * 4;
        break;
      case IpProtocol.fragment:
        if (limit - header < 8) return PacketKind.malformed;
        // An atomic fragment (RFC 6946) is the whole datagram.
        if ((view.getUint16(header + 2) & 0xfff9) !== 0)
          return fragment(packet, view.getUint8(header), header + 8, stop);
        size = 8;
        break;
      default:
        return carried(packet, next, header, stop);
    }
    next = view.getUint8(header);
    header += size;
    if (header > limit) return PacketKind.malformed;
  }
  return PacketKind.malformed;
}

/** What IP carries from `at` to `stop`, which may lie behind the captured bytes. */
function carried(packet: Packet, protocol: number, at: number, stop: number): PacketKind {
  packet.ipProtocol = protocol;
  packet.transportAt = at;
  const end = packet.networkEnd;
  if (stop > end) {
    packet.transportEnd = end;
    packet.missing = stop - end;
  } else {
    packet.transportEnd = stop;
    packet.missing = 0;
  }
  if (protocol === IpProtocol.tcp) return PacketKind.tcp;
  if (protocol === IpProtocol.udp) return PacketKind.udp;
  return PacketKind.otherIp;
}

/** A part of what IP carries: `transportAt` is where the part begins, in IPv6 right behind the fragment header. */
function fragment(packet: Packet, protocol: number, at: number, stop: number): PacketKind {
  carried(packet, protocol, at, stop);
  return PacketKind.fragment;
}

/** RFC 9293, 3.1. */
function tcp(packet: Packet): PacketKind {
  const { view, transportAt: at, transportEnd } = packet;
  if (transportEnd - at < 20) return PacketKind.malformed;
  packet.sourcePort = view.getUint16(at);
  packet.destinationPort = view.getUint16(at + 2);
  packet.sequence = view.getInt32(at + 4);
  packet.acknowledgement = view.getInt32(at + 8);
  const header = (view.getUint8(at + 12) >> 4) * 4;
  packet.flags = view.getUint8(at + 13);
  if (header < 20 || at + header > transportEnd) return PacketKind.malformed;
  packet.payloadAt = at + header;
  return PacketKind.tcp;
}

/** RFC 768. */
function udp(packet: Packet): PacketKind {
  const { view, transportAt: at, transportEnd } = packet;
  if (transportEnd - at < 8) return PacketKind.malformed;
  packet.sourcePort = view.getUint16(at);
  packet.destinationPort = view.getUint16(at + 2);
  const length = view.getUint16(at + 4);
  // 0 stands for more than 65,535 bytes (RFC 2675).
  if (length !== 0 && (length < 8 || at + length > transportEnd + packet.missing))
    return PacketKind.malformed;
  if (length !== 0 && at + length < transportEnd) packet.transportEnd = at + length;
  packet.payloadAt = at + 8;
  return PacketKind.udp;
}
