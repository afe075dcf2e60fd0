/**
 * The intrusion that the compressor station's demonstration shows: what Stuxnet and its successors did, in the
 * order in which it hurts. Guards are removed from the drive's program, the speed is raised, trips and surge
 * control are switched off, the outlet is shut, the neighbouring unit's oil pump is stopped, and in the end the
 * controller itself. It comes from a vendor's station that may only read, and from an engineer's and the operator's,
 * which have rights of their own.
 *
 * @module
 */

import { COMPRESSOR_UNIT, DRIVE_CONTROLLER, PROCESS_CONTROLLER, TAG } from '../plant/compressor/tags.ts';
import { BlockType, makeBlock } from '../plant/s7-block.ts';
import { writeTagRequest } from '../plant/s7-client.ts';
import type { ModbusPlace, Tag } from '../plant/tag.ts';
import {
  bareRequest,
  type Header,
  identificationRequest,
  maskWrite,
  readFifoRequest,
  readFileRequest,
  readRequest,
  umas,
  writeCoil,
  writeRegister,
} from '../protocol/modbus/encode.ts';
import { ExceptionCode } from '../protocol/modbus/errors.ts';
import { Fc } from '../protocol/modbus/functions.ts';
import { plcStop } from '../protocol/s7comm/encode.ts';
import { ENGINEER, OPERATOR, VENDOR } from './hosts.ts';
import type { ModbusAttempt, Step } from './step.ts';

/** What the gateway's refusals say: of Modbus requests and of values in them, of S7 items and of whole S7 Jobs. */
const MODBUS_DENIED = ExceptionCode.illegalFunction;
const MODBUS_VALUE = ExceptionCode.illegalDataValue;
const ITEM_DENIED = 0x03;
const JOB_DENIED = 0xd241;

/** Speed, rpm, that the intruder wants, and the limits that would let it through. */
const SPEED = 2400;
const LIMITS = new Uint8Array(12);
new DataView(LIMITS.buffer).setFloat32(0, SPEED);
new DataView(LIMITS.buffer).setFloat32(4, 9999);
new DataView(LIMITS.buffer).setFloat32(8, 400);
/** A block that returns at once. */
const NOTHING = Uint8Array.of(0x65, 0x00);

/** Functions that an intruder looks for: reads other than those granted, files, diagnostics, and the reserved ones. */
const SCAN: readonly ((to: Header) => Uint8Array)[] = [
  to => readRequest(to, Fc.readCoils, 0, 1),
  to => readRequest(to, Fc.readHoldingRegisters, 0, 1),
  to => bareRequest(to, Fc.readExceptionStatus),
  to => bareRequest(to, Fc.getCommEventCounter),
  to => bareRequest(to, Fc.getCommEventLog),
  to => bareRequest(to, Fc.reportServerId),
  to => readFileRequest(to, [{ file: 1, record: 0, records: 1 }]),
  to => readFifoRequest(to, 0),
  to => identificationRequest(to, 1, 0),
  to => umas(to, 0, 0x02, []),
  ...[9, 10, 13, 14, 18, 19, 65, 72, 100, 110, 125].map(code => (to: Header) => bareRequest(to, code)),
];

export const COMPRESSOR_INTRUSION: readonly Step[] = [
  {
    name: 'scan Modbus functions',
    technique: 'T0888',
    from: VENDOR,
    to: PROCESS_CONTROLLER,
    attempts: SCAN.map(build => modbus(COMPRESSOR_UNIT, build)),
    refusal: MODBUS_DENIED,
  },
  {
    name: 'download limits that allow 2400 rpm (DB3)',
    technique: 'T0843',
    from: ENGINEER,
    to: DRIVE_CONTROLLER,
    attempts: [{ kind: 'download', block: makeBlock(BlockType.DB, 3, LIMITS) }],
    refusal: JOB_DENIED,
  },
  {
    name: 'download an empty overspeed guard (OB35)',
    technique: 'T0843',
    from: VENDOR,
    to: DRIVE_CONTROLLER,
    attempts: [{ kind: 'download', block: makeBlock(BlockType.OB, 35, NOTHING) }],
    refusal: JOB_DENIED,
  },
  {
    name: 'set the speed to 2400 rpm, as the operator',
    technique: 'T0836',
    from: OPERATOR,
    to: DRIVE_CONTROLLER,
    attempts: [s7(TAG.speedRamp, 400), s7(TAG.speedSetpoint, SPEED)],
    refusal: ITEM_DENIED,
  },
  {
    name: 'switch surge control and trips off',
    technique: 'T0836',
    from: VENDOR,
    to: PROCESS_CONTROLLER,
    attempts: [coilOff(TAG.antisurgeAuto), coilOff(TAG.tripsArmed)],
    refusal: MODBUS_DENIED,
  },
  {
    name: 'shut the discharge valve by a mask write',
    technique: 'T0836',
    from: OPERATOR,
    to: PROCESS_CONTROLLER,
    // AND 0, OR 40: the register becomes 40, which is 4.0 %.
    attempts: [modbus(COMPRESSOR_UNIT, to => maskWrite(to, addressOf(TAG.dischargeValveSetpoint), 0, 40))],
    refusal: MODBUS_VALUE,
  },
  {
    name: 'write half of the surge margin',
    technique: 'T0836',
    from: OPERATOR,
    to: PROCESS_CONTROLLER,
    // The high word of -12.5.
    attempts: [modbus(COMPRESSOR_UNIT, to => writeRegister(to, addressOf(TAG.surgeMarginSetpoint), 0xc148))],
    refusal: MODBUS_VALUE,
  },
  {
    name: 'stop the oil pump of the neighbouring unit',
    technique: 'T0836',
    from: VENDOR,
    to: PROCESS_CONTROLLER,
    attempts: [coilOff(TAG.oilPump)],
    refusal: MODBUS_DENIED,
  },
  {
    name: 'stop the drive controller',
    technique: 'T0858',
    from: ENGINEER,
    to: DRIVE_CONTROLLER,
    attempts: [{ kind: 's7comm', build: plcStop }],
    refusal: JOB_DENIED,
    // Undefended, the rotor is wrecked by then.
    wait: 5,
  },
];

function modbus(unit: number, build: (to: Header) => Uint8Array): ModbusAttempt {
  return { kind: 'modbus', unit, build };
}

function coilOff(tag: Tag): ModbusAttempt {
  const { station } = tag.place as ModbusPlace;
  return modbus(station, to => writeCoil(to, addressOf(tag), false));
}

function s7(tag: Tag, value: number) {
  return { kind: 's7comm', build: (reference: number) => writeTagRequest(reference, tag, value) } as const;
}

function addressOf(tag: Tag): number {
  return (tag.place as ModbusPlace).address;
}
