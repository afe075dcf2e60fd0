/**
 * What tunnels carry. Mirrored traffic in plants arrives in them: switches wrap copies in GRE (ERSPAN), VXLAN or
 * Geneve, wide area networks in MPLS, PPPoE and GTP.
 *
 * @module
 */

import { decodeEthernet } from './link.ts';
import { EtherType } from './link-type.ts';
import { type Packet, PacketKind } from './packet.ts';
import { decodePpp } from './ppp.ts';

/** IP protocols that are tunnels. */
export const TunnelProtocol = { ipv4: 4, ipv6: 41, gre: 47, etherIp: 97, mpls: 137 } as const;
/** UDP ports: RFC 7348, draft-ietf-nvo3-vxlan-gpe, RFC 8926, 3GPP TS 29.281. */
export const UdpPort = { vxlan: 4789, vxlanGpe: 4790, geneve: 6081, gtp: 2152 } as const;
/** Labels in a row that are looked through. */
const MAX_LABELS = 16;

/**
 * Moves to the network layer of what the packet, which came out as `kind`, carries in a tunnel; false where it is
 * none, or none that can be read.
 */
export function enterTunnel(packet: Packet, kind: PacketKind): boolean {
  switch (kind) {
    case PacketKind.udp:
      return inUdp(packet);
    case PacketKind.otherIp:
      return inIp(packet);
    case PacketKind.nonIp:
      if (packet.etherType === EtherType.mpls || packet.etherType === EtherType.mplsMulticast) {
        return mpls(packet, packet.networkAt, packet.networkEnd);
      }
      return packet.etherType === EtherType.pppoe && pppoe(packet);
    default:
      return false;
  }
}

function inUdp(packet: Packet): boolean {
  const { payloadAt: at, transportEnd: end } = packet;
  if (end - at < 8) return false;
  switch (packet.destinationPort) {
    case UdpPort.vxlan:
      return vxlan(packet, at, end);
    case UdpPort.vxlanGpe:
      return vxlanGpe(packet, at, end);
    case UdpPort.geneve:
      return geneve(packet, at, end);
    case UdpPort.gtp:
      return gtp(packet, at, end);
    default:
      return false;
  }
}

/**
 * RFC 7348, 5: flags, of which one says that there is a network identifier (another one that there is a group, as Cisco
 * has it), 3 reserved bytes, the identifier, 1 reserved.
 */
function vxlan(packet: Packet, at: number, end: number): boolean {
  return (packet.view.getUint8(at) & 0x7f) === 0x08 && decodeEthernet(packet, at + 8, end);
}

/** The same, but that the flags say so too where the last of the reserved bytes tells what is within. */
function vxlanGpe(packet: Packet, at: number, end: number): boolean {
  const { view } = packet;
  // Version 0, a network identifier, a next protocol.
  if ((view.getUint8(at) & 0x3c) !== 0x0c) return false;
  const next = view.getUint8(at + 3);
  if (next === 3) return decodeEthernet(packet, at + 8, end);
  return (next === 1 || next === 2) && end - at > 8 && byVersion(packet, at + 8, end);
}

/** RFC 8926, 3.4: version and length of the options in words, flags, protocol, network identifier, reserved, options. */
function geneve(packet: Packet, at: number, end: number): boolean {
  const { view } = packet;
  const first = view.getUint8(at);
  const inner = at + 8 + (first & 63) * 4;
  // Another version, or a control message.
  if (first >> 6 !== 0 || (view.getUint8(at + 1) & 0x80) !== 0 || inner > end) return false;
  const type = view.getUint16(at + 2);
  return type === EtherType.bridged ? decodeEthernet(packet, inner, end) : into(packet, type, inner, end);
}

/** TS 29.281, 5: version 1 and flags, message 255 for user data, length, tunnel; then, where a flag is set, extensions. */
function gtp(packet: Packet, from: number, end: number): boolean {
  const { view } = packet;
  const flags = view.getUint8(from);
  if ((flags & 0xf0) !== 0x30 || view.getUint8(from + 1) !== 255) return false;
  const stop = Math.min(end, from + 8 + view.getUint16(from + 2));
  let at = from + 8;
  if ((flags & 7) !== 0) {
    at += 4;
    // The byte in front of each part tells whether an extension follows; its first byte, how many words it has.
    while (at < stop && (flags & 4) !== 0 && view.getUint8(at - 1) !== 0) {
      const words = view.getUint8(at);
      if (words === 0) return false;
      at += words * 4;
    }
  }
  return at < stop && byVersion(packet, at, stop);
}

