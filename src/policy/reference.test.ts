/**
 * The judge against one that is slow and obvious: it looks at every bit of an operation by itself, and at rules as
 * they were generated, not as they were compiled.
 */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { Operation } from '../operation/operation.ts';
import { ValueType } from '../operation/value.ts';
import { Verb } from '../operation/verb.ts';
import { decide } from './decide.ts';
import { VERDICTS, verdictOf } from './decision.ts';
import { PolicyState } from './state.ts';
import { plantWith } from './testing.ts';

const REGISTERS = 8;

interface GeneratedRule {
  readonly list: 'deny' | 'alert' | 'allow';
  readonly verb: 'read' | 'write';
  /** First and last register, or undefined for anything. */
  readonly objects: readonly [number, number] | undefined;
  readonly range: readonly [number, number] | undefined;
  readonly from: 'hmi' | 'eng' | undefined;
}

interface GeneratedTag {
  readonly register: number;
  readonly type: 'uint16' | 'int16' | 'float32' | 'bool';
  readonly bit: number;
  readonly station: number;
  readonly range: readonly [number, number];
}

interface GeneratedWrite {
  readonly verb: 'read' | 'write';
  readonly mask: boolean;
  readonly station: number;
  readonly address: number;
  readonly words: readonly number[];
}

const register = fc.integer({ min: 0, max: REGISTERS - 1 });
const word = fc.oneof(
  fc.integer({ min: 0, max: 6 }),
  fc.constantFrom(0xffff, 0xfffe, 0x7fc0, 0x4000, 0x3f80),
);
const ordered = (values: fc.Arbitrary<number>) =>
  fc.tuple(values, values).map(([a, b]): [number, number] => (a <= b ? [a, b] : [b, a]));

const rules: fc.Arbitrary<GeneratedRule[]> = fc.array(
  fc
    .record({
      list: fc.constantFrom('deny', 'alert', 'allow', 'allow', 'allow'),
      verb: fc.constantFrom('read', 'write', 'write'),
      objects: fc.option(ordered(register), { nil: undefined }),
      range: fc.option(ordered(fc.integer({ min: 0, max: 6 })), { nil: undefined }),
      from: fc.constantFrom(undefined, undefined, 'hmi', 'eng'),
    })
    .map(rule => (rule.verb === 'read' || rule.objects === undefined ? { ...rule, range: undefined } : rule)),
  { minLength: 1, maxLength: 6 },
);

const tags: fc.Arbitrary<GeneratedTag[]> = fc
  .uniqueArray(
    fc.record({
      register: fc.integer({ min: 0, max: REGISTERS / 2 - 1 }).map(half => half * 2),
      type: fc.constantFrom('uint16', 'int16', 'float32', 'bool'),
      bit: fc.integer({ min: 0, max: 2 }),
      station: fc.constantFrom(1, 1, 2),
      range: ordered(fc.integer({ min: 0, max: 5 })),
    }),
    { maxLength: 3, selector: tag => tag.register },
  )
  .map(list => list.map(tag => (tag.type === 'bool' ? { ...tag, range: [tag.bit & 1, 1] } : tag)));

const operations: fc.Arbitrary<GeneratedWrite> = fc.record({
  verb: fc.constantFrom('read', 'write', 'write', 'write'),
  mask: fc.constantFrom(false, false, false, true),
  station: fc.constantFrom(1, 1, 1, 2),
  address: register,
  words: fc.array(word, { minLength: 1, maxLength: 4 }),
});

test('decide agrees with a judge that looks at every bit', () => {
  fc.assert(
    fc.property(
      rules,
      tags,
      fc.array(operations, { minLength: 1, maxLength: 8 }),
      (someRules, someTags, some) => {
        const policy = plantWith(rulesText(someRules), tagsText(someTags));
        const route = policy.route('10.0.0.1', 'plc', 'modbus');
        const state = new PolicyState(policy);
        for (const each of some) {
          const one = each.mask ? { ...each, words: each.words.slice(0, 1) } : each;
          const expected = reference(someRules, someTags, one);
          assert.equal(
            VERDICTS[verdictOf(decide(route, state, operationOf(one)))],
            expected,
            JSON.stringify(one),
          );
        }
      },
    ),
    { numRuns: 800 },
  );
});

