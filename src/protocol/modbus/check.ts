/**
 * Are all lengths, counts and values of a message what MODBUS Application Protocol V1.1b3 allows? Checked once;
 * where the answer has no `Anomaly.truncated`, every field that the message's own counts promise lies within it.
 *
 * @module
 */

import { Anomaly } from '../../operation/anomaly.ts';
import { fit, onOrOff, range, within } from './bounds.ts';
import { checkFileAnswer, checkFileRead, checkFileWrite } from './file-record.ts';
import { functionOf, isHeaderOf, lengthOf, PDU, protocolOf } from './frame.ts';
import { EXCEPTION, Fc, isKnown, Mei, rowOf, UmasAnswer } from './functions.ts';
import { checkIdentification, checkIdentificationRequest } from './identification.ts';

/** Limits of clause 6, each so that the message or its answer just fits a PDU of 253 bytes. */
export const MAX_READ_BITS = 2000;
export const MAX_READ_REGISTERS = 125;
const MAX_WRITE_BITS = 1968;
const MAX_WRITE_REGISTERS = 123;
/** Clause 6.17: what function 23 may write beside what it reads. */
const MAX_READ_WRITE_REGISTERS = 121;
/** Clause 6.18. */
const MAX_FIFO = 31;
/** Clause 6.10: status, two counters and up to 64 events. */
const MIN_LOG = 6;
const MAX_LOG = 70;

const { length, truncated, header, count, value, state, function: unknown } = Anomaly;

/** Bytes of a PDU that must be there before anything else of it is looked at. */
const MIN_REQUEST = minima([
  [5, [1, 2, 3, 4, 5, 6]],
  [3, [Fc.diagnostics, Fc.readFifoQueue, Fc.umas]],
  [6, [Fc.writeMultipleCoils, Fc.writeMultipleRegisters]],
  [2, [Fc.readFileRecord, Fc.writeFileRecord, Fc.encapsulatedInterface]],
  [7, [Fc.maskWriteRegister]],
  [10, [Fc.readWriteMultipleRegisters]],
]);
const MIN_RESPONSE = minima([
  [2, [1, 2, 3, 4, Fc.readExceptionStatus, Fc.getCommEventLog, Fc.reportServerId, Fc.readFileRecord]],
  [2, [Fc.writeFileRecord, Fc.readWriteMultipleRegisters, Fc.encapsulatedInterface]],
  [3, [Fc.diagnostics, Fc.umas]],
  [5, [5, 6, Fc.getCommEventCounter, Fc.writeMultipleCoils, Fc.writeMultipleRegisters, Fc.readFifoQueue]],
  [7, [Fc.maskWriteRegister]],
]);

/** Anomalies of the request `at..end` by itself. */
export function checkRequest(view: DataView, at: number, end: number): number {
  const pdu = at + PDU;
  const size = end - pdu;
  const code = functionOf(view, at);
  const found = checkHeader(view, at, end);
  if (size < MIN_REQUEST[code]!) return found | truncated;
  switch (code) {
    case Fc.readCoils:
    case Fc.readDiscreteInputs:
      return found | fit(size, 5) | range(view, pdu + 1, MAX_READ_BITS);
    case Fc.readHoldingRegisters:
    case Fc.readInputRegisters:
      return found | fit(size, 5) | range(view, pdu + 1, MAX_READ_REGISTERS);
    case Fc.writeSingleCoil:
      return found | fit(size, 5) | onOrOff(view.getUint16(pdu + 3), 0xff00);
    case Fc.writeSingleRegister:
      return found | fit(size, 5);
    case Fc.readExceptionStatus:
    case Fc.getCommEventCounter:
    case Fc.getCommEventLog:
    case Fc.reportServerId:
      return found | fit(size, 1);
    case Fc.diagnostics:
      return found | checkDiagnostic(view, pdu, size, true);
    case Fc.writeMultipleCoils: {
      const bytes = view.getUint8(pdu + 5);
      const agree = bytes === (view.getUint16(pdu + 3) + 7) >> 3 ? 0 : length;
      return found | fit(size, 6 + bytes) | range(view, pdu + 1, MAX_WRITE_BITS) | agree;
    }
    case Fc.writeMultipleRegisters: {
      const bytes = view.getUint8(pdu + 5);
      const agree = bytes === 2 * view.getUint16(pdu + 3) ? 0 : length;
      return found | fit(size, 6 + bytes) | range(view, pdu + 1, MAX_WRITE_REGISTERS) | agree;
    }
    case Fc.readFileRecord:
      return found | checkFileRead(view, pdu, size);
    case Fc.writeFileRecord:
      return found | checkFileWrite(view, pdu, size);
    case Fc.maskWriteRegister:
      return found | fit(size, 7);
    case Fc.readWriteMultipleRegisters: {
      const bytes = view.getUint8(pdu + 9);
      const agree = bytes === 2 * view.getUint16(pdu + 7) ? 0 : length;
      const ranges =
        range(view, pdu + 1, MAX_READ_REGISTERS) | range(view, pdu + 5, MAX_READ_WRITE_REGISTERS);
      return found | fit(size, 10 + bytes) | ranges | agree;
    }
    case Fc.readFifoQueue:
      return found | fit(size, 3);
    case Fc.encapsulatedInterface:
      return found | checkEncapsulated(view, pdu, size, true);
    case Fc.umas:
      return found | (rowOf(code, view.getUint8(pdu + 2)) === 0 ? unknown : 0);
    case 0:
      // Clause 4.1: function code 0 is not valid.
      return found | unknown | value;
    default:
      // Clause 4.1: codes from 128 on are for exceptions, which only a server sends.
      return found | unknown | (code >= EXCEPTION ? state : 0);
  }
}

