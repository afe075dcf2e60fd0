/**
 * The digest computed anew from NDJSON, as docs/inspect.md describes it: slowly, with numbers of any length.
 *
 * @module
 */

/** Fields of a line of NDJSON that the digest covers. */
interface Line {
  readonly protocol: string;
  readonly code: number;
  readonly sub?: number;
  readonly outcome: 'asked' | 'ok' | 'failed';
  readonly error?: number;
  readonly space?: string;
  readonly area?: number;
  readonly address?: number;
  readonly extent?: number;
  readonly name?: string;
  readonly type?: string;
  readonly values?: readonly (number | boolean | string)[];
}

const WIDTHS: Readonly<Record<string, number>> = {
  u8: 1,
  i8: 1,
  u16: 2,
  i16: 2,
  mask: 2,
  u32: 4,
  i32: 4,
  u64: 8,
  i64: 8,
};

/** The digest of all lines. */
export function digestOf(lines: readonly Line[]): string {
  let sumA = 0n;
  let sumB = 0n;
  for (const line of lines) {
    let a = 0n;
    let b = 0n;
    for (const number of words(line)) {
      const word = BigInt.asUintN(32, BigInt(number));
      a = BigInt.asUintN(32, (rotated(a, 13n) ^ word) * 0x9e3779b1n);
      b = BigInt.asUintN(32, (rotated(b, 19n) + word) * 0x85ebca6bn);
    }
    sumA += finished(a);
    sumB += finished(b);
  }
  return [sumA, sumB].map(sum => BigInt.asUintN(32, sum).toString(16).padStart(8, '0')).join('');
}

function words(line: Line): number[] {
  const {
    protocol,
    code,
    sub = -1,
    outcome,
    error = 0,
    space = '',
    name = '',
    type = 'none',
    values = [],
  } = line;
  return [
    named(protocol),
    code,
    sub,
    ['asked', 'ok', 'failed'].indexOf(outcome),
    error,
    named(space),
    ...(space === '' ? [] : [line.area!, line.address!, line.extent!]),
    ...counted(Buffer.from(name, 'latin1')),
    named(type),
    values.length,
    ...valueWords(type, values),
  ];
}

function valueWords(type: string, values: NonNullable<Line['values']>): number[] {
  switch (type) {
    case 'none':
      return [];
    case 'bool':
    case 'coil':
      return values.map(Number);
    case 'f32':
    case 'f64':
      return values.flatMap(value => floatWords(type, Number(value)));
    case 'text':
      return counted(Buffer.from(String(values[0] ?? ''), 'latin1'));
    case 'bytes':
      return counted(Buffer.from(String(values[0] ?? ''), 'hex'));
    case 'bits': {
      const bytes = Buffer.alloc(Math.ceil(values.length / 8));
      values.forEach((value, i) => {
        bytes[i >> 3]! |= Number(value) << (i & 7);
      });
      return counted(bytes);
    }
    default: {
      const width = WIDTHS[type]!;
      const digits = values.map(value => BigInt.asUintN(width * 8, BigInt(value)).toString(16));
      return counted(Buffer.from(digits.map(text => text.padStart(width * 2, '0')).join(''), 'hex'));
    }
  }
}

function floatWords(type: 'f32' | 'f64', value: number): number[] {
  const bytes = Buffer.alloc(type === 'f32' ? 4 : 8);
  if (Number.isNaN(value)) bytes.set(type === 'f32' ? [0x7f, 0xc0] : [0x7f, 0xf8]);
  else if (type === 'f32') bytes.writeFloatBE(value + 0);
  else bytes.writeDoubleBE(value + 0);
  return inWords(bytes);
}

function counted(bytes: Buffer): number[] {
  return [bytes.length, ...inWords(bytes)];
}

function inWords(bytes: Buffer): number[] {
  const filled = Buffer.concat([bytes, Buffer.alloc(3)]);
  return Array.from({ length: Math.ceil(bytes.length / 4) }, (_, i) => filled.readInt32BE(i * 4));
}

/** 32 bits FNV-1a. */
function named(text: string): number {
  let hash = 0x811c9dc5n;
  for (const byte of Buffer.from(text)) hash = BigInt.asUintN(32, (hash ^ BigInt(byte)) * 0x01000193n);
  return Number(hash);
}

function rotated(word: bigint, bits: bigint): bigint {
  return BigInt.asUintN(32, (word << bits) | (word >> (32n - bits)));
}

/** The finalizer of MurmurHash3, 32 bits. */
function finished(word: bigint): bigint {
  let h = BigInt.asUintN(32, (word ^ (word >> 16n)) * 0x85ebca6bn);
  h = BigInt.asUintN(32, (h ^ (h >> 13n)) * 0xc2b2ae35n);
  return h ^ (h >> 16n);
}
