/**
 * Where the network layer begins in a frame, by its link type.
 *
 * @module
 */

import { EtherType, LinkType } from './link-type.ts';
import type { Packet } from './packet.ts';
import { decodePpp } from './ppp.ts';

/** Of netANALYZER: receive error, alignment, frame check sequence, start of frame. */
const LINE_ERRORS = 0x17;
const MAX_PREAMBLE = 64;
/** Bytes of Ethernet's frame check sequence. */
const FCS = 4;

/** Tags in a row that are looked through. */
const MAX_TAGS = 8;

/**
 * Sets `networkAt`, `networkEnd` and `etherType` (0 where the frame is not IP); false where the frame ends within its
 * header.
 */
export function decodeLink(packet: Packet): boolean {
  const { view, at, end } = packet;
  packet.networkEnd = end;
  switch (packet.link) {
    case LinkType.ethernet:
      return decodeEthernet(packet, at, end);
    case LinkType.cooked1:
      if (end - at < 16) return false;
      return behindTags(packet, at + 16, view.getUint16(at + 14));
    case LinkType.cooked2:
      if (end - at < 20) return false;
      return behindTags(packet, at + 20, view.getUint16(at));
    case LinkType.ppp:
      return decodePpp(packet, isFramed(packet) ? at + 2 : at);
    case LinkType.pppHdlc:
      if (isFramed(packet)) return decodePpp(packet, at + 2);
      return ciscoHdlc(packet);
    case LinkType.ciscoHdlc:
      return ciscoHdlc(packet);
    case LinkType.netAnalyzer:
      return netAnalyzer(packet, false);
    case LinkType.netAnalyzerTransparent:
      return netAnalyzer(packet, true);
    case LinkType.pppEther:
      packet.networkAt = at;
      packet.etherType = EtherType.pppoe;
      return true;
    case LinkType.null:
    case LinkType.loop:
      if (end - at < 5) return false;
      return byVersion(packet, at + 4);
    default:
      if (end - at < 1) return false;
      return byVersion(packet, at);
  }
}

/** The same for the Ethernet frame `at..end`, of which a tunnel's may be a part. */
export function decodeEthernet(packet: Packet, at: number, end: number): boolean {
  packet.networkEnd = end;
  if (end - at < 14) return false;
  return behindTags(packet, at + 14, packet.view.getUint16(at + 12));
}

/** Address and control, then an EtherType takes the place of PPP's protocol number. */
function ciscoHdlc(packet: Packet): boolean {
  const { view, at, end } = packet;
  return end - at >= 4 && behindTags(packet, at + 4, view.getUint16(at + 2));
}

/**
 * A word in little-endian order (errors in the lowest byte; bit 8: no frame, but the analyzer's own inputs), the
 * preamble where there is one, then a frame with its check sequence.
 */
function netAnalyzer(packet: Packet, preamble: boolean): boolean {
  const { view, at, end, wireLength } = packet;
  if (end - at < 4) return false;
  // Every receiver drops what came with an error on the line.
  if ((view.getUint8(at) & LINE_ERRORS) !== 0) return false;
  if ((view.getUint8(at + 1) & 1) !== 0) {
    packet.networkAt = at + 4;
    packet.etherType = 0;
    return true;
  }
  let frame = at + 4;
  if (preamble) {
    // Seven bytes as a rule, but the analyzer marks those that have more or fewer, and no more.
    const limit = Math.min(end, frame + MAX_PREAMBLE);
    while (frame < limit && view.getUint8(frame) === 0x55) frame++;
    if (frame === limit || view.getUint8(frame) !== 0xd5) return false;
    frame++;
  }
  return decodeEthernet(packet, frame, Math.min(end, at + wireLength - FCS));
}

/** RFC 1662, 3.1: address 0xff, control 0x03. */
function isFramed({ view, at, end }: Packet): boolean {
  return end - at >= 2 && view.getUint16(at) === 0xff03;
}

/** Looks through VLAN tags (IEEE 802.1Q and 802.1ad). */
function behindTags(packet: Packet, from: number, type: number): boolean {
  const { view, networkEnd: end } = packet;
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
