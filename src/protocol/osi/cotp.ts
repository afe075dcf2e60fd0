/**
 * COTP, the connection-oriented transport protocol of ISO 8073 / ITU-T X.224, class 0, in TPKT packets.
 *
 * A TPDU begins with its length indicator (bytes of header after itself) and its code. A message of the user
 * (TSDU) is one data TPDU, or several of which the last has the end-of-TSDU mark:
 *
 *     4        length indicator, 2
 *     5        code 0xf0
 *     6        end-of-TSDU mark (bit 7), TPDU number (always 0 in class 0)
 *     7..      data
 *
 * @module
 */

import { Anomaly } from '../../operation/anomaly.ts';
import { Frame } from '../protocol.ts';
import { TPKT_HEADER, TPKT_VERSION, tpktLength } from './tpkt.ts';

/** TPDU codes, X.224 table 8; the low four bits are a credit, 0 in class 0. */
export const Tpdu = {
  /** Error. */
  ER: 0x70,
  /** Disconnect request. */
  DR: 0x80,
  /** Disconnect confirm. */
  DC: 0xc0,
  /** Connection confirm. */
  CC: 0xd0,
  /** Connection request. */
  CR: 0xe0,
  /** Data. */
  DT: 0xf0,
} as const;
export type Tpdu = (typeof Tpdu)[keyof typeof Tpdu];

/** Bytes of TPKT and COTP header before the data of a data TPDU. */
export const DATA = 7;
const LENGTH_INDICATOR = 4;
const CODE = 5;
const NUMBER = 6;
const END_OF_TSDU = 0x80;
/** Length indicator and code of a data TPDU. */
const DATA_HEAD = 0x02f0;

/** Code of the TPDU in the packet at `at`. */
export function tpduCode(view: DataView, at: number): number {
  return view.getUint8(at + CODE);
}

/** One past the header of the TPDU in the packet at `at`. */
export function tpduHeaderEnd(view: DataView, at: number): number {
  return at + TPKT_HEADER + 1 + view.getUint8(at + LENGTH_INDICATOR);
}

/**
 * Length of the message at `at`: one packet, or all packets up to the end-of-TSDU mark. An empty data TPDU
 * without the mark, with which some stations acknowledge each answer, is a message by itself: it adds nothing
 * to what follows. More than `limit` bytes are no message.
 */
export function tsduLength(view: DataView, at: number, end: number, limit: number): number {
  // One data TPDU, as nearly always: the same as below, and quicker.
  if (
    end - at >= DATA &&
    view.getUint8(at) === TPKT_VERSION &&
    view.getUint16(at + LENGTH_INDICATOR) === DATA_HEAD &&
    (view.getUint8(at + NUMBER) & END_OF_TSDU) !== 0
  ) {
    const length = view.getUint16(at + 2);
    if (length >= DATA && length <= limit) return length;
  }
  let next = at;
  for (;;) {
    const length = tpktLength(view, next, end);
    if (length <= 0) return length;
    if (next + length - at > limit) return Frame.lost;
    if (end - next < DATA) return Frame.more;
    const indicator = view.getUint8(next + LENGTH_INDICATOR);
    if (indicator < 2 || TPKT_HEADER + 1 + indicator > length) return Frame.lost;
    if (view.getUint8(next + CODE) !== Tpdu.DT) return next === at ? length : Frame.lost;
    if (indicator !== 2) return Frame.lost;
    const last = (view.getUint8(next + NUMBER) & END_OF_TSDU) !== 0 || (next === at && length === DATA);
    next += length;
    if (last) return next - at;
  }
}

/** True for a message that is one data TPDU without anything odd: {@link tsduAnomalies} has nothing to say of it. */
export function isPlainData(view: DataView, at: number, end: number): boolean {
  return (
    view.getInt32(at) === (TPKT_VERSION << 24) + (end - at) &&
    view.getUint16(at + LENGTH_INDICATOR) === DATA_HEAD &&
    view.getUint8(at + NUMBER) === END_OF_TSDU
  );
}

/** Anomalies of the packets of a message as {@link tsduLength} measured it. */
export function tsduAnomalies(view: DataView, at: number, end: number): number {
  let anomalies = 0;
  for (let next = at; next < end; next += view.getUint16(next + 2)) {
    if (view.getUint8(next + 1) !== 0) anomalies |= Anomaly.header;
    if (tpduCode(view, next) === Tpdu.DT && (view.getUint8(next + NUMBER) & ~END_OF_TSDU) !== 0) {
      anomalies |= Anomaly.header;
    }
  }
  return anomalies;
}

/**
 * Anomalies of the packets of a data message among each other, where a TPDU has at most `size` bytes (0: not known).
 *
 * X.224 6.3 has no empty TPDU before the last, 13.3.4 b none longer than negotiated. That all but the last are as long
 * as they can be is no rule of the standard but what its senders do: to one who does not put segments together (and
 * many controllers never saw any), each would be a message, and a shorter one could be cut to hold a whole request.
 */
export function segmentAnomalies(view: DataView, at: number, end: number, size: number): number {
  let anomalies = 0;
  for (let next = at; next < end; ) {
    const length = view.getUint16(next + 2);
    const tpdu = length - TPKT_HEADER;
    if (size !== 0 && tpdu > size) anomalies |= Anomaly.oversize;
    next += length;
    if (next < end && (length === DATA || (size !== 0 && tpdu < size))) anomalies |= Anomaly.length;
  }
  return anomalies;
}

/** True where the message is a single packet, whose data can be read in place from `at + DATA`. */
export function unsegmented(view: DataView, at: number, end: number): boolean {
  return at + view.getUint16(at + 2) === end;
}

/** Copies the data of all packets of the message into `into`; returns how many bytes. */
export function reassemble(view: DataView, at: number, end: number, into: DataView): number {
  let length = 0;
  for (let next = at; next < end; ) {
    const packetEnd = next + view.getUint16(next + 2);
    for (let i = next + DATA; i < packetEnd; i++) into.setUint8(length++, view.getUint8(i));
    next = packetEnd;
  }
  return length;
}
