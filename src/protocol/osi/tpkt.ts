/**
 * TPKT, the packets in which RFC 1006 carries ISO transport over TCP.
 *
 *     0        version, 3
 *     1        reserved, 0
 *     2..4     length of the packet, these four bytes included
 *
 * @module
 */

import { Frame } from '../protocol.ts';

export const TPKT_HEADER = 4;
export const TPKT_VERSION = 3;
/** RFC 1006, 6: a packet has at least three bytes of TPDU. */
const TPKT_MIN = 7;

/** Length of the packet at `at`, once its header is there; `Frame.more` or `Frame.lost` otherwise. */
export function tpktLength(view: DataView, at: number, end: number): number {
  if (at >= end) return Frame.more;
  if (view.getUint8(at) !== TPKT_VERSION) return Frame.lost;
  if (end - at < TPKT_HEADER) return Frame.more;
  const length = view.getUint16(at + 2);
  return length < TPKT_MIN ? Frame.lost : length;
}

/** Writes the header of a packet of `length` bytes, header included; returns where the TPDU begins. */
export function putTpkt(view: DataView, at: number, length: number): number {
  view.setUint8(at, TPKT_VERSION);
  view.setUint8(at + 1, 0);
  view.setUint16(at + 2, length);
  return at + TPKT_HEADER;
}
