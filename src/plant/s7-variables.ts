/**
 * Reading and writing the memory of an S7 controller, item by item: each has a return code of its own.
 *
 * @module
 */

import { Operation } from '../operation/operation.ts';
import { isNumbered, Size, Space, sizeBits } from '../protocol/s7comm/areas.ts';
import type { DataItem } from '../protocol/s7comm/encode.ts';
import { DataSize, ItemCode, Values, Variables } from '../protocol/s7comm/items.ts';
import type { Pdu } from '../protocol/s7comm/pdu.ts';
import type { S7Controller } from './s7-controller.ts';

/** Function code and number of items, before the items. */
const ITEMS = 2;

/** How the wire calls values of a transport size. */
const DATA_SIZE = new Map<number, DataSize>([
  [Size.bit, DataSize.bit],
  [Size.int, DataSize.int],
  [Size.dint, DataSize.dint],
  [Size.real, DataSize.real],
]);

/** The values that a read variable Job asks for. */
export function readVariables(controller: S7Controller, pdu: Pdu): DataItem[] {
  return variables(pdu, (variable, object) => {
    const found = find(controller, variable, object);
    if (typeof found === 'number') return { code: found, size: DataSize.none, bytes: [] };
    const { view, byte, bit } = found;
    const size = DATA_SIZE.get(variable.size) ?? DataSize.byte;
    if (size === DataSize.bit) return { size, bytes: [(view.getUint8(byte) >> bit) & 1] };
    return { size, bytes: new Uint8Array(view.buffer, view.byteOffset + byte, variable.bytes).slice() };
  });
}

/** Carries a write variable Job out; returns what became of each item. */
export function writeVariables(controller: S7Controller, pdu: Pdu): ItemCode[] {
  const values = new Values();
  values.start(pdu.view, pdu.data, pdu.dataEnd, pdu.view.getUint8(pdu.param + 1));
  return variables(pdu, (variable, object) => {
    values.next();
    const found = find(controller, variable, object);
    if (typeof found === 'number') return found;
    const { view, byte, bit } = found;
    if (variable.size === Size.bit) {
      const others = view.getUint8(byte) & ~(1 << bit);
      view.setUint8(byte, others | ((pdu.view.getUint8(values.at) & 1) << bit));
    } else {
      for (let i = 0; i < variable.bytes; i++) view.setUint8(byte + i, pdu.view.getUint8(values.at + i));
    }
    return ItemCode.success;
  });
}

/** What `each` makes of every variable of the Job; one of several parts is given once. */
function variables<T>(pdu: Pdu, each: (variable: Variables, object: Operation) => T): T[] {
  const list = new Variables();
  const object = new Operation();
  list.start(pdu.view, pdu.param + ITEMS, pdu.paramEnd, pdu.view.getUint8(pdu.param + 1));
  const results: T[] = [];
  while (list.next(object)) if (list.part === 0) results.push(each(list, object));
  return results;
}

/** Where a variable lies, or why it can't be had. */
function find(
  controller: S7Controller,
  variable: Variables,
  object: Operation,
): { view: DataView; byte: number; bit: number } | ItemCode {
  // This CPU knows the S7ANY syntax only, and has no timers and counters.
  if (variable.parts !== 1 || variable.bytes < 0 || sizeBits(variable.size) === 0) {
    return ItemCode.typeNotSupported;
  }
  if (isNumbered(object.space)) return ItemCode.missing;
  const view = memory(controller, object);
  if (view === undefined) return ItemCode.missing;
  const byte = object.address >> 3;
  if (byte + variable.bytes > view.byteLength) return ItemCode.address;
  return { view, byte, bit: object.address & 7 };
}

function memory(controller: S7Controller, { space, area }: Operation): DataView | undefined {
  switch (space) {
    case Space.DB:
      return controller.data(area);
    case Space.I:
      return controller.areas.inputs;
    case Space.Q:
      return controller.areas.outputs;
    case Space.M:
      return controller.areas.flags;
    default:
      return undefined;
  }
}
