/**
 * Modbus in EVE, with the names that Suricata's own logger uses (rust/src/modbus/log.rs of Suricata 8, and the SAWP
 * parser whose names it prints). Suricata writes a request and its answer into one event; here each has its own, as
 * soon as it was seen.
 *
 * @module
 */

import { isUtf8 } from 'node:buffer';
import { Anomaly } from '../../operation/anomaly.ts';
import { type Operation, Outcome, Phase } from '../../operation/operation.ts';
import type { ByteWriter } from './byte-writer.ts';

/** By function code: name, and what it accesses. */
const FUNCTIONS: Readonly<Record<number, readonly [name: string, access: string]>> = {
  1: ['RdCoils', 'READ | COILS'],
  2: ['RdDiscreteInputs', 'READ | DISCRETES'],
  3: ['RdHoldRegs', 'READ | HOLDING'],
  4: ['RdInputRegs', 'READ | INPUT'],
  5: ['WrSingleCoil', 'WRITE | COILS | SINGLE'],
  6: ['WrSingleReg', 'WRITE | HOLDING | SINGLE'],
  7: ['RdExcStatus', 'NONE'],
  8: ['Diagnostic', 'NONE'],
  9: ['Program484', 'NONE'],
  10: ['Poll484', 'NONE'],
  11: ['GetCommEventCtr', 'NONE'],
  12: ['GetCommEventLog', 'NONE'],
  13: ['ProgramController', 'NONE'],
  14: ['PollController', 'NONE'],
  15: ['WrMultCoils', 'WRITE | COILS | MULTIPLE'],
  16: ['WrMultRegs', 'WRITE | HOLDING | MULTIPLE'],
  17: ['ReportServerID', 'NONE'],
  18: ['Program884', 'NONE'],
  19: ['ResetCommLink', 'NONE'],
  20: ['RdFileRec', 'NONE'],
  21: ['WrFileRec', 'NONE'],
  22: ['MaskWrReg', 'WRITE | HOLDING'],
  23: ['RdWrMultRegs', 'READ | WRITE | HOLDING | MULTIPLE'],
  24: ['RdFIFOQueue', 'NONE'],
  43: ['MEI', 'NONE'],
};

const EXCEPTIONS: Readonly<Record<number, string>> = {
  1: 'IllegalFunction',
  2: 'IllegalDataAddr',
  3: 'IllegalDataValue',
  4: 'ServerDeviceFail',
  5: 'Ack',
  6: 'ServerDeviceBusy',
  7: 'NegAck',
  8: 'MemParityErr',
  10: 'GatewayPathUnavailable',
  11: 'GatewayTargetFailToResp',
};

const DIAGNOSTICS: Readonly<Record<number, string>> = {
  0: 'RetQueryData',
  1: 'RestartCommOpt',
  2: 'RetDiagReg',
  3: 'ChangeInputDelimiter',
  4: 'ForceListenOnlyMode',
  10: 'ClearCtrDiagReg',
  11: 'RetBusMsgCount',
  12: 'RetBusCommErrCount',
  13: 'RetBusExcErrCount',
  14: 'RetServerMsgCount',
  15: 'RetServerNoRespCount',
  16: 'RetServerNAKCount',
  17: 'RetServerBusyCount',
  18: 'RetBusCharOverrunCount',
  19: 'RetOverrunErrCount',
  20: 'ClearOverrunCounterFlag',
  21: 'GetClearPlusStats',
};

const MEI_TYPES: Readonly<Record<number, string>> = { 13: 'CANOpenGenRefReqResp', 14: 'RdDevId' };

const EXCEPTION = 0x80;
const DIAGNOSTIC = 8;
const MEI = 43;
const MASK_WRITE = 22;
const READ_WRITE = 23;

