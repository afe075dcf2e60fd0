/**
 * Control protocols of power, gas and water: DNP3, IEC 60870-5-104, synchrophasors, meters, tanks.
 *
 * @module
 */

import { isCcittCrc, isDnpCrc } from './crc.ts';
import { Fit } from './signature.ts';

/** IEEE 1815, 9.2: 0x0564, length, control, addresses, check over these eight bytes. */
export function dnp3(view: DataView, at: number, end: number): Fit {
  if (end - at < 10 || view.getUint16(at) !== 0x0564 || view.getUint8(at + 2) < 5) return Fit.no;
  return isDnpCrc(view, at, 8) ? Fit.sure : Fit.no;
}

/** IEC 60870-5-104, 5.1: APDUs one behind the other, each 0x68, its length, four control octets, in I format an ASDU. */
export function iec104(view: DataView, from: number, end: number): Fit {
  let fit: Fit = Fit.no;
  for (let at = from; at < end; ) {
    if (end - at < 6) return end - at >= 2 && fit === Fit.sure ? fit : Fit.no;
    const length = view.getUint8(at + 1);
    if (view.getUint8(at) !== 0x68 || length < 4 || length > 253) return Fit.no;
    const control = view.getUint8(at + 2);
    const zeros = view.getUint8(at + 3) === 0 && view.getUint16(at + 4) === 0;
    if ((control & 3) === 3) {
      if (length !== 4 || !zeros || !isUnnumbered(control)) return Fit.no;
      fit = Fit.sure;
    } else if (control === 1) {
      if (length !== 4 || view.getUint8(at + 3) !== 0 || (view.getUint8(at + 4) & 1) !== 0) return Fit.no;
      if (fit === Fit.no) fit = Fit.weak;
    } else {
      if ((control & 1) !== 0 || (view.getUint8(at + 4) & 1) !== 0 || length < 13 || end - at < 12)
        return Fit.no;
      const type = view.getUint8(at + 6);
      const cause = view.getUint8(at + 8) & 0x3f;
      if (!isType(type) || cause === 0 || cause > 47) return Fit.no;
      // An APDU that fills the segment to its end, or is followed by another.
      const next = at + 2 + length;
      if (next <= end && (next === end || view.getUint8(next) === 0x68)) fit = Fit.sure;
      else if (fit === Fit.no) fit = Fit.weak;
    }
    at += 2 + length;
  }
  return fit;
}

/** STARTDT, STOPDT and TESTFR, act or con, one of them. */
function isUnnumbered(control: number): boolean {
  const bits = control >> 2;
  return bits !== 0 && (bits & (bits - 1)) === 0;
}

/** IEC 60870-5-101, 7.2.1.1: type identifications that are defined. */
function isType(type: number): boolean {
  return (
    (type >= 1 && type <= 40) ||
    (type >= 45 && type <= 51) ||
    (type >= 58 && type <= 64) ||
    type === 70 ||
    (type >= 100 && type <= 107) ||
    (type >= 110 && type <= 113) ||
    (type >= 120 && type <= 127)
  );
}

/** IEEE C37.118.2, 6.2: 0xaa, type and version, length of the frame, … check over all. */
export function c37118(view: DataView, at: number, end: number): Fit {
  if (end - at < 16 || view.getUint8(at) !== 0xaa) return Fit.no;
  const type = view.getUint8(at + 1);
  const length = view.getUint16(at + 2);
  if ((type & 0x80) !== 0 || type >> 4 > 5 || (type & 15) > 3 || length < 16 || at + length > end)
    return Fit.no;
  return isCcittCrc(view, at, length - 2) ? Fit.sure : Fit.no;
}

/** IEC 62056-47: version 1, two ports, length; then an APDU of DLMS. */
export function dlms(view: DataView, at: number, end: number): Fit {
  if (end - at < 10 || view.getUint16(at) !== 1 || view.getUint16(at + 6) !== end - at - 8) return Fit.no;
  const source = view.getUint16(at + 2);
  const destination = view.getUint16(at + 4);
  if (source === 0 && destination === 0) return Fit.no;
  const tag = view.getUint8(at + 8);
  // AARQ, AARE, release, and the services get, set, action, event, exception with and without ciphering.
  const known =
    (tag >= 0x60 && tag <= 0x63) ||
    (tag >= 0xc0 && tag <= 0xd8) ||
    tag === 0x0e ||
    tag === 0x01 ||
    tag === 0x08;
  return known ? Fit.weak : Fit.no;
}

/** DLMS in HDLC frames (IEC 62056-46): flag, format 3 with the length between the flags, flag. */
export function dlmsHdlc(view: DataView, at: number, end: number): Fit {
  if (end - at < 9 || view.getUint8(at) !== 0x7e || view.getUint8(at + 1) >> 4 !== 0xa) return Fit.no;
  const length = view.getUint16(at + 1) & 0x7ff;
  return length >= 7 && at + length + 2 <= end && view.getUint8(at + length + 1) === 0x7e ? Fit.weak : Fit.no;
}

/** ANSI C12.22, 5.3: an ACSE PDU with titles below 1.3.6.1.4.1.33507.1919, or the application context of C12.22. */
export function c1222(view: DataView, at: number, end: number): Fit {
  if (end - at < 16 || view.getUint8(at) !== 0x60) return Fit.no;
  const stop = Math.min(end, at + 64) - 7;
  for (let i = at + 2; i < stop; i++) {
    const four = view.getUint32(i);
    if (four === 0x8285638e && view.getUint8(i + 4) === 0x7f) return Fit.sure;
    if (four === 0x607c86f7 && view.getUint16(i + 4) === 0x5401 && view.getUint8(i + 6) === 0x16)
      return Fit.sure;
  }
  return Fit.no;
}

/** Automatic tank gauges (Veeder-Root TLS): SOH, a letter, five digits. */
export function tankGauge(view: DataView, at: number, end: number): Fit {
  if (end - at < 7 || view.getUint8(at) !== 1) return Fit.no;
  const letter = view.getUint8(at + 1) & 0xdf;
  if (letter !== 0x49 && letter !== 0x53) return Fit.no;
  for (let i = 2; i < 7; i++) {
    const digit = view.getUint8(at + i);
    if (digit < 0x30 || digit > 0x39) return Fit.no;
  }
  return Fit.weak;
}
