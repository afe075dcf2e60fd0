/**
 * Refusals: what a controller would say to a message that it does not accept.
 *
 * - Read and write variable: a normal answer whose items each say 0x03, accessing the object not allowed, as a
 *   CPU does that protects a variable. Stations show bad values and go on.
 * - Every other Job: Ack_Data with an error class and code, and the function it answers.
 * - Userdata: a Userdata response with the error code in its parameters.
 * - A part of a download's block (the station's Ack_Data) is replaced by one with an error, so that the
 *   controller gives up the transfer; and so is any other answer, towards who asked. The station is told as a
 *   controller does that gives up: by a Job "download ended" with an error.
 * - A connection request: a disconnect request.
 * - What is told unasked, and what ends a connection, has no answer.
 *
 * @module
 */

import { Anomaly } from '../../operation/anomaly.ts';
import { opposite, Side } from '../../operation/side.ts';
import { connectionAnomalies, destinationReference, sourceReference } from '../osi/connection.ts';
import { Tpdu, tpduCode } from '../osi/cotp.ts';
import { putData, putDisconnect } from '../osi/encode.ts';
import { type Answer, Why } from '../protocol.ts';
import { putHeader } from './encode.ts';
import { Fn, Group } from './functions.ts';
import { DataSize, ItemCode } from './items.ts';
import { ACK_HEADER, HEADER, isAck, type Pdu, Rosctr } from './pdu.ts';
import { groupOf, isRequest, isResponse, LONG, SEQUENCE, subOf, Type, typeOf } from './userdata.ts';

/** Error class and code of a Job's answer, by reason. */
function jobError(why: Why, backwards: boolean): number {
  switch (why) {
    case Why.denied:
    case Why.value:
      // To the station: not in this protection level. To a controller that fetches a block: cannot be done.
      return backwards ? 0x8404 : 0xd241;
    case Why.malformed:
      return 0x8500;
    case Why.unsupported:
      return 0x8104;
    case Why.busy:
      return 0x8302;
    case Why.unreachable:
      return 0x8404;
  }
}

/** Return code of an item, by reason. */
function itemCode(why: Why): ItemCode {
  switch (why) {
    case Why.denied:
    case Why.value:
      return ItemCode.notAllowed;
    case Why.unsupported:
      return ItemCode.typeNotSupported;
    default:
      return ItemCode.hardware;
  }
}

/** Error code of a Userdata response, by reason. */
function userdataError(why: Why, group: number): number {
  if (why === Why.denied || why === Why.value) return group === Group.programmer ? 0xd0a1 : 0xd241;
  if (why === Why.unsupported || why === Why.malformed) return 0xd405;
  return 0xd406;
}

/** Reason of a disconnect request that class 0 allows, X.224 13.5.3 d. */
function disconnectReason(why: Why): number {
  switch (why) {
    case Why.busy:
      return 1;
    case Why.unreachable:
      return 3;
    default:
      return 0;
  }
}

/** Refuses a TPDU of the connection. */
export function refuseConnection(
  side: Side,
  view: DataView,
  at: number,
  end: number,
  why: Why,
  answer: Answer,
): boolean {
  const code = tpduCode(view, at);
  if (code !== Tpdu.CR && code !== Tpdu.CC) return false;
  if (connectionAnomalies(view, at, end) & Anomaly.truncated) return false;
  const asks = code === Tpdu.CR;
  const reference = asks ? sourceReference(view, at) : destinationReference(view, at);
  answer.length = putDisconnect(answer.view, 0, reference, disconnectReason(why));
  answer.to = asks ? side : opposite(side);
  return true;
}

/** Refuses a PDU. */
export function refusePdu(side: Side, pdu: Pdu, why: Why, answer: Answer): boolean {
  if (pdu.anomalies & Anomaly.header) return false;
  if (pdu.rosctr === Rosctr.userdata) return refuseUserdata(side, pdu, why, answer);
  const answers = isAck(pdu.rosctr);
  if (!answers && pdu.rosctr !== Rosctr.job) return false;
  answer.to = answers ? opposite(side) : side;
  // What is malformed is not answered item by item: their number is not to be trusted.
  const items = why === Why.malformed ? 0 : itemCount(pdu);
  if (items > 0) refuseItems(pdu, items, why, answer);
  else refuseJob(pdu, jobError(why, answer.to === Side.server), answer);
  return true;
}

