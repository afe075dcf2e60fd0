/**
 * The TPDUs that set a COTP connection up and end it.
 *
 *     4        length indicator: all that follows
 *     5        code (CR 0xe0, CC 0xd0, DR 0x80, DC 0xc0, ER 0x70)
 *     6..8     destination reference
 *     8..10    source reference
 *     10       class and options (CR, CC), reason (DR)
 *     11..     parameters: code, length, value
 *
 * @module
 */

import { Anomaly } from '../../operation/anomaly.ts';
import { Tpdu, tpduCode, tpduHeaderEnd } from './cotp.ts';
import { TPKT_HEADER } from './tpkt.ts';

/** Parameters of CR and CC, X.224 13.3.4. */
export const Parameter = {
  /** Largest TPDU, as a power of two: 0x07 (128 bytes) to 0x0d (8192). */
  tpduSize: 0xc0,
  callingTsap: 0xc1,
  calledTsap: 0xc2,
} as const;
export type Parameter = (typeof Parameter)[keyof typeof Parameter];

/** RFC 1006, 5: the largest TPDU where CR or CC does not name it; in X.224 itself it would be 128. */
const DEFAULT_SIZE = 65_531;
const MIN_SIZE = 0x07;
const MAX_SIZE = 0x0d;
/** X.224 13.2.1: a length indicator that is reserved. */
const RESERVED_INDICATOR = 255;

const DESTINATION = 6;
const SOURCE = 8;
const CLASS = 10;
const PARAMETERS = 11;

/** Destination reference of the TPDU in the packet at `at`. */
export function destinationReference(view: DataView, at: number): number {
  return view.getUint16(at + DESTINATION);
}

/** Source reference of the CR, CC, DR or DC in the packet at `at`. */
export function sourceReference(view: DataView, at: number): number {
  return view.getUint16(at + SOURCE);
}

/** Reason of the DR in the packet at `at`. */
export function disconnectReason(view: DataView, at: number): number {
  return view.getUint8(at + CLASS);
}

/**
 * Anomalies of the connection TPDU that fills the packet `at..end`: its header must fill it (class 0 carries no
 * user data in them), its fixed part must be there, its parameters must fill the rest, each of those of
 * {@link Parameter} at most once (who reads the first and who reads the last would not agree), and CR and CC must ask
 * for class 0 without options, the only one of RFC 1006. A CR knows no destination reference yet (X.224 13.3.3).
 */
export function connectionAnomalies(view: DataView, at: number, end: number): number {
  const headerEnd = tpduHeaderEnd(view, at);
  let anomalies = headerEnd === end ? 0 : Anomaly.trailing;
  if (headerEnd - at - TPKT_HEADER - 1 === RESERVED_INDICATOR) anomalies |= Anomaly.header;
  const code = tpduCode(view, at);
  const fixed = fixedPart(code);
  if (fixed === 0) return anomalies | Anomaly.header;
  if (headerEnd < at + fixed) return anomalies | Anomaly.truncated;
  const connects = code === Tpdu.CR || code === Tpdu.CC;
  if (connects && view.getUint8(at + CLASS) !== 0) anomalies |= Anomaly.value;
  if (code === Tpdu.CR && destinationReference(view, at) !== 0) anomalies |= Anomaly.header;
  let seen = 0;
  let next = at + fixed;
  while (next < headerEnd) {
    if (headerEnd - next < 2 || next + 2 + view.getUint8(next + 1) > headerEnd) {
      return anomalies | Anomaly.length;
    }
    const parameter = view.getUint8(next);
    if (connects && isKnown(parameter)) {
      const bit = 1 << (parameter - Parameter.tpduSize);
      if (seen & bit) anomalies |= Anomaly.value;
      seen |= bit;
      if (parameter === Parameter.tpduSize && !isSize(view, next + 2)) anomalies |= Anomaly.value;
    }
    next += 2 + view.getUint8(next + 1);
  }
  return anomalies;
}

/**
 * Where the value of a parameter of the CR or CC at `at` begins, its length being in the byte before; -1 where it is
 * not there, or more than once.
 */
export function parameterAt(view: DataView, at: number, parameter: Parameter): number {
  const headerEnd = tpduHeaderEnd(view, at);
  let found = -1;
  let next = at + PARAMETERS;
  while (next + 2 <= headerEnd) {
    const length = view.getUint8(next + 1);
    if (next + 2 + length > headerEnd) return -1;
    if (view.getUint8(next) === parameter) {
      if (found >= 0) return -1;
      found = next + 2;
    }
    next += 2 + length;
  }
  return found;
}

/** Bytes of the largest TPDU, its header included, that the CR or CC at `at` allows. */
export function tpduSize(view: DataView, at: number): number {
  const size = parameterAt(view, at, Parameter.tpduSize);
  return size >= 0 && isSize(view, size) ? 1 << view.getUint8(size) : DEFAULT_SIZE;
}

/**
 * Does the CC at `at` confirm the CR at `askedAt` in `asked`? It refers to it, allows no larger TPDU than was asked
 * for (X.224 6.5.4), and names no one else as called.
 */
export function confirms(view: DataView, at: number, asked: DataView, askedAt: number): boolean {
  if (destinationReference(view, at) !== sourceReference(asked, askedAt)) return false;
  if (parameterAt(view, at, Parameter.tpduSize) >= 0 && tpduSize(view, at) > tpduSize(asked, askedAt)) {
    return false;
  }
  const called = parameterAt(view, at, Parameter.calledTsap);
  if (called < 0) return true;
  const wanted = parameterAt(asked, askedAt, Parameter.calledTsap);
  // The byte before the value is its length.
  const length = view.getUint8(called - 1);
  if (wanted < 0) return length === 0;
  for (let i = -1; i < length; i++) {
    if (view.getUint8(called + i) !== asked.getUint8(wanted + i)) return false;
  }
  return true;
}

function isKnown(parameter: number): boolean {
  return parameter >= Parameter.tpduSize && parameter <= Parameter.calledTsap;
}

/** Is the value at `at` a size that there is? */
function isSize(view: DataView, at: number): boolean {
  if (view.getUint8(at - 1) !== 1) return false;
  const size = view.getUint8(at);
  return size >= MIN_SIZE && size <= MAX_SIZE;
}

/** Bytes from the packet's begin to the first parameter, by code; 0 for a code that class 0 does not have. */
function fixedPart(code: number): number {
  switch (code) {
    case Tpdu.CR:
    case Tpdu.CC:
    case Tpdu.DR:
      return PARAMETERS;
    case Tpdu.DC:
      return CLASS;
    case Tpdu.ER:
      return TPKT_HEADER + 5;
    default:
      return 0;
  }
}
