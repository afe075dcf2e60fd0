/**
 * S7comm in the words of CISA's icsnpp-s7comm: cotp.log, s7comm.log, s7comm_read_szl.log, s7comm_upload_download.log.
 * Messages with several items have a line for each in s7comm.log.
 *
 * @module
 */

import { type Operation, Outcome, Phase } from '../../../operation/operation.ts';
import { ValueType } from '../../../operation/value.ts';
import type { Protocol } from '../../../protocol/protocol.ts';
import { type Cell, CONNECTION, hex, SOURCE, type ZeekLog } from './zeek-log.ts';
import type { Put } from './zeek-modbus.ts';
import { MORE, moreOf } from './zeek-more.ts';

export const S7COMM_LOGS = [
  { name: 'cotp', columns: [...CONNECTION, ...SOURCE, ['pdu_code', 'string'], ['pdu_name', 'string']] },
  {
    name: 's7comm',
    columns: [
      ...CONNECTION,
      ...SOURCE,
      ['rosctr_code', 'count'],
      ['rosctr_name', 'string'],
      ['pdu_reference', 'count'],
      ['function_code', 'string'],
      ['function_name', 'string'],
      ['subfunction_code', 'string'],
      ['subfunction_name', 'string'],
      ['error_class', 'string'],
      ['error_code', 'string'],
      ...MORE,
    ],
  },
  {
    name: 's7comm_read_szl',
    columns: [
      ...CONNECTION,
      ...SOURCE,
      ['pdu_reference', 'count'],
      ['method', 'string'],
      ['szl_id', 'string'],
      ['szl_id_name', 'string'],
      ['szl_index', 'string'],
      ['return_code', 'string'],
      ['return_code_name', 'string'],
    ],
  },
  {
    name: 's7comm_upload_download',
    columns: [
      ...CONNECTION,
      ...SOURCE,
      ['rosctr', 'string'],
      ['pdu_reference', 'count'],
      ['function_name', 'string'],
      ['function_status', 'string'],
      ['session_id', 'count'],
      ['blocklength', 'count'],
      ['filename', 'string'],
      ['block_type', 'string'],
      ['block_number', 'string'],
      ['destination_filesystem', 'string'],
    ],
  },
] as const satisfies readonly ZeekLog[];

const ROSCTR: Readonly<Record<number, string>> = {
  1: 'Job-Request',
  2: 'ACK',
  3: 'ACK-Data',
  7: 'User-Data',
};
const USERDATA = 7;

const FUNCTIONS: Readonly<Record<number, string>> = {
  0: 'CPU Services',
  4: 'Read Variable',
  5: 'Write Variable',
  26: 'Request Download',
  27: 'Download Block',
  28: 'Download Ended',
  29: 'Start Upload',
  30: 'Upload',
  31: 'End Upload',
  40: 'PLC Control',
  41: 'PLC Stop',
  240: 'Setup Communication',
};
const PLC_CONTROL = 40;
const FIRST_TRANSFER = 26;
const LAST_TRANSFER = 31;

const GROUPS: Readonly<Record<number, string>> = {
  0: 'Mode-Transition',
  1: 'Programmer Controls',
  2: 'Cyclic Services',
  3: 'Block Functions',
  4: 'CPU Functions',
  5: 'Security',
  6: 'PBC BSEND-BRECV',
  7: 'Time Functions',
  15: 'NC Programming',
};
const CPU = 4;
const READ_SZL = 1;

/** By phase: the upper half of a Userdata function, and the words in front of its name. */
const METHODS = [
  [0x40, 'Request'],
  [0x80, 'Response'],
  [0x00, 'Push'],
] as const;

const TPDUS: Readonly<Record<number, string>> = {
  7: 'ER TPDU Error',
  8: 'DR Disconnect Request',
  12: 'DC Disconnect Confirm',
  13: 'CC Connection Confirm',
  14: 'CR Connection Request',
  15: 'DT Data',
};
const DATA = 0xf;

const CLASSES: Readonly<Record<number, string>> = {
  0: 'No error',
  129: 'Application relationship error',
  130: 'Object definition error',
  131: 'No ressources available error',
  132: 'Error on service processing',
  133: 'Error on supplies',
  135: 'Access error',
};

const RETURN_CODES: Readonly<Record<number, string>> = {
  0: 'Reserved',
  1: 'Hardware error',
  3: 'Accessing the object not allowed',
  5: 'Invalid address',
  6: 'Data type not supported',
  7: 'Data type inconsistent',
  10: 'Object does not exist',
  255: 'Success',
};

