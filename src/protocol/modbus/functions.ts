/**
 * The functions of Modbus: the public ones of MODBUS Application Protocol V1.1b3, and those of UMAS, which
 * Schneider Electric carries in function 90 and which only public research describes.
 *
 * @module
 */

import { Verb } from '../../operation/verb.ts';
import { type FunctionNumbers, type FunctionRow, Step } from '../protocol.ts';

/** Function codes (V1.1b3, 5.1). */
export const Fc = {
  readCoils: 1,
  readDiscreteInputs: 2,
  readHoldingRegisters: 3,
  readInputRegisters: 4,
  writeSingleCoil: 5,
  writeSingleRegister: 6,
  readExceptionStatus: 7,
  diagnostics: 8,
  getCommEventCounter: 11,
  getCommEventLog: 12,
  writeMultipleCoils: 15,
  writeMultipleRegisters: 16,
  reportServerId: 17,
  readFileRecord: 20,
  writeFileRecord: 21,
  maskWriteRegister: 22,
  readWriteMultipleRegisters: 23,
  readFifoQueue: 24,
  encapsulatedInterface: 43,
  umas: 90,
} as const;

/** Set in the function code of an exception (V1.1b3, 4.1). */
export const EXCEPTION = 0x80;

/** MODBUS Encapsulated Interface types (V1.1b3, 6.19). */
export const Mei = { canopen: 13, identification: 14 } as const;

/** Bytes in place of the UMAS function in a response. */
export const UmasAnswer = { ok: 0xfe, error: 0xfd } as const;

const PUBLIC = 'Public functions';
const DIAGNOSTICS = 'Diagnostics (function 8)';
const UMAS = 'UMAS (function 90)';

const STANDARD = 'MODBUS Application Protocol V1.1b3';
/** Public research on UMAS. There "upload" is towards the controller; here, as in IEC 61131, away from it. */
const UMAS_PART_1 = 'lirasenlared, The Unity (UMAS) protocol (2017)';
const UMAS_PAC =
  'Black Hat Europe 2024, From Pass-the-Hash to Code Execution on Schneider Electric M340 PLCs';

