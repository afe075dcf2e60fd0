/**
 * A digest over all operations that does not depend on their order, nor on how they were divided among workers:
 * the sum, modulo 2^256, of the SHA-256 of one line for each operation.
 *
 * The line is the JSON array `[protocol, code, sub, object, values, outcome, error]`, without spaces, of the
 * fields that NDJSON has under these names (`sub` null, `object` "", `values` [] and `error` 0 where a record has
 * none), in UTF-8. Who recomputes it has decoded every operation in the same way.
 *
 * Plants poll: the same operations come again and again. So a cache of fixed size holds, by the operation's
 * numbers and the bytes of its values, how often each was met, and a line is made and hashed once for each.
 *
 * @module
 */

import { hash } from 'node:crypto';
import { type Operation, OUTCOMES, type Sink } from '../operation/operation.ts';
import { finish, mix } from '../packet/hash.ts';
import type { Protocol } from '../protocol/protocol.ts';
import { jsonValues } from './json-values.ts';

const ENTRIES = 8192;
/** Numbers of an operation that decide its line, before the bytes of its values. */
const NUMBERS = 14;
/** Words of values that an entry can hold; operations with more are hashed each time. */
const VALUE_WORDS = 18;
const WORDS = NUMBERS + VALUE_WORDS;

/** Hashes of 32-bit words that a sum may take before its carries must go on: 2^32 × 2^20 × 2 is below 2^53. */
const MAX_COUNT = 1 << 19;

export class Digest implements Sink {
  readonly #protocols: readonly Protocol[];
  readonly #heads: readonly string[];
  // Sums of the eight words of the hashes, most significant first. Exact while below 2^53.
  readonly #sums = new Float64Array(8);
  #added = 0;
  // The cache: keys, how often each was met, and the hash.
  readonly #keys = new Int32Array(ENTRIES * WORDS);
  readonly #counts = new Int32Array(ENTRIES);
  readonly #hashes = new Uint32Array(ENTRIES * 8);
  readonly #key = new Int32Array(WORDS);
  readonly #single = new Uint32Array(8);

  constructor(protocols: readonly Protocol[]) {
    this.#protocols = protocols;
    this.#heads = protocols.map(p => `[${JSON.stringify(p.name)},`);
  }

  operation(op: Operation): void {
    if (op.nameLength > 0 || op.valueLength > VALUE_WORDS * 4) {
      this.#hash(op, this.#single, 0);
      this.#add(this.#single, 0, 1);
      return;
    }
    const entry = this.#fillKey(op) & (ENTRIES - 1);
    if (this.#counts[entry] !== 0) {
      if (this.#matches(entry * WORDS)) {
        if (++this.#counts[entry]! === MAX_COUNT) {
          this.#add(this.#hashes, entry * 8, MAX_COUNT - 1);
          this.#counts[entry] = 1;
        }
        return;
      }
      this.#add(this.#hashes, entry * 8, this.#counts[entry]!);
    }
    this.#keys.set(this.#key, entry * WORDS);
    this.#counts[entry] = 1;
    this.#hash(op, this.#hashes, entry * 8);
  }

  /** The sum as 64 hexadecimal digits. */
  toString(): string {
    for (let entry = 0; entry < ENTRIES; entry++) {
      if (this.#counts[entry] === 0) continue;
      this.#add(this.#hashes, entry * 8, this.#counts[entry]!);
      this.#counts[entry] = 0;
    }
    this.#carry();
    return Array.from(this.#sums, word => word.toString(16).padStart(8, '0')).join('');
  }

  /** Writes what decides the operation's line into the key; returns a hash of it. */
  #fillKey(op: Operation): number {
    const key = this.#key;
    key[0] = op.protocol;
    key[1] = op.code;
    key[2] = op.subcode;
    key[3] = op.fn;
    key[4] = op.space;
    key[5] = op.area;
    key[6] = op.address;
    key[7] = op.extent;
    key[8] = op.outcome;
    key[9] = op.error;
    key[10] = op.valueType;
    key[11] = op.valueCount;
    key[12] = op.valueLength;
    key[13] = op.kind;
    key.fill(0, NUMBERS);
    const { valueView: view, valueAt: at, valueLength: length } = op;
    const whole = length >> 2;
    for (let i = 0; i < whole; i++) key[NUMBERS + i] = view.getInt32(at + i * 4);
    for (let i = whole * 4; i < length; i++) {
      key[NUMBERS + whole] = (key[NUMBERS + whole]! << 8) | view.getUint8(at + i);
    }
    let hash = 0;
    const words = NUMBERS + ((length + 3) >> 2);
    for (let i = 0; i < words; i++) hash = mix(hash, key[i]!);
    return finish(hash);
  }

  #matches(at: number): boolean {
    const key = this.#key;
    const keys = this.#keys;
    for (let i = 0; i < WORDS; i++) if (keys[at + i] !== key[i]) return false;
    return true;
  }

  /** Hashes the operation's line into `into` at `at`. */
  #hash(op: Operation, into: Uint32Array, at: number): void {
    const object = JSON.stringify(this.#protocols[op.protocol]!.objects.format(op));
    const sub = op.subcode < 0 ? 'null' : op.subcode;
    const line =
      `${this.#heads[op.protocol]}${op.code},${sub},${object},` +
      `${jsonValues(op)},"${OUTCOMES[op.outcome]}",${op.error}]`;
    // A string with a character for each byte comes four times as fast as a Buffer.
    const text = hash('sha256', line, 'latin1');
    for (let i = 0; i < 8; i++) {
      into[at + i] =
        (text.charCodeAt(i * 4) << 24) |
        (text.charCodeAt(i * 4 + 1) << 16) |
        (text.charCodeAt(i * 4 + 2) << 8) |
        text.charCodeAt(i * 4 + 3);
    }
  }

  #add(words: Uint32Array, at: number, times: number): void {
    for (let i = 0; i < 8; i++) this.#sums[i]! += words[at + i]! * times;
    this.#added += times;
    if (this.#added >= MAX_COUNT) this.#carry();
  }

  #carry(): void {
    let carry = 0;
    for (let i = 7; i >= 0; i--) {
      const sum = this.#sums[i]! + carry;
      const word = sum % 2 ** 32;
      this.#sums[i] = word;
      carry = (sum - word) / 2 ** 32;
    }
    this.#added = 0;
  }
}
