import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { FlowHash, finish, mix } from './hash.ts';

/** Addresses and ports of a flow, as what is hashed. */
type Key = readonly [low: number, high: number, ports: number];
type Hash = (key: Key) => number;

const flowHash = (seed?: number): Hash => {
  const hash = new FlowHash(seed);
  return key => hash.of4(...key);
};

/** What the flow table used before: a chain of multiplications by a number that everybody knows. */
const chain = (seed: number): Hash => {
  return ([low, high, ports]) => finish(mix(mix(mix(seed, low), high), ports));
};

/** Differences of few bits, such as cancel each other out in a hash that is weak: up to two bits in each word. */
const DIFFERENCES: readonly Key[] = (() => {
  const words = [0];
  for (let a = 0; a < 32; a++) for (let b = 0; b <= a; b++) words.push((1 << a) | (1 << b));
  const upper = words.filter(word => (word & 0xffff) === 0 || (word & 0x7fffffff) < 0x20000);
  const found: Key[] = [];
  for (const low of upper)
    for (const high of upper) for (const ports of [0, 1, 1 << 31, 1 << 16]) found.push([low, high, ports]);
  return found.slice(1);
})();

/** How many of the differences make two keys collide, under each of some hash keys. */
function collisions(make: (seed: number) => Hash): number {
  let count = 0;
  for (let seed = 1; seed <= 4; seed++) {
    const hash = make(seed);
    const key: Key = [0x0a010203 ^ finish(seed), 0x0a020304, 0x9c4001f6];
    const own = hash(key);
    for (const [low, high, ports] of DIFFERENCES) {
      if (hash([key[0] ^ low, key[1] ^ high, key[2] ^ ports]) === own) count++;
    }
  }
  return count;
}

/** Most keys that fall into one of 2^12 slots. */
function fullest(hash: Hash, keys: readonly Key[]): number {
  const slots = new Int32Array(1 << 12);
  for (const key of keys) slots[hash(key) & 0xfff]!++;
  return slots.reduce((most, count) => Math.max(most, count), 0);
}

describe('flow hash', () => {
  it('has no keys that collide under every key of its own, as a chain of known multiplications has', () => {
    assert.equal(collisions(flowHash), 0);
    assert.ok(collisions(chain) > 0, 'the differences would find nothing');
  });

  it('a set of keys made to collide under one key of its own is as any other under the next', () => {
    const known = flowHash(1);
    const attack: Key[] = [];
    for (let i = 0; attack.length < 256; i++) {
      const key: Key = [0x0a010000 + (i >>> 16), 0x0a020001, ((i & 0xffff) << 16) | 502];
      if ((known(key) & 0xfff) === 7) attack.push(key);
    }
    assert.equal(fullest(known, attack), 256);
    for (let seed = 2; seed < 50; seed++) assert.ok(fullest(flowHash(seed), attack) <= 6);
    assert.ok(fullest(flowHash(), attack) <= 6, 'nor under a random one');
  });

  it('spreads ports that count up, IPv4 and IPv6, as chance would', () => {
    const view = new DataView(new ArrayBuffer(32));
    for (let seed = 0; seed < 50; seed++) {
      const hash = new FlowHash(seed);
      const keys: Key[] = Array.from({ length: 4096 }, (_, port) => [
        0x0a010001,
        0x0a020001,
        (port << 16) | 502,
      ]);
      // The fullest of 4096 slots with 4096 keys holds more than 11 once in a million times.
      assert.ok(fullest(flowHash(seed), keys) <= 12);
      assert.ok(fullest(([, , ports]) => hash.of6(view, 0, 16, ports), keys) <= 12);
    }
  });

  it('looks at every bit', () => {
    const hash = new FlowHash(3);
    const seen = new Set([hash.of4(0, 0, 0)]);
    for (let bit = 0; bit < 32; bit++) {
      for (let word = 0; word < 3; word++) {
        const key = [0, 0, 0];
        key[word] = 1 << bit;
        seen.add(hash.of4(key[0]!, key[1]!, key[2]!));
      }
    }
    assert.equal(seen.size, 1 + 3 * 32);
    const view = new DataView(new ArrayBuffer(32));
    const seen6 = new Set([hash.of6(view, 0, 16, 0)]);
    for (let bit = 0; bit < 256; bit++) {
      view.setUint8(bit >> 3, 1 << (bit & 7));
      seen6.add(hash.of6(view, 0, 16, 0));
      view.setUint8(bit >> 3, 0);
    }
    assert.equal(seen6.size, 257);
  });
});