export function writeModbus(op: Operation, to: ByteWriter): void {
  const { code } = op;
  const [name, access] = FUNCTIONS[code] ?? ['Unknown', 'NONE'];
  const failed = op.outcome === Outcome.failed;
  to.text(op.phase === Phase.request ? ',"modbus":{"request":{' : ',"modbus":{"response":{');
  to.text(
    `"transaction_id":${op.reference},"protocol_id":0,"unit_id":${op.station},` +
      `"function_raw":${failed ? code | EXCEPTION : code},"function_code":"${name}","access_type":"${access}",` +
      `"category":"${categoryOf(op)}","error_flags":"${flagsOf(op)}"`,
  );
  if (failed) {
    to.text(`,"exception":{"raw":${op.error & 0xff},"code":"${EXCEPTIONS[op.error] ?? 'Unknown'}"}`);
  } else writeData(op, access, to);
  to.text('}}');
}

function writeData(op: Operation, access: string, to: ByteWriter): void {
  const { code, subcode } = op;
  if (code === DIAGNOSTIC) {
    to.text(`,"diagnostic":{"raw":${subcode},"code":"${DIAGNOSTICS[subcode] ?? 'Reserved'}","data":`);
    writeBytes(op, to);
    to.text('}');
  } else if (code === MEI) {
    to.text(`,"mei":{"raw":${subcode},"code":"${MEI_TYPES[subcode] ?? 'Unknown'}","data":`);
    writeBytes(op, to);
    to.text('}');
  } else if (access === 'NONE') {
    if (op.valueLength === 0) return;
    to.text(',"data":');
    writeBytes(op, to);
  } else if (access.startsWith('WRITE') || (code === READ_WRITE && op.item > 0)) writeWrite(op, access, to);
  else writeRead(op, to);
}

function writeRead(op: Operation, to: ByteWriter): void {
  if (op.phase === Phase.request) {
    to.text(`,"read":{"address":${op.address},"quantity":${op.extent}}`);
    return;
  }
  to.text(',"read":{"data":');
  writeBytes(op, to);
  to.text('}');
}

function writeWrite(op: Operation, access: string, to: ByteWriter): void {
  to.text(`,"write":{"address":${op.address}`);
  const { valueView: view, valueAt: at } = op;
  if (op.code === MASK_WRITE) {
    if (op.valueLength >= 4) to.text(`,"and_mask":${view.getUint16(at)},"or_mask":${view.getUint16(at + 2)}`);
  } else if (access.endsWith('SINGLE')) {
    if (op.valueLength >= 2) to.text(`,"data":${view.getUint16(at)}`);
  } else if (op.phase === Phase.request) {
    to.text(`,"quantity":${op.extent},"data":`);
    writeBytes(op, to);
  } else to.text(`,"data":${op.extent}`);
  to.text('}');
}

/** The bytes of the values, as Suricata writes bytes: as text where they are UTF-8, else those beyond ASCII as \xHH. */
function writeBytes(op: Operation, to: ByteWriter): void {
  const { valueView: view, valueAt: at, valueLength: length } = op;
  const bytes = Buffer.from(view.buffer, view.byteOffset + at, length);
  if (isUtf8(bytes)) {
    to.json(bytes.toString('utf8'));
    return;
  }
  const text = bytes.toString('latin1');
  to.json(text.replace(/[\x80-\xff]/g, character => `\\x${character.charCodeAt(0).toString(16)}`));
}

/** By the function code (MODBUS Application Protocol V1.1b3, 5). */
function categoryOf({ code, fn }: Operation): string {
  if (code in FUNCTIONS && fn !== 0) return 'PUBLIC_ASSIGNED';
  if (code === 0 || code > 127) return 'NONE';
  if ((code >= 65 && code < 73) || (code >= 100 && code < 111)) return 'USER_DEFINED';
  const reserved =
    (code >= 9 && code < 15) || code === 41 || code === 42 || code === 90 || code === 91 || code >= 125;
  return reserved ? 'RESERVED' : 'PUBLIC_UNASSIGNED';
}

function flagsOf({ anomalies }: Operation): string {
  const value = (anomalies & (Anomaly.count | Anomaly.address | Anomaly.value)) !== 0;
  const length = (anomalies & (Anomaly.length | Anomaly.trailing | Anomaly.truncated)) !== 0;
  if (value) return length ? 'DATA_VALUE | DATA_LENGTH' : 'DATA_VALUE';
  return length ? 'DATA_LENGTH' : 'NONE';
}
