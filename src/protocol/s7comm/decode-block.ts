/**
 * Blocks of the program: downloads, uploads and program invocation services (PI), which start the controller
 * and make blocks take effect.
 *
 * A download runs backwards: the station only asks for it; then the controller sends the Jobs, and the bytes of
 * the block travel in the station's answers.
 *
 * @module
 */

import { Anomaly } from '../../operation/anomaly.ts';
import { Outcome } from '../../operation/operation.ts';
import { Side } from '../../operation/side.ts';
import { ValueType } from '../../operation/value.ts';
import { Verb } from '../../operation/verb.ts';
import { blockSpace, Space, WHOLE } from './areas.ts';
import { Fn, isBlockService, piRow } from './functions.ts';
import { broken, type Message } from './message.ts';
import { type Pdu, Rosctr } from './pdu.ts';

/** Length of a block's name: type (2), number (5), destination filesystem (1). */
export const BLOCK_NAME = 8;
/** Job parameters: function, status, error (2), upload id (4), then the length of the file's name. */
const JOB_ERROR = 2;
const UPLOAD_ID = 4;
const FILE_LENGTH = 8;
const FILE = 9;
/** PI service: function, 7 bytes, length of the argument (2), argument, length of the name, name. */
const ARGUMENT_LENGTH = 8;
const ARGUMENT = 10;
/** PLC stop: function, 5 bytes, length of the name, name. */
const STOP_LENGTH = 6;
/** Ack_Data of a block's part: length (2), 0x00fb, then the bytes. */
const PART = 4;
const PART_MARK = 0x00fb;

/** Request download, download block, download ended, start upload: Jobs that name a file. */
export function decodeFileJob(m: Message): void {
  const { pdu, op } = m;
  const { view, param, paramEnd } = pdu;
  if (paramEnd - param < FILE) {
    broken(m, Anomaly.truncated);
    return;
  }
  const length = view.getUint8(param + FILE_LENGTH);
  const end = param + FILE + length;
  if (end > paramEnd) {
    broken(m, Anomaly.length);
    return;
  }
  if (op.code === Fn.requestDownload) {
    // The second part tells the lengths of load memory and code, as text.
    if (end === paramEnd || end + 1 + view.getUint8(end) !== paramEnd) {
      broken(m, Anomaly.length);
      return;
    }
    m.carries(view, end + 1, paramEnd - end - 1, ValueType.text, 1);
  } else if (end !== paramEnd) m.flag(Anomaly.trailing);
  if (pdu.data !== pdu.dataEnd) m.flag(Anomaly.trailing);
  const error = op.code === Fn.downloadEnded ? view.getUint16(param + JOB_ERROR) : 0;
  if (error !== 0) {
    // The controller says that the block could not be loaded.
    op.outcome = Outcome.failed;
    op.error = error;
  }
  file(m, pdu);
  m.emit();
}

/** Upload, end upload: Jobs that name an upload by its id. */
export function decodeUploadJob(m: Message): void {
  const { pdu } = m;
  if (pdu.paramEnd - pdu.param !== FILE_LENGTH) {
    broken(m, Anomaly.length);
    return;
  }
  if (pdu.data !== pdu.dataEnd) m.flag(Anomaly.trailing);
  uploading(m, pdu.view, pdu.param);
  m.emit();
}

/** The answers to all of them. */
export function decodeBlockAck(m: Message): void {
  const { pdu, op, request } = m;
  const { view, data, dataEnd } = pdu;
  if (m.answers && request.code === op.code) {
    if (op.code === Fn.upload || op.code === Fn.endUpload) {
      if (request.paramEnd - request.param >= FILE_LENGTH) uploading(m, request.view, request.param);
    } else file(m, request);
  }
  const carries = op.code === Fn.downloadBlock || op.code === Fn.upload;
  if (carries && pdu.rosctr === Rosctr.ackData && pdu.error === 0) {
    if (dataEnd - data < PART) {
      broken(m, Anomaly.truncated);
      return;
    }
    const length = view.getUint16(data);
    if (length !== dataEnd - data - PART) {
      broken(m, Anomaly.length);
      return;
    }
    if (view.getUint16(data + 2) !== PART_MARK) m.flag(Anomaly.header);
    m.carries(view, data + PART, length, ValueType.bytes, length === 0 ? 0 : 1);
  } else if (data !== dataEnd) m.flag(Anomaly.trailing);
  // What a station answers says no more than which function, and of a part whether more follow.
  const answers = op.code === Fn.downloadBlock ? 2 : 1;
  if (m.side === Side.client && pdu.paramEnd - pdu.param > answers) m.flag(Anomaly.trailing);
  m.emit();
}

/** PI service: one operation for each block that it names, or one. */
export function decodePiJob(m: Message): void {
  const { pdu } = m;
  const { view, param, paramEnd } = pdu;
  const name = piName(view, param, paramEnd);
  if (name < 0) {
    broken(m, Anomaly.length);
    return;
  }
  if (pdu.data !== pdu.dataEnd) m.flag(Anomaly.trailing);
  invocations(m, view, param, name);
}

