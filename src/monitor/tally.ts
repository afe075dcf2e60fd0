/**
 * Counts things named by a protocol, a function and a number: errors, and functions that no table lists. Open
 * addressing over typed arrays, bounded: what finds no room is counted together.
 *
 * @module
 */

import { FlowHash } from '../packet/hash.ts';

const FIRST = 256;
const MAX = 1 << 16;
const WORDS = 4;

export interface TallyRow {
  readonly protocol: number;
  readonly code: number;
  readonly sub: number;
  readonly value: number;
  readonly count: number;
}

export class Tally {
  /** Counted without a name, since the table was full. */
  others = 0;
  // Protocol + 1 (0 is free), code, sub, value.
  #keys = new Int32Array(FIRST * WORDS);
  #counts = new Float64Array(FIRST);
  readonly #hash = new FlowHash();
  #capacity = FIRST;
  #used = 0;

  count(protocol: number, code: number, sub: number, value: number): void {
    const mask = this.#capacity - 1;
    const keys = this.#keys;
    let slot = this.#home(protocol, code, sub, value);
    for (; ; slot = (slot + 1) & mask) {
      const at = slot * WORDS;
      if (keys[at] === 0) break;
      if (
        keys[at] === protocol + 1 &&
        keys[at + 1] === code &&
        keys[at + 2] === sub &&
        keys[at + 3] === value
      ) {
        this.#counts[slot]!++;
        return;
      }
    }
    if (this.#used * 2 >= this.#capacity) {
      if (this.#capacity >= MAX) {
        this.others++;
        return;
      }
      this.#grow();
      this.count(protocol, code, sub, value);
      return;
    }
    const at = slot * WORDS;
    keys[at] = protocol + 1;
    keys[at + 1] = code;
    keys[at + 2] = sub;
    keys[at + 3] = value;
    this.#counts[slot] = 1;
    this.#used++;
  }

  rows(): TallyRow[] {
    const rows: TallyRow[] = [];
    for (let slot = 0; slot < this.#capacity; slot++) {
      const at = slot * WORDS;
      const protocol = this.#keys[at]! - 1;
      if (protocol < 0) continue;
      const [code, sub, value] = [this.#keys[at + 1]!, this.#keys[at + 2]!, this.#keys[at + 3]!];
      rows.push({ protocol, code, sub, value, count: this.#counts[slot]! });
    }
    return rows;
  }

  /** Codes and values are whatever somebody sends: the hash has a key, and no set of them can be found that collides. */
  #home(protocol: number, code: number, sub: number, value: number): number {
    return (this.#hash.of4(code, sub, value) ^ Math.imul(protocol, 0x9e3779b1)) & (this.#capacity - 1);
  }

  #grow(): void {
    const rows = this.rows();
    this.#capacity *= 2;
    this.#keys = new Int32Array(this.#capacity * WORDS);
    this.#counts = new Float64Array(this.#capacity);
    const mask = this.#capacity - 1;
    for (const { protocol, code, sub, value, count } of rows) {
      let slot = this.#home(protocol, code, sub, value);
      while (this.#keys[slot * WORDS] !== 0) slot = (slot + 1) & mask;
      this.#keys.set([protocol + 1, code, sub, value], slot * WORDS);
      this.#counts[slot] = count;
    }
  }
}
