/**
 * Userdata: what programmers and operator stations ask beside reading and writing.
 *
 * @module
 */

import { Anomaly } from '../../operation/anomaly.ts';
import { Phase } from '../../operation/operation.ts';
import { Side } from '../../operation/side.ts';
import { ValueType } from '../../operation/value.ts';
import { Verb } from '../../operation/verb.ts';
import { blockSpace, Space } from './areas.ts';
import { BLOCK_NAME, block } from './decode-block.ts';
import { decodeCyclicPush, decodeCyclicRequest, decodeCyclicResponse } from './decode-cyclic.ts';
import { commandAnomalies, decodeTable, decodeTablePush, jobVerb } from './decode-programmer.ts';
import { Group, isListed, userdataRow } from './functions.ts';
import { broken, type Message } from './message.ts';
import type { Pdu } from './pdu.ts';
import { isIdentification } from './szl.ts';
import {
  DATA_HEADER,
  groupOf,
  isRequest,
  isResponse,
  LAST,
  LONG,
  partsId,
  SEQUENCE,
  SHORT,
  sameFunction,
  subOf,
  Type,
  typeOf,
} from './userdata.ts';

const HEAD = 0x000112;
/** A mode transition has a head and a length of its own. */
const MODE_HEAD = 0x010010;
/** Method of parameters without, and with, data unit reference and error code. */
const SHORT_METHOD = 0x11;
const LONG_METHOD = 0x12;
const READ_SZL = 1;
const LIST_TYPE = 2;
const BLOCK_INFO = 3;
/** Syntax of the job identifier of BSEND. */
const R_ID_SYNTAX = 0x13;

export function decodeUserdata(m: Message): void {
  const { pdu, op } = m;
  const { view, param, paramEnd, data, dataEnd } = pdu;
  op.phase = Phase.notice;
  const length = paramEnd - param;
  if (length < SHORT) {
    broken(m, Anomaly.truncated);
    return;
  }
  const group = groupOf(pdu);
  const sub = subOf(pdu);
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
  // Of which kind the parameters are is said twice.
  if (view.getUint8(param + 4) !== (length === LONG ? LONG_METHOD : SHORT_METHOD)) m.flag(Anomaly.value);
  if (!isListed(row)) m.flag(Anomaly.function);
  const type = typeOf(pdu);
  // Numerical controls have types of their own, for what is theirs: with any other group nobody else knows them.
  if ((type & Type.ncPush) === Type.ncPush && group !== Group.nc) m.flag(Anomaly.value);
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
  else if (op.phase === Phase.request) decodeRequest(m, group, sub);
  else decodePush(m, group, sub);
}

/** A request, with the objects that it names. */
function decodeRequest(m: Message, group: number, sub: number): void {
  const { pdu } = m;
  if (group === Group.cyclic && decodeCyclicRequest(m, sub)) return;
  if (group === Group.programmer) {
    m.flag(commandAnomalies(pdu, sub));
    if (decodeTable(m, pdu, sub)) return;
  }
  nameObject(m, pdu);
  content(m, group);
  m.emit();
}

/** The response: the objects of the request, and the data. */
function decodeResponse(m: Message, group: number, sub: number): void {
  const { pdu, request } = m;
  const known = m.answers && sameFunction(pdu, request);
  if (m.answers && !known) m.flag(Anomaly.mismatch);
  if (known) {
    if (group === Group.cyclic && decodeCyclicResponse(m, sub)) return;
    if (group === Group.programmer && decodeTable(m, request, sub)) return;
    nameObject(m, request);
  }
  content(m, group);
  m.emit();
}

/** What the controller sends unasked: cyclic values, messages, changes of mode. */
function decodePush(m: Message, group: number, sub: number): void {
  m.op.verb = group === Group.pbc ? Verb.write : Verb.report;
  if (group === Group.cyclic && decodeCyclicPush(m, sub)) return;
  if (group === Group.programmer && decodeTablePush(m, sub)) return;
  content(m, group);
  m.emit();
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
  nameObject(m, request);
  parts.begin(partsId(pdu), op);
}

/** One object, where the function has one. */
function nameObject(m: Message, pdu: Pdu): void {
  const { op } = m;
  const { view } = pdu;
  const group = groupOf(pdu);
  const sub = subOf(pdu);
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
  } else if (group === Group.blocks && sub === LIST_TYPE && length === 2) {
    op.space = blockSpace(view.getUint8(at), view.getUint8(at + 1));
  } else if (group === Group.blocks && sub === BLOCK_INFO && length === BLOCK_NAME) {
    m.named(view, at, length);
    if (!block(m, view, at)) m.flag(Anomaly.value);
  } else if (group === Group.pbc && length >= 8 && view.getUint8(at + 2) === R_ID_SYNTAX) {
    op.space = Space.R_ID;
    op.address = view.getUint32(at + 4);
    op.extent = 1;
  } else if (group === Group.programmer) op.verb = jobVerb(pdu, sub, op.verb);
}
