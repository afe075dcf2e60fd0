/**
 * Telling S7 from what else is carried in COTP.
 *
 * @module
 */

import { Side } from '../../operation/side.ts';
import { DATA, Tpdu, tpduCode } from '../osi/cotp.ts';
import { Recognition } from '../protocol.ts';
import { frame } from './frame.ts';
import { Group, isBackwards } from './functions.ts';
import { HEADER, headerLength, PROTOCOL_ID, Rosctr } from './pdu.ts';
import { KIND, SHORT, Type } from './userdata.ts';

/**
 * A connection's TPDUs say nothing of who uses it: the first data decide. S7comm-plus (0x72) and ISO session
 * (MMS) begin otherwise.
 */
export function recognise(side: Side, view: DataView, at: number, end: number): Recognition {
  let next = at;
  while (next < end) {
    const length = frame(side, view, next, end);
    if (length < 0) return Recognition.no;
    if (end - next < DATA) return Recognition.more;
    if (tpduCode(view, next) === Tpdu.DT && view.getUint16(next + 2) > DATA) {
      return length > 0 ? recognisePdu(side, view, next, end) : firstBytes(view, next, end);
    }
    if (length === 0) return Recognition.more;
    next += length;
  }
  return Recognition.more;
}

/**
 * A whole message is known; its first packet shows the header, but where it is cut very small. What the other side sends is
 * only likely, so that who is the client is told by what is said, where nothing else tells.
 */
function recognisePdu(side: Side, view: DataView, at: number, end: number): Recognition {
  const first = firstBytes(view, at, end);
  if (first !== Recognition.likely) return first;
  const pdu = at + DATA;
  const packetEnd = at + view.getUint16(at + 2);
  if (packetEnd > end) return Recognition.more;
  if (packetEnd - pdu < HEADER) return Recognition.likely;
  const length = headerLength(view.getUint8(pdu + 1)) + view.getUint16(pdu + 6) + view.getUint16(pdu + 8);
  return pdu + length === packetEnd && sends(side, view, pdu, packetEnd)
    ? Recognition.certain
    : Recognition.likely;
}

/** Does `side` send such a PDU? */
function sends(side: Side, view: DataView, pdu: number, end: number): boolean {
  const rosctr = view.getUint8(pdu + 1);
  const parameters = pdu + headerLength(rosctr);
  if (rosctr === Rosctr.userdata) {
    if (end - parameters < SHORT) return true;
    const kind = view.getUint8(parameters + KIND);
    const asks = kind >> 4 === Type.request || kind >> 4 === Type.ncRequest;
    // Controllers send blocks to each other.
    return (kind & 0x0f) === Group.pbc || asks === (side === Side.client);
  }
  const backwards = parameters < end && isBackwards(view.getUint8(parameters));
  return ((rosctr === Rosctr.job) !== backwards) === (side === Side.client);
}

/** Do the first bytes of data allow for S7? */
function firstBytes(view: DataView, at: number, end: number): Recognition {
  const pdu = at + DATA;
  if (pdu >= end) return Recognition.more;
  if (view.getUint8(pdu) !== PROTOCOL_ID) return Recognition.no;
  const packetEnd = at + view.getUint16(at + 2);
  if (packetEnd - pdu < 2) return Recognition.likely;
  if (pdu + 1 >= end) return Recognition.more;
  return headerLength(view.getUint8(pdu + 1)) === 0 ? Recognition.no : Recognition.likely;
}