/** Function table; row 0 stands for all that is not in it. */
export const FUNCTIONS: readonly FunctionRow[] = [
  { section: '', code: -1, sub: -1, name: 'Unknown function', verb: Verb.unknown, source: `${STANDARD}, 5` },

  fn(Fc.readCoils, 'Read Coils', Verb.read, '6.1'),
  fn(Fc.readDiscreteInputs, 'Read Discrete Inputs', Verb.read, '6.2'),
  fn(Fc.readHoldingRegisters, 'Read Holding Registers', Verb.read, '6.3'),
  fn(Fc.readInputRegisters, 'Read Input Registers', Verb.read, '6.4'),
  fn(Fc.writeSingleCoil, 'Write Single Coil', Verb.write, '6.5'),
  fn(Fc.writeSingleRegister, 'Write Single Register', Verb.write, '6.6'),
  fn(Fc.readExceptionStatus, 'Read Exception Status', Verb.diagnose, '6.7'),
  fn(Fc.getCommEventCounter, 'Get Comm Event Counter', Verb.diagnose, '6.9'),
  fn(Fc.getCommEventLog, 'Get Comm Event Log', Verb.diagnose, '6.10'),
  fn(Fc.writeMultipleCoils, 'Write Multiple Coils', Verb.write, '6.11'),
  fn(Fc.writeMultipleRegisters, 'Write Multiple Registers', Verb.write, '6.12'),
  fn(Fc.reportServerId, 'Report Server ID', Verb.identify, '6.13'),
  fn(Fc.readFileRecord, 'Read File Record', Verb.fileread, '6.14'),
  fn(Fc.writeFileRecord, 'Write File Record', Verb.filewrite, '6.15'),
  fn(Fc.maskWriteRegister, 'Mask Write Register', Verb.write, '6.16'),
  // Its first item is the read.
  {
    ...fn(Fc.readWriteMultipleRegisters, 'Read/Write Multiple Registers', Verb.write, '6.17'),
    otherVerbs: [Verb.read],
  },
  fn(Fc.readFifoQueue, 'Read FIFO Queue', Verb.read, '6.18'),
  // The services inside belong to CiA 309-2: reads and writes of a CANopen dictionary cannot be told apart here.
  mei(Mei.canopen, 'CANopen General Reference', Verb.unknown, '6.20'),
  mei(Mei.identification, 'Read Device Identification', Verb.identify, '6.21'),

  diagnostic(0, 'Return Query Data', Verb.diagnose),
  diagnostic(1, 'Restart Communications Option', Verb.restart),
  diagnostic(2, 'Return Diagnostic Register', Verb.diagnose),
  diagnostic(3, 'Change ASCII Input Delimiter', Verb.configure),
  // A device in listen only mode answers nobody: denial of service until it is restarted.
  diagnostic(4, 'Force Listen Only Mode', Verb.mode, 'T0814'),
  // Clearing what would tell of an intrusion: indicator removal on host.
  diagnostic(10, 'Clear Counters and Diagnostic Register', Verb.configure, 'T0872'),
  diagnostic(11, 'Return Bus Message Count', Verb.diagnose),
  diagnostic(12, 'Return Bus Communication Error Count', Verb.diagnose),
  diagnostic(13, 'Return Bus Exception Error Count', Verb.diagnose),
  diagnostic(14, 'Return Server Message Count', Verb.diagnose),
  diagnostic(15, 'Return Server No Response Count', Verb.diagnose),
  diagnostic(16, 'Return Server NAK Count', Verb.diagnose),
  diagnostic(17, 'Return Server Busy Count', Verb.diagnose),
  diagnostic(18, 'Return Bus Character Overrun Count', Verb.diagnose),
  diagnostic(20, 'Clear Overrun Counter and Flag', Verb.configure, 'T0872'),

  umas(0x01, 'INIT_COMM', Verb.connect),
  umas(0x02, 'READ_ID', Verb.identify),
  umas(0x03, 'READ_PROJECT_INFO', Verb.identify),
  umas(0x04, 'READ_PLC_INFO', Verb.identify),
  umas(0x05, 'READ_LOADER_INFO', Verb.identify, UMAS_PAC),
  umas(0x06, 'READ_CARD_INFO', Verb.identify),
  umas(0x07, 'READ_BLOCK_INFO', Verb.browse, UMAS_PAC),
  umas(0x0a, 'REPEAT', Verb.diagnose),
  // No mere session set-up: who holds the reservation keeps the other engineering stations out.
  // Newer controllers want the application's password with it.
  { ...umas(0x10, 'TAKE_PLC_RESERVATION', Verb.configure), technique: 'T0859' },
  umas(0x11, 'RELEASE_PLC_RESERVATION', Verb.configure),
  umas(0x12, 'KEEP_ALIVE', Verb.connect),
  umas(0x20, 'READ_MEMORY_BLOCK', Verb.read),
  { ...umas(0x21, 'WRITE_MEMORY_BLOCK', Verb.write, UMAS_PAC), mayLoad: true },
  umas(0x22, 'READ_VARIABLES', Verb.read),
  umas(0x23, 'WRITE_VARIABLES', Verb.write),
  umas(0x24, 'READ_COILS_REGISTERS', Verb.read),
  umas(0x25, 'WRITE_COILS_REGISTERS', Verb.write),
  umas(0x26, 'DATA_DICTIONARY', Verb.browse, UMAS_PAC),
  umas(0x27, 'DATA_DICTIONARY_PRELOAD', Verb.unknown, UMAS_PAC),
  umas(0x28, 'READ_PHYSICAL_ADDRESS', Verb.read, UMAS_PAC),
  { ...umas(0x29, 'WRITE_PHYSICAL_ADDRESS', Verb.write, UMAS_PAC), mayLoad: true },
  umas(0x2a, 'BROWSE_EVENTS', Verb.browse, UMAS_PAC),
  { ...umas(0x30, 'INITIALIZE_UPLOAD', Verb.download), step: Step.begin },
  { ...umas(0x31, 'UPLOAD_BLOCK', Verb.download), step: Step.content },
  { ...umas(0x32, 'END_STRATEGY_UPLOAD', Verb.download), step: Step.end },
  umas(0x33, 'INITIALIZE_DOWNLOAD', Verb.upload),
  umas(0x34, 'DOWNLOAD_BLOCK', Verb.upload),
  umas(0x35, 'END_STRATEGY_DOWNLOAD', Verb.upload),
  { ...umas(0x36, 'BACKUP', Verb.configure, UMAS_PAC), mayLoad: true },
  umas(0x37, 'PRELOAD_BLOCKS', Verb.download, UMAS_PAC),
  // A signed envelope around another function, which is not looked into: what it does stays unknown.
  { ...umas(0x38, 'SIGNED_RESERVED', Verb.unknown, UMAS_PAC), mayLoad: true },
  umas(0x39, 'READ_ETH_MASTER_DATA', Verb.read),
  umas(0x40, 'START_PLC', Verb.start),
  umas(0x41, 'STOP_PLC', Verb.stop),
  umas(0x42, 'INIT_PLC', Verb.restart, UMAS_PAC),
  umas(0x43, 'SWAP', Verb.activate, UMAS_PAC),
  // Sub-commands both read and write variables, and are not publicly described in full.
  { ...umas(0x50, 'MONITOR_PLC', Verb.unknown), mayLoad: true },
  umas(0x51, 'GET_AUTO_MODIF', Verb.diagnose, UMAS_PAC),
  umas(0x52, 'GET_FORCED_BITS', Verb.read, UMAS_PAC),
  umas(0x53, 'GET_SELECTED_BLOCKS', Verb.browse, UMAS_PAC),
  umas(0x58, 'CHECK_PLC', Verb.diagnose),
  umas(0x60, 'BKPT_SET', Verb.mode, UMAS_PAC),
  umas(0x61, 'BKPT_DEL', Verb.mode, UMAS_PAC),
  umas(0x62, 'STEP_OVER', Verb.mode, UMAS_PAC),
  umas(0x63, 'STEP_IN', Verb.mode, UMAS_PAC),
  umas(0x64, 'STEP_OUT', Verb.mode, UMAS_PAC),
  umas(0x65, 'GET_CALL_STACK', Verb.diagnose, UMAS_PAC),
  umas(0x66, 'CHECK_DEBUG_ALLOWED', Verb.diagnose, UMAS_PAC),
  { ...umas(0x6c, 'PROCESS_MSG', Verb.unknown, UMAS_PAC), mayLoad: true },
  { ...umas(0x6d, 'PRIVATE', Verb.unknown, UMAS_PAC), mayLoad: true },
  umas(0x6e, 'RESERVATION_NONCES', Verb.authenticate, UMAS_PAC),
  umas(0x70, 'READ_IO_OBJECT', Verb.read),
  umas(0x71, 'WRITE_IO_OBJECT', Verb.write),
  umas(0x72, 'READ_RACK', Verb.identify, UMAS_PAC),
  umas(0x73, 'GET_STATUS_MODULE', Verb.diagnose),
  umas(0x74, 'READ_DEVICE_DATA', Verb.read, UMAS_PAC),
];

