/**
 * How a tag's value lies in the bytes of a device: its type, and the order of words and bytes. Reading one
 * allocates nothing: 64-bit integers are taken as two halves, exact up to 2^53, which no limit exceeds.
 *
 * @module
 */

/** Types that a tag can have, with their width in bits and, for integers, whether they have a sign. */
export const TAG_TYPES = {
  bool: { bits: 1, signed: false, float: false },
  uint8: { bits: 8, signed: false, float: false },
  int8: { bits: 8, signed: true, float: false },
  uint16: { bits: 16, signed: false, float: false },
  int16: { bits: 16, signed: true, float: false },
  uint32: { bits: 32, signed: false, float: false },
  int32: { bits: 32, signed: true, float: false },
  uint64: { bits: 64, signed: false, float: false },
  int64: { bits: 64, signed: true, float: false },
  float32: { bits: 32, signed: true, float: true },
  float64: { bits: 64, signed: true, float: true },
} as const;
export type TagType = keyof typeof TAG_TYPES;

/** Type and order of a value. */
export interface ValueForm {
  readonly type: TagType;
  readonly bits: number;
  readonly signed: boolean;
  readonly float: boolean;
  /** The least significant word comes first. */
  readonly wordsLittle: boolean;
  /** Within a word of 16 bits, the least significant byte comes first. */
  readonly bytesLittle: boolean;
}

export function valueForm(type: TagType, wordsLittle = false, bytesLittle = false): ValueForm {
  return { type, ...TAG_TYPES[type], wordsLittle, bytesLittle };
}

/** Least and greatest integer of the form; not for floats. */
export function integerBounds({ bits, signed }: ValueForm): readonly [bigint, bigint] {
  const width = BigInt(bits);
  return signed ? [-(1n << (width - 1n)), (1n << (width - 1n)) - 1n] : [0n, (1n << width) - 1n];
}

const scratch = new DataView(new ArrayBuffer(8));

/**
 * Puts the value at byte `at`, for forms of 8 bits and more, into `into[0]`. The caller vouches for the bytes. It is not
 * returned because V8 boxes a fraction that a function returns, unless it inlines the function.
 */
export function readForm(form: ValueForm, view: DataView, at: number, into: Float64Array): void {
  const bytes = form.bits >> 3;
  for (let i = 0; i < bytes; i++) scratch.setUint8(i, view.getUint8(at + place(form, bytes, i)));
  switch (bytes) {
    case 1:
      into[0] = form.signed ? scratch.getInt8(0) : scratch.getUint8(0);
      return;
    case 2:
      into[0] = form.signed ? scratch.getInt16(0) : scratch.getUint16(0);
      return;
    case 4:
      if (form.float) into[0] = scratch.getFloat32(0);
      else into[0] = form.signed ? scratch.getInt32(0) : scratch.getUint32(0);
      return;
    default:
      if (form.float) into[0] = scratch.getFloat64(0);
      else {
        const high = form.signed ? scratch.getInt32(0) : scratch.getUint32(0);
        into[0] = high * 0x1_0000_0000 + scratch.getUint32(4);
      }
  }
}

/** Writes what {@link readForm} would read. */
export function writeForm(form: ValueForm, view: DataView, at: number, value: number | bigint): void {
  if (form.float) {
    if (form.bits === 32) scratch.setFloat32(0, Number(value));
    else scratch.setFloat64(0, Number(value));
  } else {
    scratch.setBigUint64(0, BigInt.asUintN(64, BigInt(value) << BigInt(64 - form.bits)));
  }
  const bytes = form.bits >> 3;
  for (let i = 0; i < bytes; i++) view.setUint8(at + place(form, bytes, i), scratch.getUint8(i));
}

/** Where byte `i`, counted from the most significant, lies. */
function place(form: ValueForm, bytes: number, i: number): number {
  if (bytes === 1) return 0;
  const word = form.wordsLittle ? (bytes >> 1) - 1 - (i >> 1) : i >> 1;
  return word * 2 + (form.bytesLittle ? 1 - (i & 1) : i & 1);
}
