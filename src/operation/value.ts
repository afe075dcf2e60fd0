/**
 * Values: how the bytes that an operation carries are to be read. Nothing is decoded until somebody asks.
 *
 * @module
 */

/** How values lie in the message. Multi-byte types are big-endian unless the name says otherwise. */
export const ValueType = {
  none: 0,
  /** Packed bits, first value in the least significant bit of the first byte (Modbus coils). */
  bits: 1,
  /** One 16-bit word, 0xff00 for on and 0x0000 for off (Modbus write single coil). */
  coil: 2,
  /** One byte, zero for off (S7 BIT). */
  bool: 3,
  u8: 4,
  i8: 5,
  u16: 6,
  i16: 7,
  u32: 8,
  i32: 9,
  u64: 10,
  i64: 11,
  f32: 12,
  f64: 13,
  /** ISO 8859-1 text. One value, `valueLength` bytes long. */
  text: 14,
  /** Bytes without further meaning here. One value, `valueLength` bytes long; given as hexadecimal. */
  bytes: 15,
  /** An AND mask and an OR mask, two 16-bit words (Modbus mask write register). Two values. */
  mask: 16,
} as const;
export type ValueType = (typeof ValueType)[keyof typeof ValueType];
export type ValueTypeName = keyof typeof ValueType;

/** Names by number. */
export const VALUE_TYPES = Object.keys(ValueType) as readonly ValueTypeName[];

/** Bits that one value occupies, by type; 0 where it depends on the length. */
export const VALUE_BITS: readonly number[] = [0, 1, 16, 8, 8, 8, 16, 16, 32, 32, 64, 64, 32, 64, 0, 0, 16];

/** A decoded value. */
export type Value = number | bigint | boolean | string;

/**
 * Value `index` of the values at `at`. The caller vouches that it lies within the bytes: for `text` and
 * `bytes` all `length` bytes are the one value.
 */
export function readValue(view: DataView, at: number, length: number, type: number, index: number): Value {
  switch (type) {
    case ValueType.none:
      return '';
    case ValueType.bits:
    case ValueType.coil:
    case ValueType.bool:
      return readNumber(view, at, type, index) === 1;
    case ValueType.u64:
      return view.getBigUint64(at + index * 8);
    case ValueType.i64:
      return view.getBigInt64(at + index * 8);
    case ValueType.text:
      return text(view, at, length);
    case ValueType.bytes:
      return hex(view, at, length);
    default:
      return readNumber(view, at, type, index);
  }
}

/** Value `index` as a number, of a type that numbers hold: 1 and 0 for yes and no. Makes nothing. NaN for other types. */
export function readNumber(view: DataView, at: number, type: number, index: number): number {
  switch (type) {
    case ValueType.bits:
      return (view.getUint8(at + (index >> 3)) >> (index & 7)) & 1;
    case ValueType.coil:
      return view.getUint16(at) === 0xff00 ? 1 : 0;
    case ValueType.bool:
      return view.getUint8(at + index) === 0 ? 0 : 1;
    case ValueType.u8:
      return view.getUint8(at + index);
    case ValueType.i8:
      return view.getInt8(at + index);
    case ValueType.u16:
    case ValueType.mask:
      return view.getUint16(at + index * 2);
    case ValueType.i16:
      return view.getInt16(at + index * 2);
    case ValueType.u32:
      return view.getUint32(at + index * 4);
    case ValueType.i32:
      return view.getInt32(at + index * 4);
    case ValueType.f32:
      return view.getFloat32(at + index * 4);
    case ValueType.f64:
      return view.getFloat64(at + index * 8);
    default:
      return Number.NaN;
  }
}

/** `length` bytes as ISO 8859-1 text. */
export function text(view: DataView, at: number, length: number): string {
  return Buffer.from(view.buffer, view.byteOffset + at, length).toString('latin1');
}

/** `length` bytes as lower-case hexadecimal. */
export function hex(view: DataView, at: number, length: number): string {
  return Buffer.from(view.buffer, view.byteOffset + at, length).toString('hex');
}
