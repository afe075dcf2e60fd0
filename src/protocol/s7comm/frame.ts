/**
 * Where a message begins and ends: a message is one COTP message (TSDU) in as many TPKT packets as it takes.
 *
 * @module
 */

import type { Side } from '../../operation/side.ts';
import { DATA, Tpdu, tpduCode, tsduLength } from '../osi/cotp.ts';
import { TPKT_VERSION } from '../osi/tpkt.ts';
import { Recognition } from '../protocol.ts';
import { headerLength, PROTOCOL_ID } from './pdu.ts';

/**
 * Bytes of the longest message. Controllers negotiate PDUs of 240 to 960 bytes; the rest is room for stations
 * that ask for more, and for the headers of many small segments.
 */
export const MAX_MESSAGE = 8192;

export function frame(_side: Side, view: DataView, at: number, end: number): number {
  return tsduLength(view, at, end, MAX_MESSAGE);
}

/**
 * A connection's TPDUs say nothing of who uses it: the first data decide. S7comm-plus (0x72) and ISO session
 * (MMS) begin otherwise.
 */
export function recognise(side: Side, view: DataView, at: number, end: number): Recognition {
  let next = at;
  while (next < end) {
    const length = frame(side, view, next, end);
    if (length < 0) return Recognition.no;
    if (end - next < DATA) return Recognition.more;
    if (tpduCode(view, next) === Tpdu.DT && view.getUint16(next + 2) > DATA) {
      return length > 0 ? recognisePdu(view, next, end) : firstBytes(view, next, end);
    }
    if (length === 0) return Recognition.more;
    next += length;
  }
  return Recognition.more;
}

/** A whole message is known; its first packet shows the header, but where it is cut very small. */
function recognisePdu(view: DataView, at: number, end: number): Recognition {
  const first = firstBytes(view, at, end);
  if (first !== Recognition.likely) return first;
  const pdu = at + DATA;
  const packetEnd = at + view.getUint16(at + 2);
  if (packetEnd > end) return Recognition.more;
  if (packetEnd - pdu < 10) return Recognition.likely;
  const length = headerLength(view.getUint8(pdu + 1)) + view.getUint16(pdu + 6) + view.getUint16(pdu + 8);
  return pdu + length === packetEnd ? Recognition.certain : Recognition.likely;
}

/** Do the first bytes of data allow for S7? */
function firstBytes(view: DataView, at: number, end: number): Recognition {
  const pdu = at + DATA;
  if (pdu >= end) return Recognition.more;
  if (view.getUint8(pdu) !== PROTOCOL_ID) return Recognition.no;
  const packetEnd = at + view.getUint16(at + 2);
  if (packetEnd - pdu < 2) return Recognition.likely;
  if (pdu + 1 >= end) return Recognition.more;
  return headerLength(view.getUint8(pdu + 1)) === 0 ? Recognition.no : Recognition.likely;
}

/** Looks for a packet whose TPDU is a data TPDU with S7 or nothing in it, or one of a connection's. */
export function resync(_side: Side, view: DataView, at: number, end: number): number {
  for (let next = at + 1; next < end; next++) {
    if (plausible(view, next, end)) return next;
  }
  return end;
}

/** As far as the bytes go. */
function plausible(view: DataView, at: number, end: number): boolean {
  if (view.getUint8(at) !== TPKT_VERSION) return false;
  if (at + 1 < end && view.getUint8(at + 1) !== 0) return false;
  if (at + 2 < end && view.getUint8(at + 2) > MAX_MESSAGE >> 8) return false;
  if (tsduLength(view, at, end, MAX_MESSAGE) < 0) return false;
  if (end - at <= DATA) return true;
  const code = tpduCode(view, at);
  if (code !== Tpdu.DT) return code === Tpdu.CR || code === Tpdu.CC || code === Tpdu.DR;
  return view.getUint16(at + 2) === DATA || view.getUint8(at + DATA) === PROTOCOL_ID;
}
