/**
 * Finds in an operation's bytes the value that it gives to certain bits of its object, without allocating.
 *
 * @module
 */

import type { Operation } from '../../operation/operation.ts';
import { ValueType } from '../../operation/value.ts';
import { readForm, type ValueForm } from '../value-form.ts';

/** Where the value lies: a byte offset in `op.valueView`, or this. */
const NOWHERE = -1;

/**
 * Byte of `op.valueView` at which the value of the bits `from..` of width `form.bits` begins, where the operation
 * gives all of it; else {@link NOWHERE}. `unit` is the width in bits of the space's addresses.
 */
function locate(op: Operation, unit: number, form: ValueForm, from: number): number {
  const first = op.address * unit;
  const last = first + op.extent * unit;
  if (from < first || from + form.bits > last) return NOWHERE;
  const offset = from - first;
  switch (op.valueType) {
    case ValueType.none:
    case ValueType.mask:
      return NOWHERE;
    case ValueType.bits:
      if (form.bits !== 1 || unit !== 1 || op.valueLength * 8 < op.extent) return NOWHERE;
      return op.valueAt + (offset >> 3);
    case ValueType.coil:
      return form.bits === 1 && unit === 1 && op.extent === 1 && op.valueLength >= 2 ? op.valueAt : NOWHERE;
    case ValueType.bool:
      return form.bits === 1 && unit === 1 && op.valueLength === op.extent ? op.valueAt + offset : NOWHERE;
    default:
      // All others are the object's own bytes, one after the other.
      if (op.valueLength * 8 !== last - first || (first & 7) !== 0) return NOWHERE;
      if (form.bits === 1 && unit >= 16) {
        // Bit 0 is the least significant of its unit, which begins with its most significant byte.
        const bit = from % unit;
        return op.valueAt + (((offset - bit) >> 3) + (unit >> 3) - 1 - (bit >> 3));
      }
      if (form.bits > 1 && (offset & 7) !== 0) return NOWHERE;
      return op.valueAt + (offset >> 3);
  }
}

/**
 * Puts the value that the operation gives to the bits `from..`, as the device holds it and not scaled, into `into[0]`;
 * false, and NaN, where it does not give all of it.
 */
export function valueGiven(
  op: Operation,
  unit: number,
  form: ValueForm,
  from: number,
  into: Float64Array,
): boolean {
  const { valueView } = op;
  const at = locate(op, unit, form, from);
  if (at === NOWHERE) into[0] = Number.NaN;
  else if (form.bits > 1) readForm(form, valueView, at, into);
  else if (op.valueType === ValueType.coil) into[0] = valueView.getUint16(at) === 0xff00 ? 1 : 0;
  else if (op.valueType === ValueType.bool) into[0] = valueView.getUint8(at) !== 0 ? 1 : 0;
  else {
    const bit = op.valueType === ValueType.bits ? from - op.address * unit : from;
    into[0] = (valueView.getUint8(at) >> (bit & 7)) & 1;
  }
  return at !== NOWHERE;
}

const given = new Float64Array(1);

/** The same, for who may allocate: undefined where the operation does not give all of it. */
export function givenValue(op: Operation, unit: number, form: ValueForm, from: number): number | undefined {
  return valueGiven(op, unit, form, from, given) ? given[0]! : undefined;
}
