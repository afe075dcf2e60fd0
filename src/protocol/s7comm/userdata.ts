/**
 * The parameters of Userdata.
 *
 *     0        0x000112
 *     3        length of what follows: 4, or 8 with the last three fields
 *     4        method
 *     5        type (push 0, request 4, response 8; NC 3, 7, 11), function group
 *     6        subfunction
 *     7        sequence number
 *     8        data unit reference
 *     9        last data unit: 0 yes, 1 no
 *     10..12   error code
 *
 * The data begin like a value: return code, transport size, length.
 *
 * @module
 */

import type { Pdu } from './pdu.ts';

/** Types of Userdata. The NC types are those of the numerical controls. */
export const Type = { push: 0, ncPush: 3, request: 4, ncRequest: 7, response: 8, ncResponse: 11 } as const;

/** Parameters without and with data unit reference, last data unit and error code. */
export const SHORT = 8;
export const LONG = 12;
/** Bytes before the content of the data. */
export const DATA_HEADER = 4;
/** Type (high four bits) and function group (low four). */
export const KIND = 5;
export const SEQUENCE = 7;
export const LAST = 9;

/** True for a request. */
export function isRequest(pdu: Pdu): boolean {
  const type = typeOf(pdu);
  return type === Type.request || type === Type.ncRequest;
}

/** True for a response. */
export function isResponse(pdu: Pdu): boolean {
  const type = typeOf(pdu);
  return type === Type.response || type === Type.ncResponse;
}

/** Type, or -1 where the parameters are too short. */
export function typeOf(pdu: Pdu): number {
  return pdu.paramEnd - pdu.param < SHORT ? -1 : pdu.view.getUint8(pdu.param + KIND) >> 4;
}

/** Function group. The parameters are long enough. */
export function groupOf({ view, param }: Pdu): number {
  return view.getUint8(param + KIND) & 0x0f;
}

/** Subfunction. */
export function subOf({ view, param }: Pdu): number {
  return view.getUint8(param + 6);
}

/** Are both of the same function group and subfunction? */
export function sameFunction(a: Pdu, b: Pdu): boolean {
  return b.paramEnd - b.param >= SHORT && groupOf(a) === groupOf(b) && subOf(a) === subOf(b);
}

/** Function group, subfunction and sequence number, which all parts of an answer share. */
export function partsId(pdu: Pdu): number {
  return (groupOf(pdu) << 16) | pdu.view.getUint16(pdu.param + 6);
}
