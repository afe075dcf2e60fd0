/**
 * A station's requests to a Modbus unit, and what it makes of the answers.
 *
 * @module
 */

import { readRequest, writeRegister, writeRegistersRequest } from '../protocol/modbus/encode.ts';
import { Fc } from '../protocol/modbus/functions.ts';
import type { ModbusUnit } from './modbus-unit.ts';
import type { ProtocolClient, Reply } from './protocol-client.ts';
import { addressCount, type ModbusPlace, type Tag } from './tag.ts';

const READ = {
  coil: Fc.readCoils,
  discrete: Fc.readDiscreteInputs,
  input: Fc.readInputRegisters,
  holding: Fc.readHoldingRegisters,
} as const;

/** Reads `count` objects of a space. */
export function read(unit: number, space: ModbusPlace['space'], address: number, count: number) {
  return (client: ProtocolClient): Promise<Reply> =>
    client.request(readRequest({ transaction: client.nextReference(), unit }, READ[space], address, count));
}

/** Puts the values of an answer to {@link read} into a station's copy of the unit. */
export function take(copy: ModbusUnit, space: ModbusPlace['space'], address: number, reply: Reply): void {
  const target = {
    coil: copy.coils,
    discrete: copy.discretes,
    input: copy.inputs,
    holding: copy.holdings,
  }[space];
  reply.items[0]!.values.forEach((value, i) => {
    target[address + i] = Number(value);
  });
}

/** Writes a tag's value, all its registers at once. */
export function write(tag: Tag, registers: ArrayLike<number>) {
  const { station: unit, address } = tag.place as ModbusPlace;
  return (client: ProtocolClient): Promise<Reply> => {
    const to = { transaction: client.nextReference(), unit };
    return client.request(
      addressCount(tag) === 1
        ? writeRegister(to, address, registers[0]!)
        : writeRegistersRequest(to, address, Array.from(registers)),
    );
  };
}
