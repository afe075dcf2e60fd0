/**
 * Where a Modbus/TCP message begins and ends.
 *
 * MODBUS Messaging on TCP/IP Implementation Guide V1.0b, 3.1.3 (MBAP header):
 *
 *     0      2      4      6    7            8
 *     +------+------+------+----+----------+------------
 *     | tran | prot | len  |unit| function | data …
 *     +------+------+------+----+----------+------------
 *                          |<------- len bytes -------->|
 *
 * The protocol identifier is 0. `len` counts the unit and the PDU (function and data), which has 1 to 253 bytes
 * (MODBUS Application Protocol V1.1b3, 4.1).
 *
 * @module
 */

import { Frame } from '../protocol.ts';

const TRANSACTION = 0;
const PROTOCOL = 2;
const LENGTH = 4;
const UNIT = 6;
/** Where the PDU, and with it the function code, begins. */
export const PDU = 7;

/** Bytes up to the end of the length field. */
const COUNTED_FROM = 6;
/** The unit and a PDU of one byte. */
const MIN_LENGTH = 2;
/** The unit and a PDU of 253 bytes. */
const MAX_LENGTH = 254;
/** UMAS negotiates PDUs beyond the standard's 253 bytes: blocks of up to 1022 bytes behind their own headers. */
const MAX_LENGTH_UMAS = 1100;
const UMAS = 90;

/** Bytes of the shortest message: header and function code. */
export const MIN_MESSAGE = COUNTED_FROM + MIN_LENGTH;
/** Bytes of the longest message. */
export const MAX_MESSAGE = COUNTED_FROM + MAX_LENGTH_UMAS;
/** Bytes of the longest message of the standard itself. */
export const MAX_STANDARD = COUNTED_FROM + MAX_LENGTH;

export function transactionOf(view: DataView, at: number): number {
  return view.getUint16(at + TRANSACTION);
}

export function protocolOf(view: DataView, at: number): number {
  return view.getUint16(at + PROTOCOL);
}

/** Bytes of the whole message as its header has it. */
export function lengthOf(view: DataView, at: number): number {
  return COUNTED_FROM + view.getUint16(at + LENGTH);
}

/** True where the header is that of the message `at..end`: protocol identifier and length read as one. */
export function isHeaderOf(view: DataView, at: number, end: number): boolean {
  return view.getInt32(at + PROTOCOL) === end - at - COUNTED_FROM;
}

/** The addressee: 1 to 247 behind a serial line, 255 or 0 for the device itself (Messaging V1.0b, 4.4.1.2). */
export function unitOf(view: DataView, at: number): number {
  return view.getUint8(at + UNIT);
}

/** The function code as on the wire: with its highest bit set in an exception. */
export function functionOf(view: DataView, at: number): number {
  return view.getUint8(at + PDU);
}

/** Length of the message at `at`, as `Protocol.frame` says it. */
export function frameLength(view: DataView, at: number, end: number): number {
  const present = end - at;
  if (present < LENGTH)
    return present > PROTOCOL && view.getUint8(at + PROTOCOL) !== 0 ? Frame.lost : Frame.more;
  if (protocolOf(view, at) !== 0) return Frame.lost;
  if (present < COUNTED_FROM) return Frame.more;
  const length = view.getUint16(at + LENGTH);
  if (length < MIN_LENGTH || length > MAX_LENGTH_UMAS) return Frame.lost;
  if (length > MAX_LENGTH) {
    if (present <= PDU) return Frame.more;
    if (functionOf(view, at) !== UMAS) return Frame.lost;
  }
  return COUNTED_FROM + length;
}

/** Writes an MBAP header for a PDU of `length` bytes; returns where the PDU begins. */
export function writeHeader(
  view: DataView,
  at: number,
  transaction: number,
  unit: number,
  length: number,
): number {
  view.setUint16(at + TRANSACTION, transaction);
  view.setUint16(at + PROTOCOL, 0);
  view.setUint16(at + LENGTH, length + 1);
  view.setUint8(at + UNIT, unit);
  return at + PDU;
}
