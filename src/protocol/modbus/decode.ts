/**
 * Messages to operations. What a request asks for stands in {@link requestItems}, what a response tells in
 * {@link responseItems}; offsets and clauses are those of MODBUS Application Protocol V1.1b3, 6.
 *
 * Both read only what `check` found to lie within the message: neither is called for one that is truncated.
 *
 * @module
 */

import { Anomaly } from '../../operation/anomaly.ts';
import { type Operation, Outcome, Phase, type Sink } from '../../operation/operation.ts';
import { Side } from '../../operation/side.ts';
import { ValueType } from '../../operation/value.ts';
import { Verb } from '../../operation/verb.ts';
import { checkRequest, checkResponse, FILE_HEADER, IDENTITY_HEADER } from './check.ts';
import { UMAS_ERROR } from './errors.ts';
import { functionOf, PDU, transactionOf, unitOf } from './frame.ts';
import { EXCEPTION, Fc, Mei, rowOf, UmasAnswer, verbOf } from './functions.ts';
import { IDENTITY_NAMES } from './identity.ts';
import { Spaces } from './spaces.ts';

/** Space that a function addresses, by function code. */
const SPACE = new Uint8Array(256);
SPACE[Fc.readCoils] = Spaces.coil;
SPACE[Fc.readDiscreteInputs] = Spaces.discrete;
SPACE[Fc.readHoldingRegisters] = Spaces.holding;
SPACE[Fc.readInputRegisters] = Spaces.input;
SPACE[Fc.writeSingleCoil] = Spaces.coil;
SPACE[Fc.writeSingleRegister] = Spaces.holding;
SPACE[Fc.writeMultipleCoils] = Spaces.coil;
SPACE[Fc.writeMultipleRegisters] = Spaces.holding;

/** Hands the operations of the request `at..end` to `sink`; `anomalies` are those of its circumstances. */
export function decodeRequest(
  view: DataView,
  at: number,
  end: number,
  anomalies: number,
  op: Operation,
  sink: Sink,
): void {
  const found = checkRequest(view, at, end);
  op.clear(Side.client);
  begin(view, at, functionOf(view, at), op);
  op.anomalies = anomalies | found;
  name(op, subOf(view, at, end));
  if (found & Anomaly.truncated) {
    rest(op, view, at + PDU + 1, end);
    sink.operation(op);
  } else {
    requestItems(view, at, end, op, sink);
  }
}

/**
 * Hands the operations of the response `at..end` to `sink`. Its request, in `asked`, stands at
 * `askedAt..askedEnd`; `askedAt` is -1 where none is known.
 */
export function decodeResponse(
  view: DataView,
  at: number,
  end: number,
  asked: DataView,
  askedAt: number,
  askedEnd: number,
  op: Operation,
  sink: Sink,
): void {
  const found = checkResponse(view, at, end);
  const code = functionOf(view, at) & ~EXCEPTION;
  op.clear(Side.server);
  begin(view, at, code, op);
  op.phase = Phase.response;
  op.outcome = Outcome.ok;
  op.anomalies = found;
  // From here on a request that does not help to read this response counts as none.
  if (askedAt < 0) {
    op.anomalies |= Anomaly.unsolicited;
  } else if (functionOf(asked, askedAt) !== code) {
    op.anomalies |= Anomaly.mismatch;
    askedAt = -1;
  } else if (checkRequest(asked, askedAt, askedEnd) & Anomaly.truncated) {
    askedAt = -1;
  }
  const failed = functionOf(view, at) >= EXCEPTION;
  if (askedAt >= 0 && (failed || code === Fc.umas)) name(op, subOf(asked, askedAt, askedEnd));
  else name(op, failed || code === Fc.umas ? -1 : subOf(view, at, end));

  if (found & Anomaly.truncated) {
    rest(op, view, at + PDU + 1, end);
    sink.operation(op);
  } else if (failed) {
    op.outcome = Outcome.failed;
    op.error = view.getUint8(at + PDU + 1);
    if (askedAt < 0) sink.operation(op);
    else requestItems(asked, askedAt, askedEnd, op, sink);
  } else {
    if (askedAt >= 0 && !answers(view, at, end, asked, askedAt)) op.anomalies |= Anomaly.mismatch;
    responseItems(view, at, end, asked, askedAt, askedEnd, op, sink);
  }
}

/** What the whole message says of itself. */
function begin(view: DataView, at: number, code: number, op: Operation): void {
  op.reference = transactionOf(view, at);
  op.station = unitOf(view, at);
  op.code = code;
}

