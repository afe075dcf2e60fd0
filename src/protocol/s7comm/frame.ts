/**
 * Where a message begins and ends: a message is one COTP message (TSDU) in as many TPKT packets as it takes.
 *
 * @module
 */

import type { Side } from '../../operation/side.ts';
import { DATA, Tpdu, tpduCode, tsduLength } from '../osi/cotp.ts';
import { TPKT_VERSION } from '../osi/tpkt.ts';
import { PROTOCOL_ID } from './pdu.ts';

/**
 * Bytes of the longest message. Controllers negotiate PDUs of 240 to 960 bytes; the rest is room for stations
 * that ask for more, and for the headers of many small segments.
 */
export const MAX_MESSAGE = 8192;

export function frame(_side: Side, view: DataView, at: number, end: number): number {
  return tsduLength(view, at, end, MAX_MESSAGE);
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
