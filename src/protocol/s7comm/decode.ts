/**
 * From a message to its operations.
 *
 * @module
 */

import { Anomaly } from '../../operation/anomaly.ts';
import { Phase } from '../../operation/operation.ts';
import { Side } from '../../operation/side.ts';
import { ValueType } from '../../operation/value.ts';
import { disconnectReason } from '../osi/connection.ts';
import { Tpdu } from '../osi/cotp.ts';
import {
  decodeBlockAck,
  decodeFileJob,
  decodePiAck,
  decodePiJob,
  decodeStopJob,
  decodeUploadJob,
} from './decode-block.ts';
import { decodeUserdata } from './decode-userdata.ts';
import { decodeVariableAck, decodeVariableJob } from './decode-variable.ts';
import { DISCONNECTED } from './errors.ts';
import { Fn, isBackwards, jobRow, sessionRow } from './functions.ts';
import type { Message } from './message.ts';
import { Rosctr } from './pdu.ts';

/** Setup communication: function, reserved, parallel jobs calling (2) and called (2), PDU length (2). */
export const SETUP = 8;

/** A TPDU that sets up or ends the connection. A disconnect that answers a request for one refuses it. */
export function decodeConnection(m: Message, view: DataView, at: number, code: number): void {
  const { op } = m;
  m.is(sessionRow(code), code);
  if (op.fn === 0) m.flag(Anomaly.function);
  const whole = (op.anomalies & Anomaly.truncated) === 0;
  if (code === Tpdu.CC || code === Tpdu.DC) m.answered(0);
  else if (code === Tpdu.DR && whole && m.answers) m.answered(DISCONNECTED + disconnectReason(view, at));
  else if (code !== Tpdu.CR) op.phase = Phase.notice;
  m.emit();
}

/** A data TPDU without data. */
export function decodeEmpty(m: Message): void {
  m.is(sessionRow(0), Tpdu.DT);
  m.op.phase = Phase.notice;
  m.emit();
}

/** The PDU in `m.pdu`. */
export function decodePdu(m: Message): void {
  const { pdu, op } = m;
  op.kind = pdu.rosctr;
  op.reference = pdu.reference;
  m.flag(pdu.anomalies);
  if (pdu.anomalies & (Anomaly.truncated | Anomaly.header | Anomaly.length)) {
    m.emit();
    return;
  }
  switch (pdu.rosctr) {
    case Rosctr.job:
      decodeJob(m);
      return;
    case Rosctr.userdata:
      decodeUserdata(m);
      return;
    default:
      decodeAck(m);
      return;
  }
}

function decodeJob(m: Message): void {
  const { pdu } = m;
  const code = pdu.code;
  if (code < 0) {
    m.flag(Anomaly.truncated);
    m.emit();
    return;
  }
  m.is(jobRow(code), code);
  if (isBackwards(code) !== (m.side === Side.server)) m.flag(Anomaly.state);
  switch (code) {
    case Fn.setup:
      decodeSetup(m);
      return;
    case Fn.readVar:
    case Fn.writeVar:
      decodeVariableJob(m);
      return;
    case Fn.requestDownload:
    case Fn.downloadBlock:
    case Fn.downloadEnded:
    case Fn.startUpload:
      decodeFileJob(m);
      return;
    case Fn.upload:
    case Fn.endUpload:
      decodeUploadJob(m);
      return;
    case Fn.piService:
      decodePiJob(m);
      return;
    case Fn.plcStop:
      decodeStopJob(m);
      return;
    default:
      m.flag(Anomaly.function);
      m.emit();
      return;
  }
}

function decodeAck(m: Message): void {
  const { pdu, request } = m;
  const asked = m.answers ? request.code : -1;
  const code = pdu.code < 0 ? asked : pdu.code;
  m.answered(pdu.error);
  if (asked >= 0 && asked !== code) m.flag(Anomaly.mismatch);
  if (code < 0) {
    m.emit();
    return;
  }
  m.is(jobRow(code), code);
  if (isBackwards(code) !== (m.side === Side.client)) m.flag(Anomaly.state);
  switch (code) {
    case Fn.setup:
      if (pdu.error === 0) decodeSetup(m);
      else m.emit();
      return;
    case Fn.readVar:
    case Fn.writeVar:
      decodeVariableAck(m);
      return;
    case Fn.requestDownload:
    case Fn.downloadBlock:
    case Fn.downloadEnded:
    case Fn.startUpload:
    case Fn.upload:
    case Fn.endUpload:
      decodeBlockAck(m);
      return;
    case Fn.piService:
      decodePiAck(m);
      return;
    case Fn.plcStop:
      m.emit();
      return;
    default:
      m.flag(Anomaly.function);
      m.emit();
      return;
  }
}

/** Values: parallel jobs calling and called, PDU length. */
function decodeSetup(m: Message): void {
  const { view, param, paramEnd, data, dataEnd } = m.pdu;
  if (paramEnd - param !== SETUP) m.flag(Anomaly.length);
  else m.carries(view, param + 2, 6, ValueType.u16, 3);
  if (data !== dataEnd) m.flag(Anomaly.trailing);
  m.emit();
}
