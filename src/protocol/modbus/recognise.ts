/**
 * Modbus/TCP by its content. Nothing in the header names the protocol; what tells it is that protocol identifier,
 * length, function, counts and limits all agree.
 *
 * @module
 */

import { Anomaly, MALFORMED } from '../../operation/anomaly.ts';
import { Side } from '../../operation/side.ts';
import { Frame, Recognition } from '../protocol.ts';
import { checkRequest, checkResponse } from './check.ts';
import { ExceptionCode } from './errors.ts';
import { frameLength, functionOf, MIN_MESSAGE, PDU } from './frame.ts';
import { EXCEPTION, Fc, isKnown } from './functions.ts';

/** Are the first bytes that `side` sent Modbus/TCP? */
export function recognise(side: Side, view: DataView, at: number, end: number): Recognition {
  const length = frameLength(view, at, end);
  if (length === Frame.lost) return Recognition.no;
  if (length === Frame.more || end - at < MIN_MESSAGE) return Recognition.more;
  if (at + length > end) return Recognition.more;
  const known = isKnown(codeOf(side, view, at));
  const anomalies = check(side, view, at, at + length);
  const malformed = (anomalies & MALFORMED) !== 0;
  const followed = frameLength(view, at + length, end) !== Frame.lost;
  // An intruder's first message may be an unknown function or a malformed one, hardly both.
  if (!followed) return known && !malformed ? Recognition.likely : Recognition.no;
  if (malformed && !known) return Recognition.no;
  if (functionOf(view, at) === Fc.umas) {
    return (anomalies & (MALFORMED | Anomaly.function)) === 0 ? Recognition.likely : Recognition.possible;
  }
  if (isFaultless(side, view, at, at + length)) return Recognition.certain;
  return outweighed(side, view, at + length, end) ? Recognition.certain : Recognition.possible;
}

/**
 * Do as many faultless messages follow a doubtful one as there are doubtful ones? The frame alone is that of whatever has a
 * length of four bytes behind two of its own: LDAP as Windows writes it (`30 84`, length), DICOM.
 */
function outweighed(side: Side, view: DataView, from: number, end: number): boolean {
  let doubtful = 1;
  let at = from;
  while (end - at >= MIN_MESSAGE) {
    const length = frameLength(view, at, end);
    if (length <= 0 || at + length > end) return false;
    doubtful += isFaultless(side, view, at, at + length) ? -1 : 1;
    at += length;
    if (doubtful === 0) return frameLength(view, at, end) !== Frame.lost;
  }
  return false;
}

/** Is it a whole message of a known function in which all is right, or an exception of the standard, of whatever function? */
function isFaultless(side: Side, view: DataView, at: number, end: number): boolean {
  const anomalies = check(side, view, at, end);
  if (side === Side.server && functionOf(view, at) >= EXCEPTION) {
    return (anomalies & MALFORMED) === 0 && view.getUint8(at + PDU + 1) <= ExceptionCode.gatewayTargetFailed;
  }
  return isKnown(functionOf(view, at)) && (anomalies & (MALFORMED | Anomaly.function)) === 0;
}

/** First offset after `at` where a whole and faultless message stands, or where the end cuts off what may be one. */
export function resync(side: Side, view: DataView, at: number, end: number): number {
  for (let next = at + 1; next < end; next++) {
    const length = frameLength(view, next, end);
    if (length === Frame.lost) continue;
    if (end - next < MIN_MESSAGE) return next;
    if (!isKnown(codeOf(side, view, next))) continue;
    if (next + length > end) return next;
    if (frameLength(view, next + length, end) === Frame.lost) continue;
    if ((check(side, view, next, next + length) & MALFORMED) === 0) return next;
  }
  return end;
}

/** Function code without the bit that only a server may set. */
function codeOf(side: Side, view: DataView, at: number): number {
  return side === Side.client ? functionOf(view, at) : functionOf(view, at) & ~EXCEPTION;
}

function check(side: Side, view: DataView, at: number, end: number): number {
  return side === Side.client ? checkRequest(view, at, end) : checkResponse(view, at, end);
}
