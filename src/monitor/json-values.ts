/**
 * Values of an operation as JSON: numbers as they are; what JSON numbers cannot hold (64-bit integers,
 * infinities, not-a-number) as text; text with one character for each byte (ISO 8859-1).
 *
 * @module
 */

import type { Operation } from '../operation/operation.ts';
import { ValueType } from '../operation/value.ts';

/** A JSON array. */
export function jsonValues(op: Operation): string {
  const count = op.valueCount;
  let text = '[';
  for (let i = 0; i < count; i++) {
    if (i > 0) text += ',';
    const value = op.value(i);
    switch (typeof value) {
      case 'number':
        text += Number.isFinite(value) ? String(value) : `"${value}"`;
        break;
      case 'boolean':
        text += value ? 'true' : 'false';
        break;
      case 'bigint':
        text += `"${value}"`;
        break;
      default:
        // Hexadecimal needs no escapes.
        text += op.valueType === ValueType.bytes ? `"${value}"` : JSON.stringify(value);
    }
  }
  return `${text}]`;
}
