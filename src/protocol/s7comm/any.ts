/**
 * Variables in the S7ANY syntax, of which nearly all requests are made:
 *
 *     0        0x12
 *     1        length of what follows, 10
 *     2        syntax, 0x10
 *     3        transport size
 *     4..6     count
 *     6..8     DB number
 *     8        area
 *     9..12    address: bits, or a timer's number
 *
 * @module
 */

import { Anomaly } from '../../operation/anomaly.ts';
import type { Operation } from '../../operation/operation.ts';
import {
  Area,
  areaSpace,
  hasNumber,
  isMemory,
  isNumbered,
  isSize,
  isWhole,
  Size,
  Space,
  sizeBits,
  V_BLOCK,
  WHOLE,
} from './areas.ts';

/** An S7ANY variable: twelve bytes, which need no filling, and how they begin but for the transport size. */
export const ANY = 12;
const ANY_HEAD = 0x120a1000;

/** Transport size of the variable at `at`. */
export function anySize(view: DataView, at: number): number {
  return view.getUint8(at + 3);
}

/** Gives the operation the object that the variable at `at` names; `writes` tells that it is to be written. */
export function anyObject(view: DataView, at: number, writes: boolean, op: Operation): void {
  const count = view.getUint16(at + 4);
  const place = view.getInt32(at + 8);
  const area = place >>> 24;
  const space = areaSpace(area, writes);
  op.space = space;
  op.area = !hasNumber(space) ? 0 : area === Area.V ? V_BLOCK : view.getUint16(at + 6);
  op.address = place & 0xffffff;
  op.extent = isNumbered(space) ? count : count * sizeBits(anySize(view, at));
}

/** Bytes of the value of a variable of transport size `size` that names the operation's object, or -1 where that is not public. */
export function anyBytes(op: Operation, size: number): number {
  if (!isNumbered(op.space)) return (op.extent + 7) >> 3;
  return sizeBits(size) === 16 ? op.extent * 2 : -1;
}

/** Are the variables that fill `at..end` all S7ANY, as in nearly every request? */
export function allPlain(view: DataView, at: number, end: number): boolean {
  for (let next = at; next < end; next += ANY) {
    if ((view.getInt32(next) & ~0xff) !== ANY_HEAD) return false;
  }
  return true;
}

/** No anomaly has this bit. */
export const NOT_PLAIN = -1;

/** What is wrong with the S7ANY variables that fill `at..end`; NOT_PLAIN where they are not all such. */
export function plainAnomalies(view: DataView, at: number, end: number): number {
  let anomalies = 0;
  for (let next = at; next < end; next += ANY) {
    const head = view.getInt32(next);
    if ((head & ~0xff) !== ANY_HEAD) return NOT_PLAIN;
    const size = head & 0xff;
    const count = view.getUint16(next + 4);
    const place = view.getInt32(next + 8);
    // Whole bytes of memory, nearly always.
    const usual = isMemory(place >>> 24) && isWhole(size) && count !== 0 && (place & 7) === 0;
    if (!usual || (place & 0xffffff) + count * sizeBits(size) > WHOLE) anomalies |= anyAnomalies(view, next);
  }
  return anomalies;
}

/** What is wrong with the S7ANY variable at `at`. */
export function anyAnomalies(view: DataView, at: number): number {
  const size = view.getUint8(at + 3);
  const count = view.getUint16(at + 4);
  const space = areaSpace(view.getUint8(at + 8), false);
  const address = view.getInt32(at + 8) & 0xffffff;
  let anomalies = count === 0 ? Anomaly.count : 0;
  let extent = count;
  if (isNumbered(space)) {
    if (size < Size.counter) anomalies |= Anomaly.value;
  } else {
    extent = count * sizeBits(size);
    if (size >= Size.counter || space === Space.none) anomalies |= Anomaly.value;
    // One bit at a time, and nothing wider than a bit may begin within a byte.
    if (size === Size.bit) anomalies |= count > 1 ? Anomaly.count : 0;
    else if ((address & 7) !== 0) anomalies |= Anomaly.address;
  }
  if (!isSize(size)) anomalies |= Anomaly.value;
  if (address + extent > WHOLE) anomalies |= Anomaly.address;
  return anomalies;
}