function name(op: Operation, sub: number): void {
  op.subcode = sub;
  op.fn = rowOf(op.code, sub);
  op.verb = verbOf(op.fn);
}

/** The sub-function as it stands in a request, and but for UMAS in its response; -1 where there is none. */
function subOf(view: DataView, at: number, end: number): number {
  const pdu = at + PDU;
  switch (view.getUint8(pdu)) {
    case Fc.diagnostics:
      return end - pdu >= 3 ? view.getUint16(pdu + 1) : -1;
    case Fc.encapsulatedInterface:
      return end - pdu >= 2 ? view.getUint8(pdu + 1) : -1;
    case Fc.umas:
      return end - pdu >= 3 ? view.getUint8(pdu + 2) : -1;
    default:
      return -1;
  }
}

/** What the request `at..end` asks for, and the values that it carries. */
function requestItems(view: DataView, at: number, end: number, op: Operation, sink: Sink): void {
  const pdu = at + PDU;
  switch (op.code) {
    case Fc.readCoils:
    case Fc.readDiscreteInputs:
    case Fc.readHoldingRegisters:
    case Fc.readInputRegisters:
      object(op, SPACE[op.code]!, view.getUint16(pdu + 1), view.getUint16(pdu + 3));
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
      // Access 4 asks for one object, the others for all of a category from there on.
      object(op, Spaces.identity, view.getUint8(pdu + 3), view.getUint8(pdu + 2) === 4 ? 1 : 0);
      break;
    case Fc.umas:
      rest(op, view, pdu + 3, end);
      break;
    default:
      rest(op, view, pdu + 1, end);
      break;
  }
  sink.operation(op);
}

