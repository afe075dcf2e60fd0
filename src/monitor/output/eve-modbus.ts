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
import { type ByteWriter, Fragment } from './byte-writer.ts';

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

const REQUEST = new Fragment(',"modbus":{"request":{"transaction_id":');
const RESPONSE = new Fragment(',"modbus":{"response":{"transaction_id":');
const UNIT = new Fragment(',"protocol_id":0,"unit_id":');
const READ = new Fragment(',"read":{"address":');
const READ_DATA = new Fragment(',"read":{"data":');
const WRITE = new Fragment(',"write":{"address":');
const QUANTITY = new Fragment(',"quantity":');
const BYTES = new Fragment(',"data":');
const CLOSE = new Fragment('}');
const END = new Fragment('}}');

const QUOTE = 34;

/** How a byte is written that is no text beyond ASCII, and JSON needs escaped: eight bytes for each. */
const ESCAPES = new DataView(new ArrayBuffer(8 * 256));
const ESCAPE_LENGTHS = Uint8Array.from({ length: 256 }, (_, value) => {
  const text = value < 0x80 ? String.fromCharCode(value) : `\\x${value.toString(16)}`;
  return Buffer.from(ESCAPES.buffer, 8 * value).write(JSON.stringify(text).slice(1, -1), 'latin1');
});
const ESCAPE_MOST = 6;

/** What kind of data a function has. */
const Data = { none: 0, read: 1, write: 2, writeOne: 3 } as const;
type Data = (typeof Data)[keyof typeof Data];

/** By function code, of which there are 128 without the bit of exceptions. */
const DATA: readonly Data[] = Array.from({ length: EXCEPTION }, (_, code) => dataOf(code));

/** Fields that the function decides, by {@link keyOf}. */
const functions: (Fragment | undefined)[] = [];

export function writeModbus(op: Operation, to: ByteWriter): void {
  const failed = op.outcome === Outcome.failed;
  to.fragment(op.phase === Phase.request ? REQUEST : RESPONSE);
  to.integer(op.reference);
  to.fragment(UNIT);
  to.integer(op.station);
  const key = keyOf(op, failed);
  functions[key] ??= new Fragment(functionText(op, failed));
  to.fragment(functions[key]);
  if (failed) {
    to.text(`,"exception":{"raw":${op.error & 0xff},"code":"${EXCEPTIONS[op.error] ?? 'Unknown'}"}`);
  } else writeData(op, to);
  to.fragment(END);
}

/** All that the fields of a function depend on: its code, and whether it is known, failed, and has which errors. */
function keyOf(op: Operation, failed: boolean): number {
  const known = op.fn === 0 ? 0 : 1;
  return (((op.code << 1) | known) << 3) | ((failed ? 1 : 0) << 2) | flagsOf(op);
}

function functionText(op: Operation, failed: boolean): string {
  const { code } = op;
  const [name, access] = FUNCTIONS[code] ?? ['Unknown', 'NONE'];
  return (
    `,"function_raw":${failed ? code | EXCEPTION : code},"function_code":"${name}","access_type":"${access}",` +
    `"category":"${categoryOf(op)}","error_flags":"${FLAGS[flagsOf(op)]}"`
  );
}

function dataOf(code: number): Data {
  const [, access] = FUNCTIONS[code] ?? ['', 'NONE'];
  if (access === 'NONE') return Data.none;
  if (!access.startsWith('WRITE')) return Data.read;
  return access.endsWith('SINGLE') ? Data.writeOne : Data.write;
}

