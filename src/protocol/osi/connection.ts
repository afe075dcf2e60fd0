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
 * user data in them), its fixed part must be there, its parameters must fill the rest, and CR and CC must ask
 * for class 0 without options, the only one of RFC 1006.
 */
export function connectionAnomalies(view: DataView, at: number, end: number): number {
  const headerEnd = tpduHeaderEnd(view, at);
  let anomalies = headerEnd === end ? 0 : Anomaly.trailing;
  const code = tpduCode(view, at);
  const fixed = fixedPart(code);
  if (fixed === 0) return anomalies | Anomaly.header;
  if (headerEnd < at + fixed) return anomalies | Anomaly.truncated;
  if ((code === Tpdu.CR || code === Tpdu.CC) && view.getUint8(at + CLASS) !== 0) anomalies |= Anomaly.value;
  let next = at + fixed;
  while (next < headerEnd) {
    if (headerEnd - next < 2 || next + 2 + view.getUint8(next + 1) > headerEnd) {
      return anomalies | Anomaly.length;
    }
    next += 2 + view.getUint8(next + 1);
  }
  return anomalies;
}

/** Where the value of a parameter of the CR or CC at `at` begins, or -1; its length is in the byte before. */
export function parameterAt(view: DataView, at: number, parameter: Parameter): number {
  const headerEnd = tpduHeaderEnd(view, at);
  let next = at + PARAMETERS;
  while (next + 2 <= headerEnd) {
    const length = view.getUint8(next + 1);
    if (next + 2 + length > headerEnd) return -1;
    if (view.getUint8(next) === parameter) return next + 2;
    next += 2 + length;
  }
  return -1;
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