/** What the response `at..end` tells, with the objects of its request where there is one (`askedAt` >= 0). */
function responseItems(
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
      if (paired) object(op, SPACE[op.code]!, asked.getUint16(askedPdu + 1), asked.getUint16(askedPdu + 3));
      bits(op, view, pdu + 2, view.getUint8(pdu + 1));
      break;
    case Fc.readHoldingRegisters:
    case Fc.readInputRegisters:
      if (paired) object(op, SPACE[op.code]!, asked.getUint16(askedPdu + 1), asked.getUint16(askedPdu + 3));
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
      object(op, SPACE[op.code]!, view.getUint16(pdu + 1), view.getUint16(pdu + 3));
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

/** Does the response fit what its request, of the same function, asked for? */
function answers(view: DataView, at: number, end: number, asked: DataView, askedAt: number): boolean {
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

/** Clause 6.8: the data word; that of Return Query Data can be many, and means nothing here. */
function diagnosticData(op: Operation, view: DataView, pdu: number, end: number): void {
  if (op.subcode === 0 || op.fn === 0) rest(op, view, pdu + 3, end);
  else values(op, view, pdu + 3, 2, ValueType.u16, 1);
}

/** Clause 6.17: what is read. */
function readPart(view: DataView, pdu: number, op: Operation): void {
  op.items = 2;
  op.verb = Verb.read;
  object(op, Spaces.holding, view.getUint16(pdu + 1), view.getUint16(pdu + 3));
}

/** Clause 6.17: what is written, before the read. */
function writePart(view: DataView, pdu: number, op: Operation): void {
  op.item = 1;
  op.verb = Verb.write;
  op.clearItem();
  object(op, Spaces.holding, view.getUint16(pdu + 5), view.getUint16(pdu + 7));
  registers(op, view, pdu + 10, view.getUint8(pdu + 9));
}

/** Clauses 6.14 and 6.15: the sub-requests, each an item; those of a write carry their data. */
function fileItems(view: DataView, pdu: number, op: Operation, sink: Sink): void {
  const write = op.code === Fc.writeFileRecord;
  const end = pdu + 2 + view.getUint8(pdu + 1);
  let items = 0;
  for (let group = pdu + 2; group + FILE_HEADER <= end; items++) group += groupBytes(view, group, write);
  if (items === 0) {
    sink.operation(op);
    return;
  }
  op.items = items;
  let group = pdu + 2;
  for (let item = 0; item < items; item++) {
    const next = group + groupBytes(view, group, write);
    op.item = item;
    op.clearItem();
    fileObject(op, view, group);
    if (write) registers(op, view, group + FILE_HEADER, Math.min(next, end) - group - FILE_HEADER);
    sink.operation(op);
    group = next;
  }
}

function groupBytes(view: DataView, group: number, write: boolean): number {
  return write ? FILE_HEADER + 2 * view.getUint16(group + 5) : FILE_HEADER;
}

function fileObject(op: Operation, view: DataView, group: number): void {
  object(op, Spaces.file, view.getUint16(group + 3), view.getUint16(group + 5));
  op.area = view.getUint16(group + 1);
}

/** Clause 6.14: the answers to the sub-requests, in their order. */
function fileAnswers(
  view: DataView,
  pdu: number,
  asked: DataView,
  askedPdu: number,
  op: Operation,
  sink: Sink,
): void {
  const end = pdu + 2 + view.getUint8(pdu + 1);
  let items = 0;
  for (let group = pdu + 2; group + 2 <= end; items++) group += 1 + view.getUint8(group);
  if (items === 0) {
    sink.operation(op);
    return;
  }
  const askedEnd = askedPdu < 0 ? 0 : askedPdu + 2 + asked.getUint8(askedPdu + 1);
  let askedGroup = askedPdu < 0 ? 0 : askedPdu + 2;
  op.items = items;
  let group = pdu + 2;
  for (let item = 0; item < items; item++) {
    const next = group + 1 + view.getUint8(group);
    op.item = item;
    op.clearItem();
    if (askedGroup + FILE_HEADER <= askedEnd) fileObject(op, asked, askedGroup);
    registers(op, view, group + 2, Math.max(0, Math.min(next, end) - group - 2));
    sink.operation(op);
    group = next;
    askedGroup += FILE_HEADER;
  }
}

/** As many answers as sub-requests, each as long as was asked for. */
function answersFileRead(view: DataView, pdu: number, asked: DataView, askedPdu: number): boolean {
  const end = pdu + 2 + view.getUint8(pdu + 1);
  const askedEnd = askedPdu + 2 + asked.getUint8(askedPdu + 1);
  let group = pdu + 2;
  let askedGroup = askedPdu + 2;
  while (group < end && askedGroup + FILE_HEADER <= askedEnd) {
    if (view.getUint8(group) !== 1 + 2 * asked.getUint16(askedGroup + 5)) return false;
    group += 1 + view.getUint8(group);
    askedGroup += FILE_HEADER;
  }
  return group === end && askedGroup === askedEnd;
}

/** Clause 6.21: the objects of a device identification. */
function identityItems(view: DataView, pdu: number, op: Operation, sink: Sink): void {
  const items = view.getUint8(pdu + 6);
  if (items === 0) {
    sink.operation(op);
    return;
  }
  op.items = items;
  let at = pdu + IDENTITY_HEADER;
  for (let item = 0; item < items; item++) {
    const id = view.getUint8(at);
    const bytes = view.getUint8(at + 1);
    op.item = item;
    op.clearItem();
    object(op, Spaces.identity, id, 1);
    const known = IDENTITY_NAMES[id];
    if (known !== undefined) {
      op.nameView = known;
      op.nameLength = known.byteLength;
    }
    values(op, view, at + 2, bytes, ValueType.text, 1);
    sink.operation(op);
    at += 2 + bytes;
  }
}

/** The bytes `at..end`, not understood further. */
function rest(op: Operation, view: DataView, at: number, end: number): void {
  if (end > at) values(op, view, at, end - at, ValueType.bytes, 1);
}

function object(op: Operation, space: number, address: number, extent: number): void {
  op.space = space;
  op.address = address;
  op.extent = extent;
}

/** `bytes` bytes of packed bits: as many as the object has, or all where it is not known. */
function bits(op: Operation, view: DataView, at: number, bytes: number): void {
  const count = op.space === 0 || op.extent > bytes * 8 ? bytes * 8 : op.extent;
  values(op, view, at, bytes, ValueType.bits, count);
}

/** `bytes` bytes of registers: as many as the object has, or all where it is not known. */
function registers(op: Operation, view: DataView, at: number, bytes: number): void {
  const count = op.space === 0 || op.extent > bytes >> 1 ? bytes >> 1 : op.extent;
  values(op, view, at, bytes, ValueType.u16, count);
}

function values(
  op: Operation,
  view: DataView,
  at: number,
  bytes: number,
  type: ValueType,
  count: number,
): void {
  op.valueView = view;
  op.valueAt = at;
  op.valueLength = bytes;
  op.valueType = type;
  op.valueCount = count;
}
