/**
 * Modbus in Zeek's words: modbus.log of Zeek itself, and the four logs of CISA's icsnpp-modbus. Where ICSNPP writes a
 * request and its answer into one line, here each message, and each item of it, has its own.
 *
 * @module
 */

import { Anomaly } from '../../../operation/anomaly.ts';
import { type Operation, Outcome, Phase } from '../../../operation/operation.ts';
import { ValueType } from '../../../operation/value.ts';
import type { Protocol } from '../../../protocol/protocol.ts';
import { type Cell, CONNECTION, type Column, hex, SOURCE, type ZeekLog } from './zeek-log.ts';
import { MORE, moreOf } from './zeek-more.ts';

const MESSAGE: readonly Column[] = [
  ['tid', 'count'],
  ['unit', 'count'],
  ['func', 'string'],
];
const LINKED: readonly Column[] = [
  ...CONNECTION,
  ...SOURCE,
  ['modbus_detailed_link_id', 'string'],
  ...MESSAGE,
  ['request_response', 'string'],
];

export const MODBUS_LOGS = [
  { name: 'modbus', columns: [...CONNECTION, ...MESSAGE, ['pdu_type', 'string'], ['exception', 'string']] },
  {
    name: 'modbus_detailed',
    columns: [
      ...CONNECTION,
      ...MESSAGE,
      ['address', 'count'],
      ['quantity', 'count'],
      ['request_values', 'vector[count]'],
      ['response_values', 'vector[count]'],
      ['modbus_detailed_link_id', 'string'],
      ['matched', 'bool'],
      ['request_subfunction_code', 'string'],
      ['response_subfunction_code', 'string'],
      ['request_data', 'string'],
      ['response_data', 'string'],
      ['exception_code', 'string'],
      ['mei_type', 'string'],
      ...MORE,
    ],
  },
  {
    name: 'modbus_mask_write_register',
    columns: [...LINKED, ['address', 'count'], ['and_mask', 'count'], ['or_mask', 'count']],
  },
  {
    name: 'modbus_read_write_multiple_registers',
    columns: [
      ...LINKED,
      ['write_start_address', 'count'],
      ['write_registers', 'vector[count]'],
      ['read_start_address', 'count'],
      ['read_quantity', 'count'],
      ['read_registers', 'vector[count]'],
    ],
  },
  {
    name: 'modbus_read_device_identification',
    columns: [
      ...LINKED,
      ['mei_type', 'string'],
      ['conformity_level_code', 'string'],
      ['conformity_level', 'string'],
      ['device_id_code', 'count'],
      ['object_id_code', 'string'],
      ['object_id', 'string'],
      ['object_value', 'string'],
    ],
  },
] as const satisfies readonly ZeekLog[];

/** By function code, as Zeek writes them (base/protocols/modbus/consts.zeek). */
const FUNCTIONS: Readonly<Record<number, string>> = {
  1: 'READ_COILS',
  2: 'READ_DISCRETE_INPUTS',
  3: 'READ_HOLDING_REGISTERS',
  4: 'READ_INPUT_REGISTERS',
  5: 'WRITE_SINGLE_COIL',
  6: 'WRITE_SINGLE_REGISTER',
  7: 'READ_EXCEPTION_STATUS',
  8: 'DIAGNOSTICS',
  9: 'PROGRAM_484',
  10: 'POLL_484',
  11: 'GET_COMM_EVENT_COUNTER',
  12: 'GET_COMM_EVENT_LOG',
  13: 'PROGRAM_584_984',
  14: 'POLL_584_984',
  15: 'WRITE_MULTIPLE_COILS',
  16: 'WRITE_MULTIPLE_REGISTERS',
  17: 'REPORT_SLAVE_ID',
  18: 'PROGRAM_884_U84',
  19: 'RESET_COMM_LINK_884_U84',
  20: 'READ_FILE_RECORD',
  21: 'WRITE_FILE_RECORD',
  22: 'MASK_WRITE_REGISTER',
  23: 'READ_WRITE_MULTIPLE_REGISTERS',
  24: 'READ_FIFO_QUEUE',
  40: 'PROGRAM_CONCEPT',
  41: 'MULTIPLE_FUNCTION_CODES',
  43: 'ENCAP_INTERFACE_TRANSPORT',
  90: 'PROGRAM_UNITY',
  91: 'OBJECT_MESSAGING',
  125: 'FIRMWARE_REPLACEMENT',
  126: 'PROGRAM_584_984_2',
  127: 'REPORT_LOCAL_ADDRESS',
};

