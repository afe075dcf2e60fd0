/**
 * A Modbus server over the memory of its units: functions 1 to 6, 8/0, 15, 16, 17, 22, 23 and 43/14; whatever else is
 * asked for gets the exception that MODBUS Application Protocol V1.1b3, clause 7, has for it.
 *
 * @module
 */

import { Anomaly, MALFORMED } from '../operation/anomaly.ts';
import { Operation } from '../operation/operation.ts';
import { Side } from '../operation/side.ts';
import { Verb } from '../operation/verb.ts';
import {
  bitsResponse,
  diagnostics,
  exceptionResponse,
  type Header,
  identificationResponse,
  maskWrite,
  registersResponse,
  serverIdResponse,
  writeCoil,
  writeMultipleResponse,
  writeRegister,
} from '../protocol/modbus/encode.ts';
import { ExceptionCode } from '../protocol/modbus/errors.ts';
import { Fc, Mei } from '../protocol/modbus/functions.ts';
import { modbus } from '../protocol/modbus/modbus.ts';
import type { ModbusUnit } from './modbus-unit.ts';
import { ProtocolServer, type ServerSession, type ServerWire } from './protocol-server.ts';

export interface ModbusIdentity {
  readonly vendor: string;
  readonly product: string;
  readonly revision: string;
}

/** What is behind one address: units by number. */
export interface ModbusDevice {
  readonly units: ReadonlyMap<number, ModbusUnit>;
  readonly identity: ModbusIdentity;
}

export function modbusServer(device: ModbusDevice): ProtocolServer {
  return new ProtocolServer(modbus, wire => new ModbusSession(device, wire));
}

/** Thrown to answer with an exception; never leaves the session. */
class Refused extends Error {
  readonly exception: number;

  constructor(exception: number) {
    super(`exception ${exception}`);
    this.exception = exception;
  }
}

/** One connection. */
export class ModbusSession implements ServerSession {
  readonly #device: ModbusDevice;
  readonly #wire: ServerWire;
  // Requests are answered at once, so nothing is ever pending.
  readonly #conversation = modbus.open({ requests: 1, bytes: 256 });
  readonly #op = new Operation();

  constructor(device: ModbusDevice, wire: ServerWire) {
    this.#device = device;
    this.#wire = wire;
  }

  message(view: DataView, at: number, end: number): void {
    const op = this.#op;
    let to: Header = { transaction: 0, unit: 0 };
    let code = 0;
    try {
      let answer: Uint8Array | undefined;
      // Read/Write Multiple Registers comes as two items and writes before it reads: so the read waits.
      let read = { address: 0, extent: 0 };
      this.#conversation.decode(Side.client, view, at, end, op, {
        operation: item => {
          to = { transaction: item.reference, unit: item.station };
          code = item.code;
          if (item.items > 1 && item.verb === Verb.read)
            read = { address: item.address, extent: item.extent };
          else answer = this.#answer(to, item, read);
        },
      });
      if (answer !== undefined) this.#wire.send(answer);
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      this.#wire.send(exceptionResponse(to, code, error.exception));
    }
  }

  #answer(to: Header, op: Operation, read: { address: number; extent: number }): Uint8Array {
    const { identity, units } = this.#device;
    const unit = units.get(op.station);
    if (unit === undefined) throw new Refused(ExceptionCode.gatewayPathUnavailable);
    if (op.anomalies & Anomaly.address) throw new Refused(ExceptionCode.illegalDataAddress);
    if (op.anomalies & MALFORMED) throw new Refused(ExceptionCode.illegalDataValue);
    switch (op.code) {
      case Fc.readCoils:
        return bitsResponse(to, op.code, bits(unit.coils, op));
      case Fc.readDiscreteInputs:
        return bitsResponse(to, op.code, bits(unit.discretes, op));
      case Fc.readHoldingRegisters:
        return registersResponse(to, op.code, words(unit.holdings, op));
      case Fc.readInputRegisters:
        return registersResponse(to, op.code, words(unit.inputs, op));
      case Fc.writeSingleCoil:
        setBits(unit.coils, op);
        return writeCoil(to, op.address, op.value(0) === true);
      case Fc.writeMultipleCoils:
        setBits(unit.coils, op);
        return writeMultipleResponse(to, op.code, op.address, op.extent);
      case Fc.writeSingleRegister:
        setWords(unit.holdings, op);
        return writeRegister(to, op.address, Number(op.value(0)));
      case Fc.writeMultipleRegisters:
        setWords(unit.holdings, op);
        return writeMultipleResponse(to, op.code, op.address, op.extent);
      case Fc.maskWriteRegister: {
        const [and, or] = [Number(op.value(0)), Number(op.value(1))];
        const [now] = words(unit.holdings, op);
        unit.holdings[op.address] = (now! & and) | (or & ~and);
        return maskWrite(to, op.address, and, or);
      }
      case Fc.readWriteMultipleRegisters:
        setWords(unit.holdings, op);
        return registersResponse(to, op.code, words(unit.holdings, read));
      case Fc.diagnostics:
        if (op.subcode !== 0) throw new Refused(ExceptionCode.illegalFunction);
        return diagnostics(to, 0, queryData(op));
      case Fc.reportServerId:
        return serverIdResponse(to, [...Buffer.from(identity.product, 'latin1'), 0xff]);
      case Fc.encapsulatedInterface:
        if (op.subcode !== Mei.identification) throw new Refused(ExceptionCode.illegalFunction);
        return identification(to, op, identity);
      default:
        throw new Refused(ExceptionCode.illegalFunction);
    }
  }
}

interface Range {
  readonly address: number;
  readonly extent: number;
}

function within(size: number, { address, extent }: Range): void {
  if (address + extent > size) throw new Refused(ExceptionCode.illegalDataAddress);
}

function bits(space: Uint8Array, range: Range): boolean[] {
  within(space.length, range);
  return Array.from(space.subarray(range.address, range.address + range.extent), bit => bit !== 0);
}

function words(space: Uint16Array, range: Range): number[] {
  within(space.length, range);
  return Array.from(space.subarray(range.address, range.address + range.extent));
}

function setBits(space: Uint8Array, op: Operation): void {
  within(space.length, op);
  for (let i = 0; i < op.extent; i++) space[op.address + i] = op.value(i) === true ? 1 : 0;
}

function setWords(space: Uint16Array, op: Operation): void {
  within(space.length, op);
  for (let i = 0; i < op.extent; i++) space[op.address + i] = Number(op.value(i));
}

/** The data that Return Query Data asks to have back. */
function queryData(op: Operation): number[] {
  return Array.from({ length: op.valueLength >> 1 }, (_, i) => op.valueView.getUint16(op.valueAt + 2 * i));
}

/** Clause 6.21: the three basic objects, as a stream (access 1 to 3) or one of them (4). */
function identification(to: Header, op: Operation, identity: ModbusIdentity): Uint8Array {
  const objects = [identity.vendor, identity.product, identity.revision].map(
    (text, id) => [id, text] as const,
  );
  const single = op.extent === 1;
  if (single && op.address >= objects.length) throw new Refused(ExceptionCode.illegalDataAddress);
  return identificationResponse(to, {
    access: single ? 4 : 1,
    // Basic identification, as a stream and one by one.
    conformity: 0x81,
    objects: single ? [objects[op.address]!] : objects,
  });
}