/** True where the request `at..end` has all the bytes that its own counts promise. */
export function isWholeRequest(view: DataView, at: number, end: number): boolean {
  const code = functionOf(view, at);
  // The commonest functions have no counts: this spares most responses a second check of their request.
  if (code <= Fc.writeSingleRegister) return end - at - PDU >= MIN_REQUEST[code]!;
  return (checkRequest(view, at, end) & truncated) === 0;
}

/** Anomalies of the response `at..end` by itself; how it fits its request is another question. */
export function checkResponse(view: DataView, at: number, end: number): number {
  const pdu = at + PDU;
  const size = end - pdu;
  const code = functionOf(view, at);
  const found = checkHeader(view, at, end);
  if (code >= EXCEPTION) return found | checkException(view, pdu, size);
  if (size < MIN_RESPONSE[code]!) return found | truncated;
  switch (code) {
    case Fc.readCoils:
    case Fc.readDiscreteInputs: {
      const bytes = view.getUint8(pdu + 1);
      return found | fit(size, 2 + bytes) | within(bytes, 1, MAX_READ_BITS / 8);
    }
    case Fc.readHoldingRegisters:
    case Fc.readInputRegisters:
    case Fc.readWriteMultipleRegisters: {
      const bytes = view.getUint8(pdu + 1);
      return (
        found | fit(size, 2 + bytes) | within(bytes, 2, MAX_READ_REGISTERS * 2) | (bytes & 1 ? length : 0)
      );
    }
    case Fc.writeSingleCoil:
      return found | fit(size, 5) | onOrOff(view.getUint16(pdu + 3), 0xff00);
    case Fc.writeSingleRegister:
      return found | fit(size, 5);
    case Fc.readExceptionStatus:
      return found | fit(size, 2);
    case Fc.diagnostics:
      return found | checkDiagnostic(view, pdu, size, false);
    case Fc.getCommEventCounter:
      return found | fit(size, 5) | onOrOff(view.getUint16(pdu + 1), 0xffff);
    case Fc.getCommEventLog: {
      const bytes = view.getUint8(pdu + 1);
      if (bytes < MIN_LOG || size < 2 + MIN_LOG) return found | truncated | within(bytes, MIN_LOG, MAX_LOG);
      return (
        found |
        fit(size, 2 + bytes) |
        within(bytes, MIN_LOG, MAX_LOG) |
        onOrOff(view.getUint16(pdu + 2), 0xffff)
      );
    }
    case Fc.writeMultipleCoils:
      return found | fit(size, 5) | range(view, pdu + 1, MAX_WRITE_BITS);
    case Fc.writeMultipleRegisters:
      return found | fit(size, 5) | range(view, pdu + 1, MAX_WRITE_REGISTERS);
    case Fc.reportServerId: {
      const bytes = view.getUint8(pdu + 1);
      return found | fit(size, 2 + bytes) | (bytes === 0 ? count : 0);
    }
    case Fc.readFileRecord:
      return found | checkFileAnswer(view, pdu, size);
    case Fc.writeFileRecord:
      return found | checkFileWrite(view, pdu, size);
    case Fc.maskWriteRegister:
      return found | fit(size, 7);
    case Fc.readFifoQueue: {
      const values = view.getUint16(pdu + 3);
      const agree = view.getUint16(pdu + 1) === 2 + 2 * values ? 0 : length;
      return found | fit(size, 5 + 2 * values) | (values > MAX_FIFO ? count : 0) | agree;
    }
    case Fc.encapsulatedInterface:
      return found | checkEncapsulated(view, pdu, size, false);
    case Fc.umas: {
      const answer = view.getUint8(pdu + 2);
      return found | (answer === UmasAnswer.ok || answer === UmasAnswer.error ? 0 : unknown);
    }
    case 0:
      return found | unknown | value;
    default:
      return found | unknown;
  }
}

function checkHeader(view: DataView, at: number, end: number): number {
  if (isHeaderOf(view, at, end)) return 0;
  return (protocolOf(view, at) === 0 ? 0 : header) | (lengthOf(view, at) === end - at ? 0 : length);
}

/** Clause 7. The standard's list of exception codes is open, but has no 0. */
function checkException(view: DataView, pdu: number, size: number): number {
  const code = view.getUint8(pdu) & ~EXCEPTION;
  const found = isKnown(code) ? 0 : unknown;
  if (size < 2) return found | truncated;
  return found | fit(size, 2) | (view.getUint8(pdu + 1) === 0 ? value : 0);
}

/** Clause 6.8.1: only Return Query Data carries more than one word, and most requests carry 0. */
function checkDiagnostic(view: DataView, pdu: number, size: number, request: boolean): number {
  const sub = view.getUint16(pdu + 1);
  if (rowOf(Fc.diagnostics, sub) === 0) return unknown;
  if (size < 5) return truncated;
  if (sub === 0) return size & 1 ? 0 : length;
  const word = view.getUint16(pdu + 3);
  const found = fit(size, 5);
  if (sub === 1) return found | onOrOff(word, 0xff00);
  if (sub === 3) return found | (word & 0xff ? value : 0);
  return found | (request && word !== 0 ? value : 0);
}

/** Clauses 6.19 to 6.21. */
function checkEncapsulated(view: DataView, pdu: number, size: number, request: boolean): number {
  const type = view.getUint8(pdu + 1);
  if (type === Mei.canopen) return 0;
  if (type !== Mei.identification) return unknown;
  return request ? checkIdentificationRequest(view, pdu, size) : checkIdentification(view, pdu, size);
}

// cold: for the tables above, once
function minima(table: readonly (readonly [bytes: number, codes: readonly number[]])[]): Uint8Array {
  const bytes = new Uint8Array(256);
  for (const [least, codes] of table) for (const code of codes) bytes[code] = least;
  return bytes;
}
