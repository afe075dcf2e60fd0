/**
 * Modbus/TCP by its content. Nothing in the header names the protocol; what tells it is that protocol identifier,
 * length, function, counts and limits all agree.
 *
 * @module
 */

import { MALFORMED } from '../../operation/anomaly.ts';
import { Side } from '../../operation/side.ts';
import { Frame, Recognition } from '../protocol.ts';
import { checkRequest, checkResponse } from './check.ts';
import { frameLength, functionOf, MIN_MESSAGE } from './frame.ts';
import { EXCEPTION, Fc, isKnown } from './functions.ts';

/** Are the first bytes that `side` sent Modbus/TCP? */
export function recognise(side: Side, view: DataView, at: number, end: number): Recognition {
  const length = frameLength(view, at, end);
  if (length === Frame.lost) return Recognition.no;
  if (length === Frame.more || end - at < MIN_MESSAGE) return Recognition.more;
  const known = isKnown(codeOf(side, view, at));
  if (at + length > end) return known ? Recognition.more : Recognition.no;
  const malformed = (check(side, view, at, at + length) & MALFORMED) !== 0;
  const followed = frameLength(view, at + length, end) !== Frame.lost;
  // An intruder's first message may be an unknown function or a malformed one, hardly both.
  if (malformed || !followed || functionOf(view, at) === Fc.umas) {
    return known && (!malformed || followed) ? Recognition.likely : Recognition.no;
  }
  return known ? Recognition.certain : Recognition.likely;
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