/** Numbers of functions: the code without the exception bit; a sub-function is two bytes in function 8, else one. */
export const NUMBERS: FunctionNumbers = {
  code: EXCEPTION - 1,
  sub(code) {
    if (code === Fc.diagnostics) return 0xffff;
    return code === Fc.encapsulatedInterface || code === Fc.umas ? 0xff : -1;
  },
};

/** Verbs by row. */
const VERB_OF_ROW = Uint8Array.from(FUNCTIONS, row => row.verb);

/** Rows of the functions without sub-functions by code, and of those with them by sub-function; 0 where there is none. */
const ROW_OF_CODE = rowsBy(row => (row.sub < 0 ? row.code : -1));
const ROW_OF_DIAGNOSTIC = rowsBy(row => (row.code === Fc.diagnostics ? row.sub : -1));
const ROW_OF_MEI = rowsBy(row => (row.code === Fc.encapsulatedInterface ? row.sub : -1));
const ROW_OF_UMAS = rowsBy(row => (row.code === Fc.umas ? row.sub : -1));

/** Row of the function `code` (without the exception bit) with sub-function `sub`, or 0. */
export function rowOf(code: number, sub: number): number {
  switch (code) {
    case Fc.diagnostics:
      return sub >= 0 && sub < 256 ? ROW_OF_DIAGNOSTIC[sub]! : 0;
    case Fc.encapsulatedInterface:
      return sub >= 0 ? ROW_OF_MEI[sub]! : 0;
    case Fc.umas:
      return sub >= 0 ? ROW_OF_UMAS[sub]! : 0;
    default:
      return ROW_OF_CODE[code]!;
  }
}

/** True for a function code, without the exception bit, of which the table has a row. */
export function isKnown(code: number): boolean {
  return (
    ROW_OF_CODE[code]! > 0 || code === Fc.diagnostics || code === Fc.encapsulatedInterface || code === Fc.umas
  );
}

/** Verb of a row. */
export function verbOf(row: number): Verb {
  return VERB_OF_ROW[row] as Verb;
}

/** Table of row numbers by `key`, 0 to 255; rows with the key -1 are left out. */
function rowsBy(key: (row: FunctionRow) => number): Uint8Array {
  const table = new Uint8Array(256);
  FUNCTIONS.forEach((row, index) => {
    if (index > 0 && key(row) >= 0) table[key(row)] = index;
  });
  return table;
}

function fn(code: number, name: string, verb: Verb, clause: string): FunctionRow {
  return { section: PUBLIC, code, sub: -1, name, verb, source: `${STANDARD}, ${clause}` };
}

function mei(sub: number, name: string, verb: Verb, clause: string): FunctionRow {
  return {
    section: PUBLIC,
    code: Fc.encapsulatedInterface,
    sub,
    name,
    verb,
    source: `${STANDARD}, ${clause}`,
  };
}

function diagnostic(sub: number, name: string, verb: Verb, technique?: string): FunctionRow {
  const row = { section: DIAGNOSTICS, code: Fc.diagnostics, sub, name, verb, source: `${STANDARD}, 6.8.1` };
  return technique === undefined ? row : { ...row, technique };
}

function umas(sub: number, name: string, verb: Verb, source = UMAS_PART_1): FunctionRow {
  return { section: UMAS, code: Fc.umas, sub, name, verb, vendor: true, source };
}
