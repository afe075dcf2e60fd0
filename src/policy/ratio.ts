/**
 * Exact numbers. A policy is written in decimals (`scale: 0.1`, `range: [807, 1210]`) and compared with what is
 * in a register; in binary fractions 121.0 / 0.1 is not 1210, so limits are converted as fractions of integers.
 *
 * @module
 */

/** `n / d`, with `d` positive. */
export interface Ratio {
  readonly n: bigint;
  readonly d: bigint;
}

export const ZERO: Ratio = { n: 0n, d: 1n };
export const ONE: Ratio = { n: 1n, d: 1n };

const DECIMAL = /^([+-]?)(\d*)(?:\.(\d*))?(?:[eE]([+-]?\d{1,3}))?$/;

/** The number that `text` writes: decimal, with fraction and exponent if need be, or hexadecimal (`0x1f`). */
export function ratioOf(text: string): Ratio | undefined {
  if (text.length > 64) return undefined;
  if (/^0x[0-9a-fA-F]+$/.test(text)) return { n: BigInt(text), d: 1n };
  const match = DECIMAL.exec(text);
  if (match === null) return undefined;
  const [, sign, whole = '', fraction = '', exponent = '0'] = match;
  if (whole === '' && fraction === '') return undefined;
  const power = Number(exponent) - fraction.length;
  if (Math.abs(power) > 340) return undefined;
  const digits = BigInt(`${sign === '-' ? '-' : ''}${whole}${fraction}`);
  return power >= 0 ? { n: digits * 10n ** BigInt(power), d: 1n } : reduced(digits, 10n ** BigInt(-power));
}

export function minus(a: Ratio, b: Ratio): Ratio {
  return reduced(a.n * b.d - b.n * a.d, a.d * b.d);
}

export function plus(a: Ratio, b: Ratio): Ratio {
  return reduced(a.n * b.d + b.n * a.d, a.d * b.d);
}

export function times(a: Ratio, b: Ratio): Ratio {
  return reduced(a.n * b.n, a.d * b.d);
}

/** `b` must not be zero. */
export function over(a: Ratio, b: Ratio): Ratio {
  return b.n < 0n ? reduced(-a.n * b.d, a.d * -b.n) : reduced(a.n * b.d, a.d * b.n);
}

export function absolute(a: Ratio): Ratio {
  return a.n < 0n ? { n: -a.n, d: a.d } : a;
}

/** -1, 0 or 1 as `a` is less than, equal to or greater than `b`. */
export function compare(a: Ratio, b: Ratio): number {
  const difference = a.n * b.d - b.n * a.d;
  return difference < 0n ? -1 : difference > 0n ? 1 : 0;
}

export function floor(a: Ratio): bigint {
  const quotient = a.n / a.d;
  return a.n < 0n && quotient * a.d !== a.n ? quotient - 1n : quotient;
}

export function ceiling(a: Ratio): bigint {
  return -floor({ n: -a.n, d: a.d });
}

/** The nearest double. */
export function toNumber(a: Ratio): number {
  // Forty significant digits decide every rounding that sixty-four characters of input can ask for.
  const magnitude = a.n < 0n ? -a.n : a.n;
  const shift = Math.max(0, 40 + a.d.toString().length - magnitude.toString().length);
  const digits = (magnitude * 10n ** BigInt(shift)) / a.d;
  return Number(`${a.n < 0n ? '-' : ''}${digits}e-${shift}`);
}

/** The double `value` exactly; it must be finite. */
export function ratioOfNumber(value: number): Ratio {
  let scaled = value;
  let d = 1n;
  while (!Number.isInteger(scaled)) {
    scaled *= 2;
    d *= 2n;
  }
  return reduced(BigInt(scaled), d);
}

function reduced(n: bigint, d: bigint): Ratio {
  let a = n < 0n ? -n : n;
  let b = d;
  while (b !== 0n) [a, b] = [b, a % b];
  return a > 1n ? { n: n / a, d: d / a } : { n, d };
}