function reference(
  someRules: readonly GeneratedRule[],
  someTags: readonly GeneratedTag[],
  op: GeneratedWrite,
): string {
  if (op.station !== 1) return 'deny';
  const mine = someRules.filter(rule => rule.verb === op.verb && rule.from !== 'eng');
  const touched = op.words.map((_, i) => op.address + i);
  const holds = (rule: GeneratedRule, at: number) =>
    rule.objects === undefined || (at >= rule.objects[0] && at <= rule.objects[1]);
  const inside = (rule: GeneratedRule, at: number) => {
    const value = op.words[at - op.address]!;
    return rule.range === undefined || (!op.mask && value >= rule.range[0] && value <= rule.range[1]);
  };
  const maybeInside = (rule: GeneratedRule, at: number) => op.mask || inside(rule, at);
  for (const rule of mine) {
    if (rule.list === 'deny' && touched.some(at => holds(rule, at) && maybeInside(rule, at))) return 'deny';
  }
  let alert = false;
  for (const at of touched) {
    // A rule with a range grants what it holds of an operation only if all values of that are within.
    const granting = mine.filter(
      rule =>
        rule.list !== 'deny' &&
        holds(rule, at) &&
        touched.every(other => !holds(rule, other) || inside(rule, other)),
    );
    if (granting.length === 0) return 'deny';
    if (granting.some(rule => rule.list === 'alert')) alert = true;
  }
  if (op.verb === 'write' && !someTags.every(tag => keeps(tag, op))) return 'deny';
  return alert ? 'alert' : 'allow';
}

function keeps(tag: GeneratedTag, op: GeneratedWrite): boolean {
  if (tag.station !== op.station) return true;
  const width = tag.type === 'float32' ? 2 : 1;
  const first = tag.register - op.address;
  const touches = op.words.some((_, i) => i >= first && i < first + width);
  if (!touches) return true;
  const high = op.words[first];
  const low = op.words[first + width - 1];
  if (op.mask || high === undefined || low === undefined) return false;
  const bytes = Buffer.from([high >> 8, high & 0xff, low >> 8, low & 0xff]);
  const value =
    tag.type === 'float32'
      ? bytes.readFloatBE(0)
      : tag.type === 'int16'
        ? bytes.readInt16BE(0)
        : tag.type === 'bool'
          ? (high >> tag.bit) & 1
          : high;
  return value >= tag.range[0] && value <= tag.range[1];
}

function operationOf({ verb, mask, station, address, words }: GeneratedWrite): Operation {
  const op = new Operation();
  op.verb = Verb[verb];
  op.station = station;
  op.space = 4;
  op.address = address;
  op.extent = words.length;
  if (verb === 'read') return op;
  // Something lies before and behind the values.
  const bytes = new DataView(new ArrayBuffer(words.length * 2 + 6));
  bytes.setUint16(0, 0xffff);
  for (const [i, one] of words.entries()) bytes.setUint16(3 + i * 2, one);
  op.valueView = bytes;
  op.valueAt = 3;
  op.valueLength = mask ? 4 : words.length * 2;
  op.valueType = mask ? ValueType.mask : ValueType.u16;
  op.valueCount = mask ? 2 : words.length;
  return op;
}

function rulesText(someRules: readonly GeneratedRule[]): string {
  const lists = ['allow', 'alert', 'deny'].map(list => {
    const own = someRules.filter(rule => rule.list === list);
    if (own.length === 0) return '';
    const items = own.map(({ verb, objects, range, from }) => {
      const parts = [
        `${verb}: ${objects === undefined ? 'anything' : `holding ${objects[0]}-${objects[1]}`}`,
      ];
      if (range !== undefined) parts.push(`range: [${range.join(', ')}]`);
      if (from !== undefined) parts.push(`from: ${from}`);
      return `{ ${parts.join(', ')} }`;
    });
    return `${list}: [${items.join(', ')}]`;
  });
  return lists.filter(line => line !== '').join('\n');
}

function tagsText(someTags: readonly GeneratedTag[]): string {
  const entries = someTags.map(({ register: at, type, bit, station, range }, i) => {
    const object = type === 'bool' ? `holding ${at}.${bit}` : `holding ${at}`;
    return `t${i}: { at: plc modbus unit ${station} ${object}, type: ${type}, range: [${range.join(', ')}] }`;
  });
  return entries.length === 0 ? '{}' : entries.join('\n');
}
