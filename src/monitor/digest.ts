/**
 * A digest over all operations that does not depend on their order, nor on how they were divided among workers: the
 * sum of a hash of 64 bits of each. It shows whether two readings decoded alike; against somebody who looks for two
 * that have the same digest it is no proof.
 *
 * What is hashed, and how, is in docs/inspect.md: fields that NDJSON has too, so that whoever wants to can compute it
 * anew. It is no cryptographic hash because that would cost several times what all of the decoding does.
 *
 * @module
 */

import { type Operation, Outcome, type Sink } from '../operation/operation.ts';
import { VALUE_BITS, VALUE_TYPES, ValueType } from '../operation/value.ts';
import { finish } from '../packet/hash.ts';
import type { Protocol } from '../protocol/protocol.ts';

const NAN_32 = 0x7fc00000;
const NAN_64 = 0x7ff80000;
const NO_TEXT = numberOf('');
const TYPES = Int32Array.from(VALUE_TYPES, numberOf);

export class Digest implements Sink {
  /** By protocol: the number of its name, and of the names of its spaces. */
  readonly #protocols: Int32Array;
  readonly #spaces: readonly Int32Array[];
  // The sums, and the hash under way.
  #sumA = 0;
  #sumB = 0;
  #a = 0;
  #b = 0;

  constructor(protocols: readonly Protocol[]) {
    this.#protocols = Int32Array.from(protocols, p => numberOf(p.name));
    this.#spaces = protocols.map(p => Int32Array.from(p.spaces, ({ name }) => numberOf(name)));
  }

  operation(op: Operation): void {
    this.#a = 0;
    this.#b = 0;
    this.#word(this.#protocols[op.protocol]!);
    this.#word(op.code);
    this.#word(op.subcode < 0 ? -1 : op.subcode);
    this.#word(op.outcome);
    this.#word(op.outcome === Outcome.failed ? op.error : 0);
    this.#object(op);
    this.#values(op);
    this.#sumA = (this.#sumA + finish(this.#a)) | 0;
    this.#sumB = (this.#sumB + finish(this.#b)) | 0;
  }

  /** The two sums as 16 hexadecimal digits. */
  toString(): string {
    return digits(this.#sumA) + digits(this.#sumB);
  }

  #object(op: Operation): void {
    if (op.space === 0) this.#word(NO_TEXT);
    else {
      this.#word(this.#spaces[op.protocol]![op.space]!);
      this.#word(op.area);
      this.#word(op.address);
      this.#word(op.extent);
    }
    this.#bytes(op.nameView, op.nameAt, op.nameLength);
  }

  #values(op: Operation): void {
    const { valueType: type, valueView: view, valueAt: at, valueCount: count } = op;
    this.#word(TYPES[type]!);
    this.#word(count);
    switch (type) {
      case ValueType.none:
        return;
      case ValueType.bits:
        this.#bits(view, at, count);
        return;
      case ValueType.bool:
        for (let i = 0; i < count; i++) this.#word(view.getUint8(at + i) === 0 ? 0 : 1);
        return;
      case ValueType.coil:
        for (let i = 0; i < count; i++) this.#word(view.getUint16(at) === 0xff00 ? 1 : 0);
        return;
      case ValueType.f32:
        for (let i = 0; i < count; i++) this.#float(view.getInt32(at + i * 4));
        return;
      case ValueType.f64:
        for (let i = 0; i < count; i++) this.#double(view, at + i * 8);
        return;
      case ValueType.text:
      case ValueType.bytes:
        this.#bytes(view, at, count === 0 ? 0 : op.valueLength);
        return;
      default:
        this.#bytes(view, at, (count * VALUE_BITS[type]!) >> 3);
    }
  }

  /** Mixes 32 bits in. */
  #word(word: number): void {
    const a = this.#a;
    const b = this.#b;
    this.#a = Math.imul(((a << 13) | (a >>> 19)) ^ word, 0x9e3779b1);
    this.#b = Math.imul((((b << 19) | (b >>> 13)) + word) | 0, 0x85ebca6b);
  }

  /** How many bytes, then the bytes four at a time, the last word filled up with zeros. */
  #bytes(view: DataView, at: number, length: number): void {
    this.#word(length);
    const whole = at + (length & ~3);
    this.#words(view, at, whole);
    if ((length & 3) !== 0) this.#word(lastBytes(view, whole, length & 3));
  }

  /** {@link Digest.#word} of each word in `at..end`: most of what there is to do, so in local variables. */
  #words(view: DataView, at: number, end: number): void {
    let a = this.#a;
    let b = this.#b;
    for (let next = at; next < end; next += 4) {
      const word = view.getInt32(next);
      a = Math.imul(((a << 13) | (a >>> 19)) ^ word, 0x9e3779b1);
      b = Math.imul((((b << 19) | (b >>> 13)) + word) | 0, 0x85ebca6b);
    }
    this.#a = a;
    this.#b = b;
  }

  /** As bytes, the first value in the least significant bit, bits beyond the last value zero. */
  #bits(view: DataView, at: number, count: number): void {
    const whole = at + ((count >> 5) << 2);
    this.#word((count + 7) >> 3);
    this.#words(view, at, whole);
    const rest = count & 31;
    if (rest === 0) return;
    const bytes = rest >> 3;
    let word = lastBytes(view, whole, bytes);
    if ((rest & 7) !== 0) {
      const bits = view.getUint8(whole + bytes) & ((1 << (rest & 7)) - 1);
      word |= bits << (24 - 8 * bytes);
    }
    this.#word(word);
  }

  /** There is one not-a-number and one zero, as in JSON. */
  #float(bits: number): void {
    if ((bits & 0x7fffffff) > 0x7f800000) this.#word(NAN_32);
    else this.#word((bits & 0x7fffffff) === 0 ? 0 : bits);
  }

  #double(view: DataView, at: number): void {
    const value = view.getFloat64(at);
    const zero = value === 0;
    const nan = Number.isNaN(value);
    this.#word(zero ? 0 : nan ? NAN_64 : view.getInt32(at));
    this.#word(zero || nan ? 0 : view.getInt32(at + 4));
  }
}

/** Sum of the digests of two parts. */
export function addDigests(x: string, y: string): string {
  const sum = (from: number) =>
    digits((Number.parseInt(x.slice(from, from + 8), 16) + Number.parseInt(y.slice(from, from + 8), 16)) | 0);
  return sum(0) + sum(8);
}

/** Up to three bytes at the beginning of a word, zeros behind them. */
function lastBytes(view: DataView, at: number, length: number): number {
  let word = 0;
  for (let i = 0; i < length; i++) word |= view.getUint8(at + i) << (24 - 8 * i);
  return word;
}

/** A name as a number: 32 bits FNV-1a. */
function numberOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return hash;
}

function digits(word: number): string {
  return (word >>> 0).toString(16).padStart(8, '0');
}
