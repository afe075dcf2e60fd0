/**
 * Userdata: what programmers and operator stations ask beside reading and writing.
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

import { Anomaly } from '../../operation/anomaly.ts';
import { Phase } from '../../operation/operation.ts';
import { Side } from '../../operation/side.ts';
import { VALUE_BITS, ValueType } from '../../operation/value.ts';
import { Verb } from '../../operation/verb.ts';
import { blockSpace, Space } from './areas.ts';
import { BLOCK_NAME, block } from './decode-block.ts';
import { looseValues, readObjects } from './decode-variable.ts';
import { FUNCTIONS, Group, isListed, userdataRow } from './functions.ts';
import { broken, type Message } from './message.ts';
import type { Pdu } from './pdu.ts';
import { isIdentification } from './szl.ts';

/** Types of Userdata. The NC types are those of the numerical controls. */
export const Type = { push: 0, ncPush: 3, request: 4, ncRequest: 7, response: 8, ncResponse: 11 } as const;

/** Parameters without and with data unit reference, last data unit and error code. */
export const SHORT = 8;
export const LONG = 12;
const HEAD = 0x000112;
/** A mode transition has a head and a length of its own. */
const MODE_HEAD = 0x010010;
const DATA_HEADER = 4;
const SEQUENCE = 7;
const LAST = 9;
const READ_SZL = 1;

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

function typeOf(pdu: Pdu): number {
  return pdu.paramEnd - pdu.param < SHORT ? -1 : pdu.view.getUint8(pdu.param + 5) >> 4;
}

export function decodeUserdata(m: Message): void {
  const { pdu, op } = m;
  const { view, param, paramEnd, data, dataEnd } = pdu;
  op.phase = Phase.notice;
  const length = paramEnd - param;
  if (length < SHORT) {
    broken(m, Anomaly.truncated);
    return;
  }
  const group = view.getUint8(param + 5) & 0x0f;
  const sub = view.getUint8(param + 6);
  const row = userdataRow(group, sub);
  m.is(row, group);
  op.subcode = sub;
  if (isRequest(pdu)) op.phase = Phase.request;
  else if (isResponse(pdu)) m.answered(length === LONG ? view.getUint16(param + 10) : 0);
  // Requests come from the station, all else from the controller; blocks of data (BSEND) from either.
  if (group !== Group.pbc && (op.phase === Phase.request) === (op.side === Side.server))
    m.flag(Anomaly.state);
  if (view.getUint32(param) >>> 8 === MODE_HEAD) {
    if (length !== SHORT || group !== Group.modeTransition || data !== dataEnd) m.flag(Anomaly.length);
    m.emit();
    return;
  }
  if (view.getUint32(param) >>> 8 !== HEAD) {
    broken(m, Anomaly.header);
    return;
  }
  if (view.getUint8(param + 3) !== length - 4 || (length !== SHORT && length !== LONG)) {
    broken(m, Anomaly.length);
    return;
  }
  if (!isListed(row)) m.flag(Anomaly.function);
  const type = typeOf(pdu);
  if (type !== Type.push && type !== Type.ncPush && op.phase === Phase.notice) {
    broken(m, Anomaly.value);
    return;
  }
  if (data !== dataEnd && !m.values.check(view, data, dataEnd, 1, op.phase !== Phase.request)) {
    broken(m, m.values.anomalies);
    return;
  }
  if (data !== dataEnd) m.flag(m.values.anomalies);
  if (isResponse(pdu)) decodeResponse(m, group, sub);
  else if (op.phase === Phase.request) decodeRequest(m, pdu, group, sub);
  else decodePush(m, group);
}

/** The objects that a request names. */
function decodeRequest(m: Message, pdu: Pdu, group: number, sub: number): void {
  if (group === Group.cyclic && startCyclic(m, pdu, sub)) {
    cyclicObjects(m, pdu);
    return;
  }
  const table = group === Group.programmer ? tableAt(pdu, sub) : -1;
  if (table >= 0) {
    tableObjects(m, pdu, table, sub);
    return;
  }
  nameObject(m, pdu, group, sub);
  if (m.op.phase === Phase.request) content(m, group);
  m.emit();
}

/** The response: the objects of the request, and the data. */
function decodeResponse(m: Message, group: number, sub: number): void {
  const { pdu, request, op } = m;
  const known = m.answers && sameFunction(pdu, request);
  if (m.answers && !known) m.flag(Anomaly.mismatch);
  if (known && group === Group.cyclic && op.error === 0 && startCyclic(m, request, sub)) {
    if (startCyclicValues(m)) {
      readObjects(m);
      return;
    }
    startCyclic(m, request, sub);
    cyclicObjects(m, request);
    return;
  }
  const table = known && group === Group.programmer ? tableAt(request, sub) : -1;
  if (table >= 0) {
    tableObjects(m, request, table, sub);
    return;
  }
  if (known) nameObject(m, request, group, sub);
  content(m, group);
  m.emit();
}

