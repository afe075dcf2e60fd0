/**
 * Responses to operations: what they tell, about the objects that their requests asked for. Offsets and clauses are
 * those of MODBUS Application Protocol V1.1b3, 6.
 *
 * @module
 */

import { type Operation, Outcome, type Sink } from '../../operation/operation.ts';
import { ValueType } from '../../operation/value.ts';
import { Verb } from '../../operation/verb.ts';
import { UMAS_ERROR } from './errors.ts';
import { fileAnswers } from './file-record.ts';
import { PDU } from './frame.ts';
import { Fc, Mei, UmasAnswer } from './functions.ts';
import { identityItems } from './identification.ts';
import { bits, object, registers, rest, values } from './items.ts';
import { diagnosticData, readPart, requestItems, writePart } from './request.ts';
import { Spaces, spaceOf } from './spaces.ts';

/** What the response `at..end` tells, with the objects of its request where there is one (`askedAt` >= 0). */
export function responseItems(
  view: DataView,
  at: number,
  end: number,
  asked: DataView,
  askedAt: number,
  askedEnd: number,
  op: Operation,
  sink: Sink,
): void {
  const pdu = at + PDU;
  const askedPdu = askedAt + PDU;
  const paired = askedAt >= 0;
  switch (op.code) {
    case Fc.readCoils:
    case Fc.readDiscreteInputs:
      if (paired) object(op, spaceOf(op.code), asked.getUint16(askedPdu + 1), asked.getUint16(askedPdu + 3));
      bits(op, view, pdu + 2, view.getUint8(pdu + 1));
      break;
    case Fc.readHoldingRegisters:
    case Fc.readInputRegisters:
      if (paired) object(op, spaceOf(op.code), asked.getUint16(askedPdu + 1), asked.getUint16(askedPdu + 3));
      registers(op, view, pdu + 2, view.getUint8(pdu + 1));
      break;
    case Fc.writeSingleCoil:
    case Fc.writeSingleRegister:
    case Fc.maskWriteRegister:
    case Fc.writeFileRecord:
      // The response is an echo of the request.
      requestItems(view, at, end, op, sink);
      return;
    case Fc.readExceptionStatus:
      values(op, view, pdu + 1, 1, ValueType.bits, 8);
      break;
    case Fc.diagnostics:
      diagnosticData(op, view, pdu, end);
      break;
    case Fc.getCommEventCounter:
      values(op, view, pdu + 1, 4, ValueType.u16, 2);
      break;
    case Fc.getCommEventLog: {
      // Status, event count and message count; then the events, the most recent first.
      const events = view.getUint8(pdu + 1) - 6;
      op.items = 2;
      values(op, view, pdu + 2, 6, ValueType.u16, 3);
      sink.operation(op);
      op.item = 1;
      values(op, view, pdu + 8, events, ValueType.u8, events);
      break;
    }
    case Fc.writeMultipleCoils:
    case Fc.writeMultipleRegisters:
      // The response names what was written without its values.
      if (paired) {
        requestItems(asked, askedAt, askedEnd, op, sink);
        return;
      }
      object(op, spaceOf(op.code), view.getUint16(pdu + 1), view.getUint16(pdu + 3));
      break;
    case Fc.reportServerId:
      rest(op, view, pdu + 2, pdu + 2 + view.getUint8(pdu + 1));
      break;
    case Fc.readFileRecord:
      fileAnswers(view, pdu, asked, paired ? askedPdu : -1, op, sink);
      return;
    case Fc.readWriteMultipleRegisters: {
      if (paired) readPart(asked, askedPdu, op);
      else op.verb = Verb.read;
      registers(op, view, pdu + 2, view.getUint8(pdu + 1));
      sink.operation(op);
      if (!paired) return;
      writePart(asked, askedPdu, op);
      break;
    }
    case Fc.readFifoQueue: {
      const count = view.getUint16(pdu + 3);
      if (paired) object(op, Spaces.fifo, asked.getUint16(askedPdu + 1), 1);
      values(op, view, pdu + 5, 2 * count, ValueType.u16, count);
      break;
    }
    case Fc.encapsulatedInterface:
      if (op.subcode === Mei.identification) {
        identityItems(view, pdu, op, sink);
        return;
      }
      rest(op, view, pdu + 2, end);
      break;
    case Fc.umas:
      if (view.getUint8(pdu + 2) === UmasAnswer.error) {
        op.outcome = Outcome.failed;
        op.error = UMAS_ERROR + (end - pdu > 3 ? view.getUint8(pdu + 3) : 0);
      }
      rest(op, view, pdu + 3, end);
      break;
    default:
      rest(op, view, pdu + 1, end);
      break;
  }
  sink.operation(op);
}