function writeData(op: Operation, to: ByteWriter): void {
  const { code, subcode } = op;
  const data = DATA[code] ?? Data.none;
  if (code === DIAGNOSTIC) {
    to.text(`,"diagnostic":{"raw":${subcode},"code":"${DIAGNOSTICS[subcode] ?? 'Reserved'}","data":`);
    writeBytes(op, to);
    to.fragment(CLOSE);
  } else if (code === MEI) {
    to.text(`,"mei":{"raw":${subcode},"code":"${MEI_TYPES[subcode] ?? 'Unknown'}","data":`);
    writeBytes(op, to);
    to.fragment(CLOSE);
  } else if (data === Data.none) {
    if (op.valueLength === 0) return;
    to.fragment(BYTES);
    writeBytes(op, to);
  } else if (data >= Data.write || (code === READ_WRITE && op.item > 0)) writeWrite(op, data, to);
  else writeRead(op, to);
}

function writeRead(op: Operation, to: ByteWriter): void {
  if (op.phase === Phase.request) {
    to.fragment(READ);
    to.integer(op.address);
    to.fragment(QUANTITY);
    to.integer(op.extent);
  } else {
    to.fragment(READ_DATA);
    writeBytes(op, to);
  }
  to.fragment(CLOSE);
}

function writeWrite(op: Operation, data: Data, to: ByteWriter): void {
  to.fragment(WRITE);
  to.integer(op.address);
  const { valueView: view, valueAt: at } = op;
  if (op.code === MASK_WRITE) {
    if (op.valueLength >= 4) to.text(`,"and_mask":${view.getUint16(at)},"or_mask":${view.getUint16(at + 2)}`);
  } else if (data === Data.writeOne) {
    if (op.valueLength >= 2) {
      to.fragment(BYTES);
      to.integer(view.getUint16(at));
    }
  } else if (op.phase === Phase.request) {
    to.fragment(QUANTITY);
    to.integer(op.extent);
    to.fragment(BYTES);
    writeBytes(op, to);
  } else {
    to.fragment(BYTES);
    to.integer(op.extent);
  }
  to.fragment(CLOSE);
}

/** The bytes of the values, as Suricata writes bytes: as text where they are UTF-8, else those beyond ASCII as \xHH. */
function writeBytes(op: Operation, to: ByteWriter): void {
  const { valueView: view, valueAt: at, valueLength: length } = op;
  const high = firstHigh(view, at, at + length);
  if (high >= 0 && couldBegin(view, high, at + length)) {
    const bytes = Buffer.from(view.buffer, view.byteOffset + at, length);
    if (isUtf8(bytes)) {
      to.json(bytes.toString('utf8'));
      return;
    }
  }
  to.byte(QUOTE);
  to.reserve(length * ESCAPE_MOST);
  let next = to.at;
  for (let i = at; i < at + length; i++) {
    const value = view.getUint8(i);
    to.view.setInt32(next, ESCAPES.getInt32(8 * value, true), true);
    to.view.setInt32(next + 4, ESCAPES.getInt32(8 * value + 4, true), true);
    next += ESCAPE_LENGTHS[value]!;
  }
  to.at = next;
  to.byte(QUOTE);
}

/** Where the first byte beyond ASCII is, or -1. */
function firstHigh(view: DataView, at: number, end: number): number {
  for (let i = at; i < end; i++) if (view.getUint8(i) >= 0x80) return i;
  return -1;
}

/** Could a character beyond ASCII begin there? Of bytes that are no text, most cannot, which need not be asked of others. */
function couldBegin(view: DataView, at: number, end: number): boolean {
  const first = view.getUint8(at);
  return first >= 0xc2 && first <= 0xf4 && at + 1 < end && view.getUint8(at + 1) >> 6 === 2;
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

/** By {@link flagsOf}. */
const FLAGS = ['NONE', 'DATA_LENGTH', 'DATA_VALUE', 'DATA_VALUE | DATA_LENGTH'] as const;

function flagsOf({ anomalies }: Operation): number {
  const value = (anomalies & (Anomaly.count | Anomaly.address | Anomaly.value)) !== 0;
  const length = (anomalies & (Anomaly.length | Anomaly.trailing | Anomaly.truncated)) !== 0;
  return (value ? 2 : 0) | (length ? 1 : 0);
}
