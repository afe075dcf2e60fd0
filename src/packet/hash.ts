/**
 * Hashes of the packet path. {@link FlowHash} is that of the flow table, whose keys are chosen by whoever sends packets;
 * {@link mix} and {@link finish} are quick and well mixing, and promise nothing against somebody who looks for collisions.
 *
 * @module
 */

import { getRandomValues } from 'node:crypto';

/** One round: mixes the 32 bits of `word` into `hash`. */
export function mix(hash: number, word: number): number {
  const h = Math.imul(hash ^ word, 0x9e3779b1);
  return h ^ (h >>> 15);
}

/** Last round, so that every bit of the input reaches every bit of the result. */
export function finish(hash: number): number {
  let h = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return h ^ (h >>> 16);
}

/** Halves of a key of addresses and ports, and words of hash key that each of the two sums takes. */
const HALVES4 = 6;
const HALVES6 = 18;
const SUM4 = 1 + HALVES4;
const SUM6 = 1 + HALVES6;
const WORDS = 2 * (SUM4 + SUM6);

/**
 * A strongly universal hash of two addresses and two ports to 32 bits: whatever two keys somebody picks, over the random
 * choice of the hash's own key they collide with a probability of 2^-32, and in the n bits that a table looks at with 2^-n.
 * So no two keys collide whatever the hash's key is, and a set of them made in advance meets as few collisions as a random
 * one does.
 *
 * Two times the multilinear hash of Carter and Wegman, as Lemire and Kaser give it ("Strongly universal string hashing is
 * fast", The Computer Journal 57(11), 2014, theorem 3.1): with random words m of 32 bits and the key in halves s of 16, the
 * upper bits of m0 + m1 s1 + … + mn sn mod 2^32. They are linear in ports that count up, which linear probing does not like;
 * so the finalizer of MurmurHash3, a bijection that takes nothing from the promise, comes last. The multiplications do not
 * wait for each other: a look-up costs no more than with a chain of {@link mix}, where keys could be had that collide under
 * every seed.
 */
export class FlowHash {
  readonly #words = new Int32Array(WORDS);

  /** With a random key; with one made from `seed` where that is given, to have the same twice. */
  constructor(seed?: number) {
    if (seed === undefined) getRandomValues(this.#words);
    else for (let i = 0; i < WORDS; i++) this.#words[i] = finish(seed + Math.imul(i + 1, 0x9e3779b9));
  }

  /** Of IPv4 addresses, and a word of both ports. */
  of4(low: number, high: number, ports: number): number {
    const m = this.#words;
    const a = low & 0xffff;
    const b = low >>> 16;
    const c = high & 0xffff;
    const d = high >>> 16;
    const e = ports & 0xffff;
    const f = ports >>> 16;
    const first =
      m[0]! +
      Math.imul(m[1]!, a) +
      Math.imul(m[2]!, b) +
      Math.imul(m[3]!, c) +
      Math.imul(m[4]!, d) +
      Math.imul(m[5]!, e) +
      Math.imul(m[6]!, f);
    const second =
      m[7]! +
      Math.imul(m[8]!, a) +
      Math.imul(m[9]!, b) +
      Math.imul(m[10]!, c) +
      Math.imul(m[11]!, d) +
      Math.imul(m[12]!, e) +
      Math.imul(m[13]!, f);
    return finish((first & ~0xffff) | ((second | 0) >>> 16));
  }

  /** Of IPv6 addresses, which begin at `lowAt` and `highAt`, and a word of both ports. */
  of6(view: DataView, lowAt: number, highAt: number, ports: number): number {
    const m = this.#words;
    let next = 2 * SUM4;
    let first =
      (m[next]! + Math.imul(m[next + 1]!, ports & 0xffff) + Math.imul(m[next + 2]!, ports >>> 16)) | 0;
    let second =
      (m[next + SUM6]! +
        Math.imul(m[next + SUM6 + 1]!, ports & 0xffff) +
        Math.imul(m[next + SUM6 + 2]!, ports >>> 16)) |
      0;
    next += 3;
    for (let i = 0; i < 16; i += 2, next += 2) {
      const low = view.getUint16(lowAt + i);
      const high = view.getUint16(highAt + i);
      first = (first + Math.imul(m[next]!, low) + Math.imul(m[next + 1]!, high)) | 0;
      second = (second + Math.imul(m[next + SUM6]!, low) + Math.imul(m[next + SUM6 + 1]!, high)) | 0;
    }
    return finish((first & ~0xffff) | (second >>> 16));
  }
}
