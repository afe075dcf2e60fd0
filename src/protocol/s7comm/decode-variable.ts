/**
 * Read and write variable: one operation for each object.
 *
 * @module
 */

import { Anomaly } from '../../operation/anomaly.ts';
import { Outcome } from '../../operation/operation.ts';
import { ValueType } from '../../operation/value.ts';
import { Size } from './areas.ts';
import { Fn } from './functions.ts';
import { DataSize, ItemCode, itemValue } from './items.ts';
import { broken, type Message } from './message.ts';
import { Rosctr } from './pdu.ts';

/** Function code and number of items, before the items. */
const ITEMS = 2;

/** The Job: the objects, and for a write the values to give them. */
export function decodeVariableJob(m: Message): void {
  const { pdu, op, variables, values } = m;
  const { view, param, paramEnd } = pdu;
  if (paramEnd - param < ITEMS) {
    broken(m, Anomaly.truncated);
    return;
  }
  const count = view.getUint8(param + 1);
  const writes = op.code === Fn.writeVar;
  const objects = variables.check(view, param + ITEMS, paramEnd, count, writes);
  m.flag(variables.anomalies);
  if (objects < 1) {
    broken(m, Anomaly.count);
    return;
  }
  variables.rewind();
  if (writes) {
    if (!values.check(view, pdu.data, pdu.dataEnd, count, false)) {
      broken(m, values.anomalies);
      return;
    }
    values.rewind();
    m.flag(values.anomalies | writtenAnomalies(m));
    variables.rewind();
    values.rewind();
  } else if (pdu.data !== pdu.dataEnd) m.flag(Anomaly.trailing);
  op.items = objects;
  for (op.item = 0; variables.next(op); op.item++) {
    if (writes) writtenValue(m, view);
    m.emit();
  }
}

/** The answer: the objects of the Job, with what became of each and, for a read, the values. */
export function decodeVariableAck(m: Message): void {
  const { pdu, op, values } = m;
  const { view, param, paramEnd, data, dataEnd } = pdu;
  const known = m.answers && m.request.code === op.code;
  // Where the Job as a whole failed, clients do not look at what follows, should there be something.
  if (pdu.rosctr === Rosctr.ack || pdu.error !== 0) {
    refused(m, known);
    return;
  }
  if (paramEnd - param !== ITEMS) {
    broken(m, paramEnd - param < ITEMS ? Anomaly.truncated : Anomaly.trailing);
    return;
  }
  const count = view.getUint8(param + 1);
  if (count === 0) {
    broken(m, Anomaly.count);
    return;
  }
  const reads = op.code === Fn.readVar;
  if (reads) {
    if (!values.check(view, data, dataEnd, count, true)) {
      broken(m, values.anomalies);
      return;
    }
    m.flag(values.anomalies);
    values.rewind();
  } else if (dataEnd - data !== count) {
    broken(m, Anomaly.length);
    return;
  }
  if (known && startRequest(m, count)) {
    if (reads) readObjects(m);
    else writtenObjects(m);
    return;
  }
  if (known) m.flag(Anomaly.mismatch);
  if (reads) {
    looseValues(m, count);
    return;
  }
  looseCodes(m, data, count);
}

/** Return codes to which no request is known. */
export function looseCodes(m: Message, at: number, count: number): void {
  const { op, pdu } = m;
  op.items = count;
  for (op.item = 0; op.item < count; op.item++) {
    became(m, pdu.view.getUint8(at + op.item));
    m.emit();
  }
}

/** The values to which no request is known. */
export function looseValues(m: Message, count: number): void {
  const { op, values } = m;
  op.items = count;
  for (op.item = 0; values.next(); op.item++) {
    op.clearItem();
    became(m, values.code);
    looseValue(m);
    m.emit();
  }
}

/** Begins with the variables of the request, where they are as many as the answer has items. */
function startRequest(m: Message, count: number): boolean {
  const { request, variables } = m;
  if (request.paramEnd - request.param < ITEMS || request.view.getUint8(request.param + 1) !== count)
    return false;
  const writes = m.op.code === Fn.writeVar;
  const objects = variables.count(request.view, request.param + ITEMS, request.paramEnd, count, writes);
  if (objects < 1) return false;
  m.op.items = objects;
  variables.rewind();
  return true;
}

/** The objects of the request, with the values of the answer. */
export function readObjects(m: Message): void {
  const { op, variables, values, pdu } = m;
  const { anomalies } = op;
  let at = 0;
  for (op.item = 0; variables.next(op); op.item++) {
    if (variables.part === 0) {
      values.next();
      at = values.at;
    }
    op.anomalies = anomalies;
    became(m, values.code);
    if (values.code === ItemCode.success) {
      if (variables.packed) at = partValue(m, at);
      else {
        typedValue(m, pdu.view);
        if (variables.bytes >= 0 && values.length !== variables.bytes) op.anomalies |= Anomaly.mismatch;
      }
    }
    m.emit();
  }
}

