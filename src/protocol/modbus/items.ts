/**
 * Fills the object and the values of an operation.
 *
 * @module
 */

import type { Operation } from '../../operation/operation.ts';
import { ValueType } from '../../operation/value.ts';

/** The bytes `at..end`, not understood further. */
export function rest(op: Operation, view: DataView, at: number, end: number): void {
  if (end > at) values(op, view, at, end - at, ValueType.bytes, 1);
}

export function object(op: Operation, space: number, address: number, extent: number): void {
  op.space = space;
  op.address = address;
  op.extent = extent;
}

/** `bytes` bytes of packed bits: as many as the object has, or all where it is not known. */
export function bits(op: Operation, view: DataView, at: number, bytes: number): void {
  const count = op.space === 0 || op.extent > bytes * 8 ? bytes * 8 : op.extent;
  values(op, view, at, bytes, ValueType.bits, count);
}

/** `bytes` bytes of registers: as many as the object has, or all where it is not known. */
export function registers(op: Operation, view: DataView, at: number, bytes: number): void {
  const count = op.space === 0 || op.extent > bytes >> 1 ? bytes >> 1 : op.extent;
  values(op, view, at, bytes, ValueType.u16, count);
}

export function values(
  op: Operation,
  view: DataView,
  at: number,
  bytes: number,
  type: ValueType,
  count: number,
): void {
  op.valueView = view;
  op.valueAt = at;
  op.valueLength = bytes;
  op.valueType = type;
  op.valueCount = count;
}
