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
import { frameLength, functionOf, MIN_MESSAGE, PDU } from './frame.ts';
import { EXCEPTION, Fc, rowOf } from './functions.ts';

/** Are the first bytes that `side` sent Modbus/TCP? */
export function recognise(side: Side, view: DataView, at: number, end: number): Recognition {
  const length = frameLength(view, at, end);
  if (length === Frame.lost) return Recognition.no;
  if (length === Frame.more || end - at < MIN_MESSAGE) return Recognition.more;
  if (side === Side.client && functionOf(view, at) >= EXCEPTION) return Recognition.no;
  const known = isKnown(functionOf(view, at) & ~EXCEPTION);
  if (at + length > end) return known ? Recognition.more : Recognition.no;
  const anomalies =
    side === Side.client ? checkRequest(view, at, at + length) : checkResponse(view, at, at + length);
  if (frameLength(view, at + length, end) === Frame.lost) return Recognition.no;
  if (anomalies === 0 && known && functionOf(view, at) !== Fc.umas) return Recognition.certain;
  return anomalies & MALFORMED && !known ? Recognition.no : Recognition.likely;
}

/** First offset after `at` where a whole and faultless message stands, or where the end cuts off what may be one. */
export function resync(side: Side, view: DataView, at: number, end: number): number {
  for (let next = at + 1; next < end; next++) {
    const length = frameLength(view, next, end);
    if (length === Frame.lost) continue;
    if (length === Frame.more || next + length > end) {
      if (end - next < MIN_MESSAGE || isKnown(functionOf(view, next) & ~EXCEPTION)) return next;
      continue;
    }
    if (frameLength(view, next + length, end) === Frame.lost) continue;
    const anomalies =
      side === Side.client
        ? checkRequest(view, next, next + length)
        : checkResponse(view, next, next + length);
    if ((anomalies & MALFORMED) === 0 && isKnown(view.getUint8(next + PDU) & ~EXCEPTION)) return next;
  }
  return end;
}

function isKnown(code: number): boolean {
  return (
    code === Fc.diagnostics || code === Fc.encapsulatedInterface || code === Fc.umas || rowOf(code, -1) > 0
  );
}
