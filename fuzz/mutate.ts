/**
 * Mutation that knows the structure of what it changes: numbers get values at the edge of what they may be, lengths
 * agree or disagree on purpose, items are doubled, left out and exchanged, and messages of a conversation as well.
 *
 * @module
 */

import type { Random } from '../bench/generate/random.ts';
import type { Case, Part } from './case.ts';
import { type Field, type Grammar, type Item, read, type Structure, write } from './structure/structure.ts';

/** Longest part that mutation makes. */
export const MAX_PART = 4096;
/** Most parts of a case that mutation makes. */
export const MAX_PARTS = 40;

const EDGES = [0, 1, 2, 3, 7, 8, 0x0f, 0x10, 0x7f, 0x80, 0xfe, 0xff, 0x100, 0x7fff, 0x8000, 0xfffe, 0xffff];
const WIDE_EDGES = [0x10000, 0x7fffff, 0xffffff, 0x1000000, 0x7fffffff, 0x80000000, 0xfffffffe, 0xffffffff];

/** A case made of `base` and, where parts are spliced in, of `other`. `mutated` of its parts were changed. */
export function mutateCase(
  random: Random,
  base: Case,
  other: Case,
  grammar: Grammar,
): { readonly parts: Part[]; readonly mutated: number } {
  const parts = [...base];
  for (let n = random.below(3); n > 0; n--) rearrange(random, parts, other);
  let mutated = 0;
  // All of them, one of them, or some: what one wrong message does to good ones shows only among good ones.
  const share = random.pick([100, 0, 15, 40]);
  const one = random.below(Math.max(1, parts.length));
  for (const [index, part] of parts.entries()) {
    if (index !== one && !random.chance(share)) continue;
    parts[index] = mutatePart(random, part, grammar, other);
    mutated++;
  }
  return { parts, mutated };
}

/** Doubles, leaves out, exchanges or turns round parts of a case, or puts another's in. */
function rearrange(random: Random, parts: Part[], other: Case): void {
  if (parts.length === 0) return;
  const at = random.below(parts.length);
  const to = random.below(parts.length);
  switch (random.below(6)) {
    case 0:
      if (parts.length < MAX_PARTS) parts.splice(to, 0, parts[at]!);
      return;
    case 1:
      if (parts.length > 1) parts.splice(at, 1);
      return;
    case 2: {
      const [moved] = parts.splice(at, 1);
      parts.splice(to, 0, moved!);
      return;
    }
    case 3:
      if (parts[at]!.kind <= 1) parts[at] = { kind: 1 - parts[at]!.kind, bytes: parts[at]!.bytes };
      return;
    default:
      if (other.length > 0 && parts.length < MAX_PARTS) parts.splice(at, 0, random.pick(other));
  }
}

/** A copy of a part with some changes. */
export function mutatePart(random: Random, { kind, bytes }: Part, grammar: Grammar, other: Case = []): Part {
  let changed: Uint8Array = bytes.slice();
  for (let n = 1 + random.below(random.chance(20) ? 8 : 3); n > 0; n--) {
    changed = change(random, changed, grammar.structure(changed, kind), grammar, other);
    if (changed.length > MAX_PART) changed = changed.slice(0, MAX_PART);
  }
  return { kind, bytes: changed };
}

