/**
 * Does a response fit its request? What `check` cannot see by looking at one message alone.
 *
 * @module
 */

import { answersFileRead } from './file-record.ts';
import { PDU } from './frame.ts';
import { Fc, Mei } from './functions.ts';

/** Does the response fit what its request, of the same function, asked for? */
export function answers(view: DataView, at: number, end: number, asked: DataView, askedAt: number): boolean {
  const pdu = at + PDU;
  const askedPdu = askedAt + PDU;
  switch (view.getUint8(pdu)) {
    case Fc.readCoils:
    case Fc.readDiscreteInputs:
      return view.getUint8(pdu + 1) === (asked.getUint16(askedPdu + 3) + 7) >> 3;
    case Fc.readHoldingRegisters:
    case Fc.readInputRegisters:
    case Fc.readWriteMultipleRegisters:
      return view.getUint8(pdu + 1) === 2 * asked.getUint16(askedPdu + 3);
    case Fc.writeSingleCoil:
    case Fc.writeSingleRegister:
    case Fc.writeMultipleCoils:
    case Fc.writeMultipleRegisters:
      return view.getInt32(pdu + 1) === asked.getInt32(askedPdu + 1);
    case Fc.maskWriteRegister:
      return same(view, pdu + 1, asked, askedPdu + 1, 6);
    case Fc.writeFileRecord: {
      const bytes = 1 + view.getUint8(pdu + 1);
      return asked.getUint8(askedPdu + 1) === bytes - 1 && same(view, pdu + 1, asked, askedPdu + 1, bytes);
    }
    case Fc.diagnostics:
      return view.getUint16(pdu + 1) === asked.getUint16(askedPdu + 1);
    case Fc.readFileRecord:
      return answersFileRead(view, pdu, asked, askedPdu);
    case Fc.encapsulatedInterface: {
      // The MEI type and, for an identification, the kind of access.
      const type = view.getUint8(pdu + 1);
      if (type !== asked.getUint8(askedPdu + 1)) return false;
      return type !== Mei.identification || view.getUint8(pdu + 2) === asked.getUint8(askedPdu + 2);
    }
    default:
      return end > pdu;
  }
}

function same(view: DataView, at: number, asked: DataView, askedAt: number, bytes: number): boolean {
  for (let i = 0; i < bytes; i++) if (view.getUint8(at + i) !== asked.getUint8(askedAt + i)) return false;
  return true;
}
