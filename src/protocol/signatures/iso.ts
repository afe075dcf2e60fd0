/**
 * What shares TCP port 102 and its like: users of ISO transport in TPKT (RFC 1006), told apart by their first data.
 *
 * @module
 */

import { DATA, Tpdu, tpduCode } from '../osi/cotp.ts';
import { tpktLength } from '../osi/tpkt.ts';
import { Fit } from './signature.ts';

/** Packets in a row that are looked through for data. */
const MAX_PACKETS = 4;

/** Offset of the first data of the first data TPDU in which there are some, or -1. */
function firstData(view: DataView, from: number, end: number): number {
  let at = from;
  for (let i = 0; i < MAX_PACKETS; i++) {
    const length = tpktLength(view, at, end);
    if (length <= 0 || end - at <= DATA || view.getUint8(at + 1) !== 0) return -1;
    if (tpduCode(view, at) === Tpdu.DT) {
      if (view.getUint8(at + 4) !== 2) return -1;
      if (length > DATA) return at + DATA;
    }
    at += length;
  }
  return -1;
}

/**
 * S7comm-plus has no public standard; public descriptions agree on 0x72, a version, and the length of what follows, with
 * a trailer of 0x72, the version and two zeros behind it.
 */
export function s7commPlus(view: DataView, from: number, end: number): Fit {
  const at = firstData(view, from, end);
  if (at < 0 || end - at < 4 || view.getUint8(at) !== 0x72) return Fit.no;
  const version = view.getUint8(at + 1);
  if (version !== 0xfe && version !== 0xff && (version < 1 || version > 3)) return Fit.no;
  const length = view.getUint16(at + 2);
  if (version >= 0xfe) return at + 4 + length <= end ? Fit.weak : Fit.no;
  const trailer = at + 4 + length;
  // A large message is cut into packets, of which the last has the trailer.
  if (trailer + 4 > end) return Fit.weak;
  return view.getUint8(trailer) === 0x72 &&
    view.getUint8(trailer + 1) === version &&
    view.getUint16(trailer + 2) === 0
    ? Fit.sure
    : Fit.no;
}

/** Object identifier of MMS's abstract syntax (ISO 9506-2): 1.0.9506.2.1, and of its application context, 1.0.9506.2.3. */
const MMS_OID = 0x28ca_2202;

/**
 * ISO session, presentation and MMS (ISO 8327-1, 8823-1, 9506-2): the connection names MMS by its object identifier; data go
 * in the presentation's user data with a context in which an MMS PDU stands.
 */
export function mms(view: DataView, from: number, end: number): Fit {
  const at = firstData(view, from, end);
  if (at < 0 || end - at < 12) return Fit.no;
  const spdu = view.getUint8(at);
  // Some stacks leave session and presentation out, and begin with an initiate request or response.
  if (spdu === 0xa8 || spdu === 0xa9) return isInitiate(view, at, end) ? Fit.sure : Fit.no;
  // CONNECT and ACCEPT.
  if (spdu === 0x0d || spdu === 0x0e) return hasOid(view, at, end) ? Fit.sure : Fit.no;
  // Give tokens and data transfer, both without parameters, then fully encoded data.
  if (view.getUint32(at) !== 0x0100_0100 || view.getUint8(at + 4) !== 0x61) return Fit.no;
  const list = afterLength(view, at + 5, end);
  if (list < 0 || list >= end || view.getUint8(list) !== 0x30) return Fit.no;
  const context = afterLength(view, list + 1, end);
  if (context < 0 || end - context < 5 || view.getUint16(context) !== 0x0201) return Fit.no;
  // Some name the transfer syntax too; the value follows as a single ASN.1 type.
  if (view.getUint8(context + 3) !== 0xa0) return Fit.no;
  const pdu = afterLength(view, context + 4, end);
  if (pdu < 0 || pdu >= end) return Fit.no;
  // A choice of context-specific tags 0 to 13 (ISO 9506-2, MMSpdu).
  const tag = view.getUint8(pdu);
  return (tag & 0xc0) === 0x80 && (tag & 0x1f) <= 13 ? Fit.weak : Fit.no;
}

/** Remote Desktop begins as ISO transport too: a connection request with a cookie, or the request to negotiate security. */
export function rdp(view: DataView, at: number, end: number): Fit {
  const length = tpktLength(view, at, end);
  if (length < 11 || at + length !== end || view.getUint8(at + 1) !== 0) return Fit.no;
  const code = tpduCode(view, at);
  if (code !== Tpdu.CR && code !== Tpdu.CC) return Fit.no;
  // The last eight bytes: type 1 to 3, flags, length 8 least significant byte first (MS-RDPBCGR, 2.2.1.1.1).
  const negotiation =
    length >= 19 &&
    view.getUint16(end - 6, true) === 8 &&
    view.getUint8(end - 8) >= 1 &&
    view.getUint8(end - 8) <= 3;
  const cookie =
    length > 20 && view.getUint32(at + 11) === 0x436f6f6b && view.getUint32(at + 15) === 0x69653a20;
  if (cookie) return Fit.sure;
  return negotiation && view.getUint32(end - 4, true) < 32 ? Fit.sure : Fit.no;
}

/** ISO 9506-2, 8.1: sizes and numbers with tags 0 to 3, then a sequence of the version, filling the PDU to its end. */
function isInitiate(view: DataView, from: number, end: number): boolean {
  if (view.getUint8(from + 1) !== end - from - 2) return false;
  let at = from + 2;
  let fields = 0;
  while (end - at >= 2) {
    const tag = view.getUint8(at);
    if (tag !== 0xa4 && (tag < 0x80 || tag > 0x83)) return false;
    at += 2 + view.getUint8(at + 1);
    fields++;
  }
  return at === end && fields >= 3;
}

function hasOid(view: DataView, from: number, end: number): boolean {
  for (let at = from; at + 5 <= end; at++) {
    if (view.getUint32(at) !== MMS_OID) continue;
    const last = view.getUint8(at + 4);
    if (last === 1 || last === 3) return true;
  }
  return false;
}

/** Offset behind a BER length of up to two bytes, or -1. */
function afterLength(view: DataView, at: number, end: number): number {
  if (at >= end) return -1;
  const first = view.getUint8(at);
  if (first < 0x80) return at + 1;
  if (first === 0x81) return at + 2;
  return first === 0x82 ? at + 3 : -1;
}