/** The answer to a PI service: the objects of the request. */
export function decodePiAck(m: Message): void {
  const { request, op } = m;
  const name =
    m.answers && request.code === op.code ? piName(request.view, request.param, request.paramEnd) : -1;
  if (name < 0) {
    m.emit();
    return;
  }
  invocations(m, request.view, request.param, name);
}

/** PLC stop. */
export function decodeStopJob(m: Message): void {
  const { pdu } = m;
  const { view, param, paramEnd } = pdu;
  const at = param + STOP_LENGTH + 1;
  if (at > paramEnd) {
    broken(m, Anomaly.truncated);
    return;
  }
  if (at + view.getUint8(at - 1) !== paramEnd) {
    broken(m, Anomaly.length);
    return;
  }
  if (pdu.data !== pdu.dataEnd) m.flag(Anomaly.trailing);
  m.named(view, at, paramEnd - at);
  m.emit();
}

/** The block that a name of {@link BLOCK_NAME} bytes stands for; false where it does not read as one. */
export function block(m: Message, view: DataView, at: number): boolean {
  const { op } = m;
  const number = blockNumber(view, at);
  const space = blockSpace(view.getUint8(at), view.getUint8(at + 1));
  if (number < 0 || space === Space.none) return false;
  op.space = space;
  op.area = number;
  op.address = 0;
  op.extent = WHOLE;
  return true;
}

/** The file that a Job's parameters name: a block where the name is a block's, behind one byte of kind. */
function file(m: Message, { view, param, paramEnd }: Pdu): void {
  const length = paramEnd - param < FILE ? 0 : view.getUint8(param + FILE_LENGTH);
  if (param + FILE + length > paramEnd) return;
  m.named(view, param + FILE, length);
  if (length === 1 + BLOCK_NAME && !block(m, view, param + FILE + 1)) m.flag(Anomaly.value);
}

/** The block that an upload id stands for. */
function uploading(m: Message, view: DataView, param: number): void {
  m.uploads.recall(view.getUint32(param + UPLOAD_ID), m.op);
}

/** Where the name of the PI service begins (its length is before it); -1 where the lengths do not agree. */
function piName(view: DataView, param: number, paramEnd: number): number {
  if (paramEnd - param < ARGUMENT + 1) return -1;
  const at = param + ARGUMENT + view.getUint16(param + ARGUMENT_LENGTH) + 1;
  if (at > paramEnd) return -1;
  return at + view.getUint8(at - 1) === paramEnd ? at : -1;
}

function invocations(m: Message, view: DataView, param: number, name: number): void {
  const { op } = m;
  const nameLength = view.getUint8(name - 1);
  const length = name - 1 - param - ARGUMENT;
  const row = piRow(view, name, nameLength);
  m.is(row, Fn.piService);
  if (op.verb === Verb.unknown) m.flag(Anomaly.function);
  // With an argument ('C ') the start is a cold restart, which loses what was retained.
  if (op.verb === Verb.start && length > 0) op.verb = Verb.restart;
  m.named(view, name, nameLength);
  if (!isBlockService(row)) {
    if (length > 0) m.carries(view, param + ARGUMENT, length, ValueType.text, 1);
    m.emit();
    return;
  }
  const count = view.getUint8(param + ARGUMENT);
  if (count === 0 || length !== 2 + count * BLOCK_NAME) {
    broken(m, Anomaly.count);
    return;
  }
  op.items = count;
  for (op.item = 0; op.item < count; op.item++) {
    op.clearItem();
    m.named(view, name, nameLength);
    if (!block(m, view, param + ARGUMENT + 2 + op.item * BLOCK_NAME)) m.flag(Anomaly.value);
    m.emit();
  }
}

/** Remembers what the upload ids stand for, from an answer that says that the request was done. */
export function followUpload(m: Message): void {
  const { pdu, request, op, uploads } = m;
  if (pdu.code !== request.code) return;
  const { view, param, paramEnd } = request;
  if (request.code === Fn.endUpload && paramEnd - param === FILE_LENGTH) {
    uploads.end(view.getUint32(param + UPLOAD_ID));
  }
  if (request.code === Fn.startUpload && pdu.paramEnd - pdu.param >= FILE_LENGTH) {
    op.clearItem();
    file(m, request);
    uploads.begin(pdu.view.getUint32(pdu.param + UPLOAD_ID), op);
  }
}

/** The five digits of a block's name as a number, or -1. */
function blockNumber(view: DataView, name: number): number {
  let number = 0;
  for (let i = name + 2; i < name + 7; i++) {
    const digit = view.getUint8(i) - 0x30;
    if (digit < 0 || digit > 9) return -1;
    number = number * 10 + digit;
  }
  return number;
}
