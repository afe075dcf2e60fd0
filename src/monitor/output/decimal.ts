/**
 * Numbers as decimal digits, three at a time, straight into a buffer.
 *
 * Each function writes at `at`, at most ten digits, and returns where the next byte goes; it may write up to three bytes more,
 * whose content means nothing.
 *
 * @module
 */

/** Digits of 0 to 999, as four bytes of which the first is in the lowest bits, and how many they are. */
const DIGITS = new Int32Array(1000);
const LENGTHS = new Uint8Array(1000);
/** The same with zeros in front, always three. */
const PADDED = new Int32Array(1000);

const COMMA = 44;
const ZERO = 48;

// A comma is behind each, which need not be written for itself where numbers stand in a row.
for (let value = 0; value < 1000; value++) {
  const hundreds = ZERO + Math.floor(value / 100);
  const tens = ZERO + (Math.floor(value / 10) % 10);
  const ones = ZERO + (value % 10);
  PADDED[value] = hundreds | (tens << 8) | (ones << 16) | (COMMA << 24);
  LENGTHS[value] = value < 10 ? 1 : value < 100 ? 2 : 3;
  DIGITS[value] = PADDED[value]! >>> (8 * (3 - LENGTHS[value]!));
}

/** A whole number of 0 to 999,999. The byte behind it is a comma. */
export function putSmall(value: number, to: DataView, at: number): number {
  if (value < 1000) {
    to.setInt32(at, DIGITS[value]!, true);
    return at + LENGTHS[value]!;
  }
  const thousands = (value / 1000) | 0;
  to.setInt32(at, DIGITS[thousands]!, true);
  const next = at + LENGTHS[thousands]!;
  to.setInt32(next, PADDED[value - thousands * 1000]!, true);
  return next + 3;
}

/** The same with zeros in front, always six digits. */
export function putSix(value: number, to: DataView, at: number): number {
  const thousands = (value / 1000) | 0;
  to.setInt32(at, PADDED[thousands]!, true);
  to.setInt32(at + 3, PADDED[value - thousands * 1000]!, true);
  return at + 6;
}

/** A whole number of 0 to 2^32. The byte behind it is a comma. */
export function putWhole(value: number, to: DataView, at: number): number {
  if (value < 1_000_000) return putSmall(value, to, at);
  const millions = Math.floor(value / 1_000_000);
  return putSix(value - millions * 1_000_000, to, putSmall(millions, to, at));
}