/** Function status of a block's Jobs: an error occurred. */
const FAILED = 2;
/** Job parameters of a block: function, status, error code, four bytes, the file's name. */
const JOB_ERROR = 2;

/**
 * Ends, as the controller would with an error, the download in which it sent the Job `asked`: under the reference of that
 * Job, which has its answer.
 */
export function giveUpDownload(asked: Pdu, notice: Answer): boolean {
  const { view: from, param, paramEnd, code, reference } = asked;
  const length = paramEnd - param;
  if (code !== Fn.downloadBlock || length < JOB_ERROR + 2) return false;
  const { view } = notice;
  const at = begin(notice, Rosctr.job, reference, length, 0, 0);
  for (let i = 0; i < length; i++) view.setUint8(at + i, from.getUint8(param + i));
  view.setUint8(at, Fn.downloadEnded);
  view.setUint8(at + 1, FAILED);
  view.setUint16(at + JOB_ERROR, jobError(Why.denied, false));
  notice.length = at + length;
  return true;
}

/** Items of a read or write that can be answered one by one; 0 where they cannot. */
function itemCount(pdu: Pdu): number {
  if (pdu.code !== Fn.readVar && pdu.code !== Fn.writeVar) return 0;
  return pdu.paramEnd - pdu.param < 2 ? 0 : pdu.view.getUint8(pdu.param + 1);
}

function refuseItems(pdu: Pdu, count: number, why: Why, answer: Answer): void {
  const { view } = answer;
  const size = pdu.code === Fn.readVar ? 4 : 1;
  let at = begin(answer, Rosctr.ackData, pdu.reference, 2, count * size, 0);
  view.setUint8(at, pdu.code);
  view.setUint8(at + 1, count);
  at += 2;
  for (let i = 0; i < count; i++) {
    view.setUint8(at, itemCode(why));
    if (size === 4) {
      view.setUint8(at + 1, DataSize.none);
      view.setUint16(at + 2, 0);
    }
    at += size;
  }
  answer.length = at;
}

function refuseJob(pdu: Pdu, error: number, answer: Answer): void {
  const code = pdu.code;
  const at = begin(answer, Rosctr.ackData, pdu.reference, code < 0 ? 0 : 1, 0, error);
  if (code >= 0) answer.view.setUint8(at, code);
  answer.length = code < 0 ? at : at + 1;
}

function refuseUserdata(side: Side, pdu: Pdu, why: Why, answer: Answer): boolean {
  const request = isRequest(pdu);
  if (!request && !isResponse(pdu)) return false;
  const { view } = answer;
  const group = groupOf(pdu);
  // Request 4 becomes response 8, the NC request 7 the NC response 11.
  const type = request ? typeOf(pdu) + Type.response - Type.request : typeOf(pdu);
  const at = begin(answer, Rosctr.userdata, pdu.reference, LONG, 4, 0);
  view.setUint32(at, 0x00011208);
  view.setUint8(at + 4, 0x12);
  view.setUint8(at + 5, (type << 4) | group);
  view.setUint8(at + 6, subOf(pdu));
  view.setUint8(at + 7, pdu.view.getUint8(pdu.param + SEQUENCE));
  view.setUint16(at + 8, 0);
  view.setUint16(at + 10, userdataError(why, group));
  view.setUint32(at + 12, 0x0a000000);
  answer.length = at + 16;
  answer.to = request ? side : opposite(side);
  return true;
}

/** Writes all headers; returns where the parameters begin. */
function begin(
  answer: Answer,
  rosctr: Rosctr,
  reference: number,
  param: number,
  data: number,
  error: number,
): number {
  const header = rosctr === Rosctr.ackData ? ACK_HEADER : HEADER;
  const at = putData(answer.view, 0, header + param + data);
  return putHeader(answer.view, at, rosctr, reference, param, data, error);
}