/** What the controller sends unasked: cyclic values, messages, changes of mode. */
function decodePush(m: Message, group: number): void {
  const { op } = m;
  op.verb = group === Group.pbc ? Verb.write : Verb.report;
  if (group === Group.cyclic) {
    const count = startCyclicCount(m);
    if (count > 0) {
      looseValues(m, count);
      return;
    }
  }
  content(m, group);
  m.emit();
}

function sameFunction(a: Pdu, b: Pdu): boolean {
  if (b.paramEnd - b.param < SHORT) return false;
  return (
    (a.view.getUint8(a.param + 5) & 0x0f) === (b.view.getUint8(b.param + 5) & 0x0f) &&
    a.view.getUint8(a.param + 6) === b.view.getUint8(b.param + 6)
  );
}

/** The data as they lie, but for credentials, which nobody downstream needs. */
function content(m: Message, group: number): void {
  const { data, dataEnd, view } = m.pdu;
  const length = dataEnd - data - DATA_HEADER;
  if (length <= 0 || group === Group.security) return;
  m.carries(view, data + DATA_HEADER, length, ValueType.bytes, 1);
}

/** Remembers what the next request of a transfer in parts asks for, from an answer that is not the last. */
export function followParts(m: Message): void {
  const { pdu, request, op, parts } = m;
  if (pdu.paramEnd - pdu.param !== LONG || !sameFunction(pdu, request)) return;
  if (pdu.view.getUint8(pdu.param + LAST) === 0) {
    parts.end(partsId(pdu));
    return;
  }
  op.clearItem();
  nameObject(
    m,
    request,
    request.view.getUint8(request.param + 5) & 0x0f,
    request.view.getUint8(request.param + 6),
  );
  parts.begin(partsId(pdu), op);
}

/** Function group, subfunction and sequence number, which all parts of an answer share. */
function partsId({ view, param }: Pdu): number {
  return ((view.getUint8(param + 5) & 0x0f) << 16) | view.getUint16(param + 6);
}

/** One object, where the function has one. */
function nameObject(m: Message, pdu: Pdu, group: number, sub: number): void {
  const { op } = m;
  const { view } = pdu;
  const at = pdu.data + DATA_HEADER;
  const length = pdu.dataEnd - at;
  if (pdu.paramEnd - pdu.param === LONG && view.getUint8(pdu.param + SEQUENCE) !== 0) {
    m.parts.recall(partsId(pdu), op);
    if (op.space === Space.SZL && isIdentification(op.address >>> 16)) op.verb = Verb.identify;
  } else if (group === Group.cpu && sub === READ_SZL && length === 4) {
    op.space = Space.SZL;
    op.address = view.getUint32(at);
    op.extent = 1;
    if (isIdentification(op.address >>> 16)) op.verb = Verb.identify;
  } else if (group === Group.blocks && sub === 2 && length === 2) {
    op.space = blockSpace(view.getUint8(at), view.getUint8(at + 1));
  } else if (group === Group.blocks && sub === 3 && length === BLOCK_NAME) {
    m.named(view, at, length);
    if (!block(m, view, at)) m.flag(Anomaly.value);
  } else if (group === Group.pbc && length >= 8 && view.getUint8(at + 2) === 0x13) {
    op.space = Space.R_ID;
    op.address = view.getUint32(at + 4);
    op.extent = 1;
  } else if (group === Group.programmer) op.verb = jobVerb(pdu, at, length, sub, op.verb);
}

/** Cyclic transfer: number of variables, time base, factor, variables. False where the data are none. */
function startCyclic(m: Message, pdu: Pdu, sub: number): boolean {
  const at = pdu.data + DATA_HEADER;
  if ((sub !== 1 && sub !== 5 && sub !== 7) || pdu.dataEnd - at < 4) return false;
  const count = pdu.view.getUint16(at);
  const objects = m.variables.check(pdu.view, at + 4, pdu.dataEnd, count);
  if (pdu === m.pdu) m.flag(m.variables.anomalies);
  if (objects < 1) return false;
  m.variables.start(pdu.view, at + 4, pdu.dataEnd, count);
  m.op.items = objects;
  return true;
}

function cyclicObjects(m: Message, pdu: Pdu): void {
  const { op, variables } = m;
  for (op.item = 0; variables.next(); op.item++) {
    op.clearItem();
    op.space = variables.space;
    op.area = variables.area;
    op.address = variables.address;
    op.extent = variables.extent;
    if (variables.nameLength > 0) m.named(pdu.view, variables.nameAt, variables.nameLength);
    m.emit();
  }
}