/** The response to a write carries the values that were written. */
function writtenObjects(m: Message): void {
  const { op, variables, values, request, pdu } = m;
  const count = request.view.getUint8(request.param + 1);
  const valued = values.check(request.view, request.data, request.dataEnd, count, false);
  values.rewind();
  let item = -1;
  for (op.item = 0; variables.next(op); op.item++) {
    if (variables.part === 0) item++;
    became(m, pdu.view.getUint8(pdu.data + item));
    if (valued) writtenValue(m, request.view);
    m.emit();
  }
}

/** An answer without items: every object of the request has its outcome. */
function refused(m: Message, known: boolean): void {
  const { op, request } = m;
  const count =
    known && request.paramEnd - request.param >= ITEMS ? request.view.getUint8(request.param + 1) : 0;
  if (count === 0 || !startRequest(m, count)) {
    m.emit();
    return;
  }
  for (op.item = 0; m.variables.next(op); op.item++) m.emit();
}

function became(m: Message, code: number): void {
  m.op.outcome = code === ItemCode.success ? Outcome.ok : Outcome.failed;
  m.op.error = code === ItemCode.success ? 0 : code;
}

/** The value of the current variable in a write; the parts of a DBREAD variable share one value's bytes. */
function writtenValue(m: Message, view: DataView): void {
  const { variables, values } = m;
  if (variables.part === 0) values.next();
  if (!variables.packed) typedValue(m, view);
  else m.carries(view, values.at, values.length, ValueType.bytes, 1);
}

/** The current value as the variable's transport size says, where its length is that of the variable. */
function typedValue(m: Message, view: DataView): void {
  const { variables, values } = m;
  itemValue(m.op, view, values.at, values.length, variables.size, variables.bytes);
}

/** The parts of a DBREAD answer: each a return code and, where it is success, the bytes asked for. */
function partValue(m: Message, at: number): number {
  const { pdu, variables, values } = m;
  const end = values.at + values.length;
  if (at >= end) return at;
  const code = pdu.view.getUint8(at);
  became(m, code);
  if (code !== ItemCode.success) return at + 1;
  const length = Math.min(Math.max(variables.bytes, 0), end - at - 1);
  m.carries(pdu.view, at + 1, length, ValueType.u8, length);
  return at + 1 + length;
}

/** A value without its request: as its own transport size says. */
function looseValue(m: Message): void {
  const { values, pdu } = m;
  if (values.code !== ItemCode.success || values.length === 0) return;
  const { at, length } = values;
  if (values.size === DataSize.bit) m.carries(pdu.view, at, length, ValueType.bool, length);
  else if (values.size === DataSize.int && (length & 1) === 0) {
    m.carries(pdu.view, at, length, ValueType.i16, length / 2);
  } else if (values.size === DataSize.real && (length & 3) === 0) {
    m.carries(pdu.view, at, length, ValueType.f32, length / 4);
  } else m.carries(pdu.view, at, length, ValueType.u8, length);
}

/**
 * What is wrong with the values that a request gives to its variables; both are at their beginning. Receivers differ
 * in how they read the lengths of some transport sizes, and what one takes for the rest of a value another takes for
 * the next one: so only those go on that all read alike.
 */
function writtenAnomalies(m: Message): number {
  const { variables, values, pdu } = m;
  let anomalies = 0;
  while (variables.skip()) {
    if (variables.part > 0) continue;
    values.next();
    if (!isPlain(variables.size, values.size)) anomalies |= Anomaly.value;
    if (values.size === DataSize.bit && (values.field !== 1 || pdu.view.getUint8(values.at) > 1)) {
      anomalies |= Anomaly.value;
    }
    if (variables.bytes >= 0 && values.length !== variables.bytes) anomalies |= Anomaly.length;
  }
  return anomalies;
}

/**
 * Whether a value of the transport size `given` can be written to a variable of the transport size `asked`, and all
 * receivers read the same length: in bits for BYTE and INT, in bytes for REAL and OCTET STRING. (DINT is in bits for
 * some and in bytes for others.) A bit is a bit on both sides; INT is what clients call INT and DINT alike.
 */
function isPlain(asked: number, given: number): boolean {
  switch (given) {
    case DataSize.bit:
      return asked === Size.bit || asked === 0;
    case DataSize.byte:
    case DataSize.real:
    case DataSize.octets:
      return asked !== Size.bit;
    case DataSize.int:
      return asked === Size.int || asked === Size.dint;
    default:
      return false;
  }
}