const BLOCK_TYPES: Readonly<Record<string, string>> = {
  OB: 'Organization Block',
  DB: 'Data Block',
  SDB: 'System Data Block',
  FC: 'Function',
  SFC: 'System Function',
  FB: 'Function Block',
  SFB: 'System Function Block',
};
const FILESYSTEMS: Readonly<Record<string, string>> = {
  P: 'Passive',
  A: 'Active',
  B: 'Active and Passive',
};

export function putS7comm(op: Operation, protocol: Protocol, put: Put): void {
  const row = protocol.functions[op.fn]!;
  // A message with an S7 PDU has a type of its own; the others are of COTP alone.
  const isPdu = op.kind !== 0;
  if (op.item === 0) {
    const code = isPdu || op.code === 0 ? DATA : op.code >> 4;
    put('cotp', [`0x${hex(code)}`, TPDUS[code] ?? `Unknown COTP PDU-0x${hex(code)}`], true);
  }
  if (!isPdu) return;
  const reference = swapped(op.reference);
  const rosctr = ROSCTR[op.kind] ?? 'unknown';
  const userdata = op.kind === USERDATA;
  put(
    's7comm',
    [
      op.kind,
      rosctr,
      reference,
      ...(userdata ? userdataCells(op, row.name) : jobCells(op, row.name, row.section)),
      ...errorCells(op),
      ...moreOf(op, protocol),
    ],
    true,
  );
  if (userdata && op.code === CPU && op.subcode === READ_SZL && op.item === 0) {
    put('s7comm_read_szl', [reference, METHODS[op.phase]![1], ...szlCells(op)], true);
  }
  if (!userdata && op.code >= FIRST_TRANSFER && op.code <= LAST_TRANSFER) {
    put(
      's7comm_upload_download',
      [rosctr, reference, FUNCTIONS[op.code], ...transferCells(op, protocol)],
      true,
    );
  }
}

function userdataCells(op: Operation, name: string): Cell[] {
  const [half, word] = METHODS[op.phase]!;
  return [
    `0x${hex(half | op.code)}`,
    `${word}: ${GROUPS[op.code] ?? 'unknown'}`,
    op.subcode < 0 ? undefined : `0x${hex(op.subcode)}`,
    op.subcode < 0 ? undefined : capitals(name),
  ];
}

function jobCells(op: Operation, name: string, section: string): Cell[] {
  // ICSNPP names the service of a request alone.
  const service = op.code === PLC_CONTROL && section === 'pi service' ? name : undefined;
  return [`0x${hex(op.code)}`, FUNCTIONS[op.code] ?? 'unknown', service, undefined];
}

function errorCells(op: Operation): Cell[] {
  if (op.phase !== Phase.response) return [undefined, undefined];
  if (op.outcome !== Outcome.failed) return ['No error', '0x00'];
  const { error } = op;
  if (error <= 0xff) return ['Item error', `0x${hex(error)}`];
  const kind = CLASSES[error >> 8];
  return kind === undefined ? ['Parameter Error', `0x${hex(error, 4)}`] : [kind, `0x${hex(error & 0xff)}`];
}

function szlCells(op: Operation): Cell[] {
  const code = op.outcome === Outcome.failed ? op.error & 0xff : 0xff;
  const list = op.space === 0 ? undefined : Math.floor(op.address / 0x10000);
  return [
    list === undefined ? undefined : `0x${hex(list, 4)}`,
    undefined,
    list === undefined ? undefined : `0x${hex(op.address % 0x10000, 4)}`,
    `0x${hex(code)}`,
    RETURN_CODES[code] ?? 'Unknown',
  ];
}

function transferCells(op: Operation, protocol: Protocol): Cell[] {
  const file = op.nameLength > 0 ? op.name() : undefined;
  const block = op.space === 0 ? undefined : protocol.spaces[op.space]!.name;
  const status = op.outcome === Outcome.failed ? op.error : 0;
  return [
    op.phase === Phase.response ? `0x${hex(status)}` : '0x00',
    undefined,
    op.valueType === ValueType.bytes ? op.valueLength : undefined,
    file,
    block === undefined ? undefined : (BLOCK_TYPES[block] ?? 'Unknown'),
    block === undefined ? undefined : String(op.area).padStart(5, '0'),
    file === undefined ? undefined : FILESYSTEMS[file.slice(-1)],
  ];
}

/** ICSNPP reads the PDU reference with its lower byte first. */
function swapped(reference: number): number {
  return ((reference & 0xff) << 8) | (reference >> 8);
}

function capitals(name: string): string {
  return name.replace(/(^| )[a-z]/g, letter => letter.toUpperCase());
}
