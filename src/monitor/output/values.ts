/**
 * Values of an operation as JSON: numbers as they are; what JSON numbers cannot hold (64-bit integers,
 * infinities, not-a-number) as text; text with one character for each byte (ISO 8859-1); bytes as hexadecimal.
 *
 * @module
 */

import type { Operation } from '../../operation/operation.ts';
import { ValueType } from '../../operation/value.ts';
import { type ByteWriter, Fragment } from './byte-writer.ts';

const TRUE = new Fragment('true');
const FALSE = new Fragment('false');

const COMMA = 44;
const QUOTE = 34;

/** All values, separated by commas. */
export function writeValues(op: Operation, to: ByteWriter): void {
  const { valueView: view, valueAt: at, valueCount: count } = op;
  if (count === 0) return;
  // The common types are read where they lie; the rest through the one function that knows all.
  switch (op.valueType) {
    case ValueType.bits:
      for (let i = 0; i < count; i++) {
        if (i > 0) to.byte(COMMA);
        to.fragment(((view.getUint8(at + (i >> 3)) >> (i & 7)) & 1) === 1 ? TRUE : FALSE);
      }
      return;
    case ValueType.u8:
      for (let i = 0; i < count; i++) {
        if (i > 0) to.byte(COMMA);
        to.integer(view.getUint8(at + i));
      }
      return;
    case ValueType.u16:
    case ValueType.mask:
      for (let i = 0; i < count; i++) {
        if (i > 0) to.byte(COMMA);
        to.integer(view.getUint16(at + 2 * i));
      }
      return;
    case ValueType.bytes:
      to.byte(QUOTE);
      to.hex(view, at, at + op.valueLength);
      to.byte(QUOTE);
      return;
    default:
      for (let i = 0; i < count; i++) {
        if (i > 0) to.byte(COMMA);
        writeValue(op, i, to);
      }
  }
}

function writeValue(op: Operation, index: number, to: ByteWriter): void {
  const value = op.value(index);
  switch (typeof value) {
    case 'number':
      to.number(value);
      break;
    case 'boolean':
      to.fragment(value ? TRUE : FALSE);
      break;
    case 'bigint':
      to.text(`"${value}"`);
      break;
    default:
      to.json(value);
  }
}