const EXCEPTIONS: Readonly<Record<number, string>> = {
  1: 'ILLEGAL_FUNCTION',
  2: 'ILLEGAL_DATA_ADDRESS',
  3: 'ILLEGAL_DATA_VALUE',
  4: 'SLAVE_DEVICE_FAILURE',
  5: 'ACKNOWLEDGE',
  6: 'SLAVE_DEVICE_BUSY',
  8: 'MEMORY_PARITY_ERROR',
  10: 'GATEWAY_PATH_UNAVAILABLE',
  11: 'GATEWAY_TARGET_DEVICE_FAILED_TO_RESPOND',
};

const DIAGNOSTIC = 8;
const MASK_WRITE = 22;
const READ_WRITE = 23;
const MEI = 43;
const IDENTIFICATION = 14;
const MEI_TYPES: Readonly<Record<number, string>> = {
  13: 'CANOPEN-GENERAL-REFERENCE',
  14: 'READ-DEVICE-IDENTIFICATION',
};

/** Takes a record's cells behind its time and parties. */
export type Put = (log: string, cells: readonly Cell[], withSource: boolean) => void;

export function putModbus(op: Operation, protocol: Protocol, uid: string, put: Put): void {
  const request = op.phase === Phase.request;
  const failed = op.outcome === Outcome.failed;
  const name = FUNCTIONS[op.code] ?? `unknown-${op.code}`;
  const message = [op.reference, op.station, failed && !request ? `${name}_EXCEPTION` : name];
  const exception = failed ? (EXCEPTIONS[op.error] ?? `unknown-${op.error}`) : undefined;
  if (op.item === 0) put('modbus', [...message, request ? 'REQ' : 'RESP', exception], false);

  const values = countsOf(op);
  const special = specialLog(op);
  const link = special === '' ? undefined : `${uid}-${op.reference}`;
  const sub = op.subcode < 0 || op.code !== DIAGNOSTIC ? undefined : protocol.functions[op.fn]!.name;
  const data = values === undefined ? moreData(op) : undefined;
  const ranged = op.space !== 0;
  put(
    'modbus_detailed',
    [
      ...message,
      ranged ? op.address : undefined,
      ranged ? op.extent : undefined,
      request ? values : undefined,
      request ? undefined : values,
      link,
      !request && (op.anomalies & Anomaly.unsolicited) === 0,
      request ? sub : undefined,
      request ? undefined : sub,
      request ? data : undefined,
      request ? undefined : data,
      exception,
      op.code === MEI ? (MEI_TYPES[op.subcode] ?? `unknown-${op.subcode}`) : undefined,
      ...moreOf(op, protocol),
    ],
    false,
  );
  if (special === '') return;
  put(special, [link, ...message, request ? 'REQUEST' : 'RESPONSE', ...specialCells(op, values)], true);
}

function specialLog({ code, subcode }: Operation): string {
  if (code === MASK_WRITE) return 'modbus_mask_write_register';
  if (code === READ_WRITE) return 'modbus_read_write_multiple_registers';
  return code === MEI && subcode === IDENTIFICATION ? 'modbus_read_device_identification' : '';
}

function specialCells(op: Operation, values: readonly number[] | undefined): readonly Cell[] {
  const address = op.space === 0 ? undefined : op.address;
  if (op.code === MASK_WRITE) return [address, values?.[0], values?.[1]];
  if (op.code === READ_WRITE) {
    // Its first item is the read.
    if (op.item > 0) return [address, values, undefined, undefined, undefined];
    return [undefined, undefined, address, op.space === 0 ? undefined : op.extent, values];
  }
  const name = op.nameLength > 0 ? op.name() : undefined;
  return [
    MEI_TYPES[IDENTIFICATION],
    undefined,
    undefined,
    undefined,
    address === undefined ? undefined : `0x${hex(address)}`,
    name,
    op.valueType === ValueType.text ? String(op.value(0)) : undefined,
  ];
}

/** Bits and registers as ICSNPP writes them: whole numbers. */
function countsOf(op: Operation): number[] | undefined {
  const { valueType } = op;
  if (valueType === ValueType.none || valueType === ValueType.text || valueType === ValueType.bytes)
    return undefined;
  const counts: number[] = [];
  for (let i = 0; i < op.valueCount; i++) counts.push(Number(op.value(i)));
  return counts;
}

function moreData(op: Operation): string | undefined {
  return op.valueType === ValueType.text || op.valueType === ValueType.bytes
    ? String(op.value(0))
    : undefined;
}