/** One change. */
function change(
  random: Random,
  bytes: Uint8Array,
  structure: Structure,
  grammar: Grammar,
  other: Case,
): Uint8Array {
  if (bytes.length === 0) return grammar.words.length > 0 ? random.pick(grammar.words).slice() : bytes;
  const { lengths, codes, numbers, items } = structure;
  const any = random.below(bytes.length);
  switch (random.below(16)) {
    case 0:
      bytes[any]! ^= 1 << random.below(8);
      return bytes;
    case 1:
      bytes[any] = random.below(256);
      return bytes;
    case 2:
    case 3:
      if (numbers.length > 0) setNumber(random, bytes, random.pick(numbers));
      return bytes;
    case 4:
      if (codes.length > 0) {
        const value =
          random.chance(70) && grammar.codes.length > 0 ? random.pick(grammar.codes) : random.next();
        write(bytes, random.pick(codes), value);
      }
      return bytes;
    case 5:
    case 6:
      if (lengths.length > 0) setNumber(random, bytes, random.pick(lengths));
      return bytes;
    case 7: {
      const added = Uint8Array.from({ length: size(random) }, () => random.below(256));
      return splice(random, bytes, structure, place(random, any, items), 0, added);
    }
    case 8: {
      const at = place(random, any, items);
      return splice(random, bytes, structure, at, Math.min(bytes.length - at, 1 + random.below(12)), NOTHING);
    }
    case 9:
      return splice(random, bytes, structure, any, bytes.length - any, NOTHING);
    case 10:
    case 11: {
      if (items.length === 0) return bytes;
      const item = random.pick(items);
      const copy = bytes.slice(item.from, item.to);
      let changed = bytes;
      for (let n = random.chance(10) ? 1 + random.below(40) : 1; n > 0 && changed.length < MAX_PART; n--) {
        changed = splice(random, changed, structure, item.to, 0, copy);
      }
      return changed;
    }
    case 12: {
      if (items.length === 0) return bytes;
      const { from, to } = random.pick(items);
      return splice(random, bytes, structure, from, to - from, NOTHING);
    }
    case 13: {
      if (items.length < 2) return bytes;
      return exchange(bytes, random.pick(items), random.pick(items));
    }
    case 14: {
      if (grammar.words.length === 0) return bytes;
      const word = random.pick(grammar.words);
      if (random.chance(50)) return splice(random, bytes, structure, any, 0, word);
      bytes.set(word.subarray(0, bytes.length - any), any);
      return bytes;
    }
    default: {
      // The beginning of this one with the end of another.
      if (other.length === 0) return bytes;
      const from = random.pick(other).bytes;
      const at = place(random, any, items);
      const tail = from.slice(Math.min(at, from.length));
      return splice(random, bytes, structure, at, bytes.length - at, tail);
    }
  }
}

const NOTHING = new Uint8Array(0);

/** A few bytes mostly, seldom many. */
function size(random: Random): number {
  return 1 + random.below(random.chance(8) ? 600 : 8);
}

/** Where an item begins or ends, or anywhere. */
function place(random: Random, any: number, items: readonly Item[]): number {
  if (items.length === 0 || random.chance(40)) return any;
  const item = random.pick(items);
  return random.chance(50) ? item.from : item.to;
}

function setNumber(random: Random, bytes: Uint8Array, field: Field): void {
  const now = read(bytes, field);
  switch (random.below(4)) {
    case 0:
      write(bytes, field, now + 1);
      return;
    case 1:
      write(bytes, field, now - 1 + 2 ** (8 * field.width));
      return;
    case 2:
      write(bytes, field, random.pick(field.width > 2 && random.chance(50) ? WIDE_EDGES : EDGES));
      return;
    default:
      write(bytes, field, random.next());
  }
}

/**
 * Puts `added` in the place of `removed` bytes at `at`. Of the lengths and counts around it, all are mended, or all but
 * one, or none.
 */
function splice(
  random: Random,
  bytes: Uint8Array,
  structure: Structure,
  at: number,
  removed: number,
  added: Uint8Array,
): Uint8Array {
  const from = Math.min(at, bytes.length);
  const taken = Math.min(removed, bytes.length - from);
  const changed = new Uint8Array(bytes.length - taken + added.length);
  changed.set(bytes.subarray(0, from));
  changed.set(added, from);
  changed.set(bytes.subarray(from + taken), from + added.length);
  if (random.chance(15)) return changed;
  const grown = added.length - taken;
  const spared = random.chance(25) ? random.below(structure.lengths.length + 1) : -1;
  for (const [index, field] of structure.lengths.entries()) {
    if (index === spared || field.at + field.width > from || from < field.from || from > field.to) continue;
    write(changed, field, read(changed, field) + grown / field.unit + 2 ** (8 * field.width));
  }
  return changed;
}

/** Exchanges two ranges that do not overlap. */
function exchange(bytes: Uint8Array, a: Item, b: Item): Uint8Array {
  const [first, second] = a.from < b.from ? [a, b] : [b, a];
  if (first.to > second.from) return bytes;
  const part = (from: number, to: number) => bytes.subarray(from, to);
  return Uint8Array.from([
    ...part(0, first.from),
    ...part(second.from, second.to),
    ...part(first.to, second.from),
    ...part(first.from, first.to),
    ...part(second.to, bytes.length),
  ]);
}
