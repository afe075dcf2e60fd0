/**
 * What is on plant networks too and hides its content.
 *
 * @module
 */

import { Fit } from './signature.ts';

const MAX_RECORD = 16_384 + 2048;
const HANDSHAKE = 22;

/** TLS (RFC 8446, 5.1): records of type, version 3.x, length. A hello is beyond doubt; other records must agree. */
export function tls(view: DataView, at: number, end: number): Fit {
  if (end - at < 6) return Fit.no;
  const type = view.getUint8(at);
  const length = view.getUint16(at + 3);
  if (type < 20 || type > 24 || view.getUint8(at + 1) !== 3 || view.getUint8(at + 2) > 4) return Fit.no;
  if (length === 0 || length > MAX_RECORD) return Fit.no;
  const kind = view.getUint8(at + 5);
  if (type === HANDSHAKE && (kind === 1 || kind === 2)) {
    // The first of the handshake's three bytes of length, and the version within.
    return end - at >= 11 && view.getUint8(at + 6) === 0 && view.getUint8(at + 9) === 3 ? Fit.sure : Fit.no;
  }
  const next = at + 5 + length;
  if (next + 3 > end) return next === end ? Fit.weak : Fit.no;
  return view.getUint8(next + 1) === 3 && view.getUint8(next) >= 20 && view.getUint8(next) <= 24
    ? Fit.weak
    : Fit.no;
}

/** DTLS (RFC 6347, 4.1): as TLS, with an epoch and a number. */
export function dtls(view: DataView, at: number, end: number): Fit {
  if (end - at < 14) return Fit.no;
  const type = view.getUint8(at);
  const version = view.getUint16(at + 1);
  if (type < 20 || type > 23 || (version !== 0xfeff && version !== 0xfefd)) return Fit.no;
  const length = view.getUint16(at + 11);
  if (length === 0 || at + 13 + length > end) return Fit.no;
  return type === HANDSHAKE && view.getUint8(at + 13) <= 3 ? Fit.sure : Fit.weak;
}

/** SSH (RFC 4253, 4.2): each side first says `SSH-`, a version. */
export function ssh(view: DataView, at: number, end: number): Fit {
  if (end - at < 8 || view.getUint32(at) !== 0x5353482d) return Fit.no;
  const major = view.getUint8(at + 4);
  return (major === 0x31 || major === 0x32) && view.getUint8(at + 5) === 0x2e ? Fit.sure : Fit.no;
}
