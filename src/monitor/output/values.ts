/**
 * Values of an operation as JSON: numbers as they are; what JSON numbers cannot hold (64-bit integers,
 * infinities, not-a-number) as text; text with one character for each byte (ISO 8859-1); bytes as hexadecimal.
 *
 * @module
 */

import type { Operation } from '../../operation/operation.ts';
import { ValueType } from '../../operation/value.ts';
import { type ByteWriter, copyText } from './byte-writer.ts';
import { FloatCache, PART } from './cache.ts';
import { putSmall } from './decimal.ts';

const COMMA = 44;
const QUOTE = 34;

/** Bytes that a value of the common types takes at most, with its comma. */
const WIDEST = 6;

/** All values of a byte of bits, each with a comma behind it, and the bytes from one to the next. */
const BITS_STRIDE = 64;
const BITS = new DataView(new ArrayBuffer(256 * BITS_STRIDE));
const BITS_LENGTHS = Uint8Array.from({ length: 256 }, (_, bits) => {
  let text = '';
  for (let i = 0; i < 8; i++) text += (bits >> i) & 1 ? 'true,' : 'false,';
  return Buffer.from(BITS.buffer, bits * BITS_STRIDE).write(text, 'latin1');
});

const floats = new FloatCache();

/** All values, separated by commas, from `start`, for which it makes room. Returns where the next byte goes. */
export function putValues(op: Operation, to: ByteWriter, start: number): number {
  const { valueView: from, valueAt, valueCount: count } = op;
  if (count === 0) return start;
  let at = start;
  to.at = at;
  to.reserve(count * WIDEST);
  const { view } = to;
  // The common types are read where they lie; the rest through the one function that knows all.
  switch (op.valueType) {
    case ValueType.bits: {
      const whole = valueAt + (count >> 3);
      for (let i = valueAt; i < whole; i++) {
        const bits = from.getUint8(i);
        at = copyText(BITS, bits * BITS_STRIDE, BITS_LENGTHS[bits]!, view, at);
      }
      for (let i = 0; i < (count & 7); i++) at = putFlag((from.getUint8(whole) >> i) & 1, view, at);
      return at - 1;
    }
    case ValueType.coil:
      return putFlag(from.getUint16(valueAt) === 0xff00 ? 1 : 0, view, at) - 1;
    case ValueType.bool:
      for (let i = 0; i < count; i++) at = putFlag(from.getUint8(valueAt + i), view, at);
      return at - 1;
    // A comma stands behind each number already.
    case ValueType.u8:
      for (let i = 0; i < count; i++) at = putSmall(from.getUint8(valueAt + i), view, at) + 1;
      return at - 1;
    case ValueType.u16:
    case ValueType.mask:
      for (let i = 0; i < count; i++) at = putSmall(from.getUint16(valueAt + 2 * i), view, at) + 1;
      return at - 1;
    default:
      if (op.valueType === ValueType.bytes) writeHex(op, to);
      else writeEach(op, to);
      // For the bracket that follows.
      to.reserve(1);
      return to.at;
  }
}

/** `true,` or `false,`. */
function putFlag(flag: number, view: DataView, at: number): number {
  if (flag !== 0) {
    view.setInt32(at, 0x65757274, true);
    view.setUint8(at + 4, COMMA);
    return at + 5;
  }
  view.setInt32(at, 0x736c6166, true);
  view.setUint16(at + 4, 0x2c65, true);
  return at + 6;
}

function writeHex(op: Operation, to: ByteWriter): void {
  to.byte(QUOTE);
  to.hex(op.valueView, op.valueAt, op.valueAt + op.valueLength);
  to.byte(QUOTE);
}

function writeEach(op: Operation, to: ByteWriter): void {
  const { valueView: view, valueAt: at, valueCount: count } = op;
  for (let i = 0; i < count; i++) {
    if (i > 0) to.byte(COMMA);
    if (op.valueType === ValueType.f32) {
      to.reserve(PART);
      to.at = floats.put(view.getInt32(at + 4 * i), to, to.at);
    } else writeValue(op, i, to);
  }
}

function writeValue(op: Operation, index: number, to: ByteWriter): void {
  const value = op.value(index);
  switch (typeof value) {
    case 'number':
      to.number(value);
      break;
    case 'bigint':
      to.text(`"${value}"`);
      break;
    default:
      to.json(String(value));
  }
}