/** The values of a cyclic answer, where they are as many as the request's variables. */
function startCyclicValues(m: Message): boolean {
  const { request } = m;
  const count = startCyclicCount(m);
  return count > 0 && count === request.view.getUint16(request.data + DATA_HEADER);
}

/** Begins with the values of a cyclic answer or push; returns how many they are, or 0. */
function startCyclicCount(m: Message): number {
  const { view, data, dataEnd } = m.pdu;
  const at = data + DATA_HEADER;
  if (dataEnd - at < 2) return 0;
  const count = view.getUint16(at);
  if (count === 0 || !m.values.check(view, at + 2, dataEnd, count, true)) return 0;
  m.values.start(view, at + 2, dataEnd, count);
  return count;
}

/** Variable table: lengths of parameters and data (2 each), parameters, number of items, items of six bytes. */
const TABLE_ITEM = 6;
const VARIABLE_STATUS = 2;
const MODIFY_VARIABLE = 8;
const FORCE = 9;

/** Where the number of items of a variable table is, whose items all lie within the data; -1 where there is none. */
function tableAt(pdu: Pdu, sub: number): number {
  if (sub !== VARIABLE_STATUS && sub !== MODIFY_VARIABLE && sub !== FORCE) return -1;
  const at = pdu.data + DATA_HEADER;
  if (pdu.dataEnd - at < 4) return -1;
  const count = at + 4 + pdu.view.getUint16(at);
  if (count + 2 > pdu.dataEnd) return -1;
  const items = pdu.view.getUint16(count);
  return items > 0 && count + 2 + items * TABLE_ITEM <= pdu.dataEnd ? count : -1;
}

/** One operation for each item of a variable table, with the value to give it where the table modifies. */
function tableObjects(m: Message, pdu: Pdu, at: number, sub: number): void {
  const { op, values } = m;
  const { view, dataEnd } = pdu;
  const count = view.getUint16(at);
  const end = at + 2 + count * TABLE_ITEM;
  const modifies = sub !== VARIABLE_STATUS && values.check(view, end, dataEnd, count, true);
  values.start(view, end, dataEnd, modifies ? count : 0);
  op.items = count;
  for (op.item = 0; op.item < count; op.item++) {
    const item = at + 2 + op.item * TABLE_ITEM;
    op.clearItem();
    const type = tableObject(m, view, item);
    if (values.next()) tableValue(m, view, type);
    m.emit();
  }
}

/** The value of an item: as many elements of the item's width as its bytes hold. */
function tableValue(m: Message, view: DataView, type: ValueType): void {
  const { at, length } = m.values;
  const bytes = VALUE_BITS[type]! / 8;
  if (length % bytes === 0) m.carries(view, at, length, type, length / bytes);
  else m.carries(view, at, length, ValueType.bytes, 1);
}

/**
 * Area (high four bits) and width (low four: bit, byte, word, double word), how many, DB number, first byte or
 * number. Returns the type that the width stands for.
 */
function tableObject(m: Message, view: DataView, at: number): ValueType {
  const { op } = m;
  const width = view.getUint8(at) & 0x0f;
  const factor = view.getUint8(at + 1);
  const address = view.getUint16(at + 4);
  op.space = tableSpace(view.getUint8(at) >> 4);
  if (op.space === Space.T || op.space === Space.C) {
    op.address = address;
    op.extent = factor;
    return ValueType.u16;
  }
  if (op.space === Space.none || width > 3) m.flag(Anomaly.value);
  if (op.space === Space.DB) op.area = view.getUint16(at + 2);
  op.address = address * 8;
  // Bits are chosen by a mask: the whole byte is meant.
  op.extent = width === 0 ? 8 : (8 << (width - 1)) * factor;
  return width === 3 ? ValueType.u32 : width === 2 ? ValueType.u16 : ValueType.u8;
}

function tableSpace(area: number): Space {
  switch (area) {
    case 0:
      return Space.M;
    case 1:
      return Space.I;
    case 2:
      return Space.Q;
    case 3:
      return Space.P;
    case 5:
      return Space.T;
    case 6:
      return Space.C;
    case 7:
      return Space.DB;
    default:
      return Space.none;
  }
}

/** Enabling, disabling, deleting or replacing a job does what the job does: the verb of the job's function. */
function jobVerb(pdu: Pdu, at: number, length: number, sub: number, verb: Verb): Verb {
  if (sub < 13 || sub === 16 || sub > 18 || length < 4) return verb;
  const job = at + 4 + pdu.view.getUint16(at) + (sub === 15 ? 2 : 0);
  if (job >= pdu.dataEnd) return verb;
  const row = userdataRow(Group.programmer, pdu.view.getUint8(job));
  return isListed(row) ? FUNCTIONS[row]!.verb : verb;
}
