/**
 * Requests to operations: what is asked for, and the values that come with it. Offsets and clauses are those of MODBUS
 * Application Protocol V1.1b3, 6.
 *
 * @module
 */

import type { Operation, Sink } from '../../operation/operation.ts';
import { ValueType } from '../../operation/value.ts';
import { Verb } from '../../operation/verb.ts';
import { fileItems } from './file-record.ts';
import { PDU } from './frame.ts';
import { Fc, Mei } from './functions.ts';
import { identityObject } from './identification.ts';
import { bits, object, registers, rest, values } from './items.ts';
import { isPart, PART_DATA, partNumber } from './program.ts';
import { Spaces, spaceOf } from './spaces.ts';

const UPLOAD_BLOCK = 0x31;

/** What the request `at..end` asks for, and the values that it carries. */
export function requestItems(view: DataView, at: number, end: number, op: Operation, sink: Sink): void {
  const pdu = at + PDU;
  switch (op.code) {
    case Fc.readCoils:
    case Fc.readDiscreteInputs:
    case Fc.readHoldingRegisters:
    case Fc.readInputRegisters:
      object(op, spaceOf(op.code), view.getUint16(pdu + 1), view.getUint16(pdu + 3));
      break;
    case Fc.writeSingleCoil:
      object(op, Spaces.coil, view.getUint16(pdu + 1), 1);
      values(op, view, pdu + 3, 2, ValueType.coil, 1);
      break;
    case Fc.writeSingleRegister:
      object(op, Spaces.holding, view.getUint16(pdu + 1), 1);
      values(op, view, pdu + 3, 2, ValueType.u16, 1);
      break;
    case Fc.readExceptionStatus:
    case Fc.getCommEventCounter:
    case Fc.getCommEventLog:
    case Fc.reportServerId:
      break;
    case Fc.diagnostics:
      diagnosticData(op, view, pdu, end);
      break;
    case Fc.writeMultipleCoils:
      object(op, Spaces.coil, view.getUint16(pdu + 1), view.getUint16(pdu + 3));
      bits(op, view, pdu + 6, view.getUint8(pdu + 5));
      break;
    case Fc.writeMultipleRegisters:
      object(op, Spaces.holding, view.getUint16(pdu + 1), view.getUint16(pdu + 3));
      registers(op, view, pdu + 6, view.getUint8(pdu + 5));
      break;
    case Fc.readFileRecord:
    case Fc.writeFileRecord:
      fileItems(view, pdu, op, sink);
      return;
    case Fc.maskWriteRegister:
      object(op, Spaces.holding, view.getUint16(pdu + 1), 1);
      values(op, view, pdu + 3, 4, ValueType.mask, 2);
      break;
    case Fc.readWriteMultipleRegisters:
      readPart(view, pdu, op);
      sink.operation(op);
      writePart(view, pdu, op);
      break;
    case Fc.readFifoQueue:
      object(op, Spaces.fifo, view.getUint16(pdu + 1), 1);
      break;
    case Fc.encapsulatedInterface:
      if (op.subcode !== Mei.identification) {
        rest(op, view, pdu + 2, end);
        break;
      }
      identityObject(view, pdu, op);
      break;
    case Fc.umas:
      umasData(op, view, pdu + 3, end);
      break;
    default:
      rest(op, view, pdu + 1, end);
      break;
  }
  sink.operation(op);
}

/** What follows a UMAS function. Of a part of a program its number and its bytes; of anything else, all of it. */
function umasData(op: Operation, view: DataView, at: number, end: number): void {
  if (op.subcode !== UPLOAD_BLOCK || !isPart(view, at, end)) {
    rest(op, view, at, end);
    return;
  }
  op.address = partNumber(view, at);
  rest(op, view, at + PART_DATA, end);
}

/** Clause 6.8: the data word; that of Return Query Data can be many, and means nothing here. */
export function diagnosticData(op: Operation, view: DataView, pdu: number, end: number): void {
  if (op.subcode === 0 || op.fn === 0) rest(op, view, pdu + 3, end);
  else values(op, view, pdu + 3, 2, ValueType.u16, 1);
}

/** Clause 6.17: what is read. */
export function readPart(view: DataView, pdu: number, op: Operation): void {
  op.items = 2;
  op.verb = Verb.read;
  object(op, Spaces.holding, view.getUint16(pdu + 1), view.getUint16(pdu + 3));
}

/** Clause 6.17: what is written, before the read. */
export function writePart(view: DataView, pdu: number, op: Operation): void {
  op.item = 1;
  op.verb = Verb.write;
  op.clearItem();
  object(op, Spaces.holding, view.getUint16(pdu + 5), view.getUint16(pdu + 7));
  registers(op, view, pdu + 10, view.getUint8(pdu + 9));
}