function inIp(packet: Packet): boolean {
  const { transportAt: at, transportEnd: end } = packet;
  switch (packet.ipProtocol) {
    case TunnelProtocol.ipv4:
      return into(packet, EtherType.ipv4, at, end);
    case TunnelProtocol.ipv6:
      return into(packet, EtherType.ipv6, at, end);
    case TunnelProtocol.gre:
      return gre(packet, at, end);
    case TunnelProtocol.etherIp:
      // RFC 3378: version 3, then reserved bits.
      return end - at >= 2 && packet.view.getUint8(at) >> 4 === 3 && decodeEthernet(packet, at + 2, end);
    case TunnelProtocol.mpls:
      return mpls(packet, at, end);
    default:
      return false;
  }
}

/** RFC 2784 and 2890: flags and version, protocol, then checksum, key and sequence number where the flags say so. */
function gre(packet: Packet, at: number, end: number): boolean {
  const { view } = packet;
  if (end - at < 4) return false;
  const flags = view.getUint16(at);
  // Version 0, and no source routing (RFC 1701), which nobody sends.
  if ((flags & 0x4007) !== 0) return false;
  const numbered = (flags & 0x1000) !== 0;
  const inner = at + 4 + (flags & 0x8000 ? 4 : 0) + (flags & 0x2000 ? 4 : 0) + (numbered ? 4 : 0);
  if (inner > end) return false;
  const type = view.getUint16(at + 2);
  switch (type) {
    case EtherType.bridged:
      return decodeEthernet(packet, inner, end);
    case EtherType.erspan2:
      // Type I has no header of its own, and no sequence number either.
      return decodeEthernet(packet, numbered ? inner + 8 : inner, end);
    case EtherType.erspan3:
      return erspan3(packet, inner, end);
    default:
      return into(packet, type, inner, end);
  }
}

/** draft-foschiano-erspan-03, 4.3: twelve bytes, and eight of the platform's own where the last bit says so. */
function erspan3(packet: Packet, at: number, end: number): boolean {
  const { view } = packet;
  if (end - at < 12) return false;
  const inner = at + 12 + (view.getUint8(at + 11) & 1 ? 8 : 0);
  // Frame type: an Ethernet frame, or an IP packet.
  const type = (view.getUint8(at + 10) >> 2) & 31;
  if (type === 0) return decodeEthernet(packet, inner, end);
  return type === 2 && end > inner && byVersion(packet, inner, end);
}

/** RFC 3032: labels up to the one that is the last; behind them IP, or Ethernet with a control word (RFC 4448). */
function mpls(packet: Packet, from: number, end: number): boolean {
  const { view } = packet;
  let at = from;
  for (let labels = 0; ; labels++) {
    if (labels === MAX_LABELS || end - at < 4) return false;
    at += 4;
    if (view.getUint8(at - 2) & 1) break;
  }
  if (end - at < 4) return false;
  return view.getUint8(at) >> 4 === 0 ? decodeEthernet(packet, at + 4, end) : byVersion(packet, at, end);
}

/** RFC 2516, 4: version and type, code 0 for data, session, length, then PPP. */
function pppoe(packet: Packet): boolean {
  const { view, networkAt: at, networkEnd: end } = packet;
  if (end - at < 6 || view.getUint16(at) !== 0x1100) return false;
  const stop = at + 6 + view.getUint16(at + 4);
  packet.networkEnd = Math.min(stop, end);
  return decodePpp(packet, at + 6);
}

function byVersion(packet: Packet, at: number, end: number): boolean {
  const version = packet.view.getUint8(at) >> 4;
  if (version === 4) return into(packet, EtherType.ipv4, at, end);
  return version === 6 && into(packet, EtherType.ipv6, at, end);
}

function into(packet: Packet, etherType: number, at: number, end: number): boolean {
  packet.etherType = etherType;
  packet.networkAt = at;
  packet.networkEnd = end;
  return true;
}
