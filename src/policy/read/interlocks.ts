/**
 * Interlocks of a policy: what must not be together, and what may be written only when something else holds.
 *
 * @module
 */

import { toRaw } from '../limit.ts';
import { COMPARISONS, type Comparison, type Condition, type Interlock, type Tag } from '../model.ts';
import { ONE, type Ratio, ratioOf, toNumber, ZERO } from '../ratio.ts';
import { suggestion } from './nearest.ts';
import type { Entry, Place, Reader } from './reader.ts';
import type { Tags } from './tags.ts';

export const INTERLOCK_KEYS = ['not both', 'write', 'only when', 'age', 'about'] as const;
/** Seconds for which a value counts as known, where the interlock does not say. */
export const USUAL_AGE = 60;

const AGE = /^(\d{1,5})\s*(s|min|h)$/;
const SECONDS = { s: 1, min: 60, h: 3600 } as const;
const CONDITION = /^(\S+?)\s*(<=|>=|!=|=|<|>)\s*(\S.*)$/;
const EXAMPLE =
  '`- not both: [valve.inlet, valve.drain]` or `- { write: pump.run, only when: valve.inlet = on }`';
const MIRRORED: Readonly<Record<Comparison, Comparison>> = {
  '<': '>',
  '<=': '>=',
  '>': '<',
  '>=': '<=',
  '=': '=',
  '!=': '!=',
};

export function readInterlocks(reader: Reader, place: Place, tags: Tags): Interlock[] {
  const interlocks: Interlock[] = [];
  for (const item of reader.list(place, 'interlocks', EXAMPLE) ?? []) {
    const read = readInterlock(reader, item, tags);
    if (read !== undefined) interlocks.push(read);
  }
  return interlocks;
}

function readInterlock(reader: Reader, place: Place, tags: Tags): Interlock | undefined {
  const fields = reader.fields(place, 'the interlock', INTERLOCK_KEYS, EXAMPLE);
  if (fields === undefined) return undefined;
  const about = fields.get('about');
  if (about !== undefined) reader.text(about.value, 'about of the interlock', 'a sentence');
  const age = readAge(reader, fields.get('age'));
  const both = fields.get('not both');
  const write = fields.get('write');
  const when = fields.get('only when');
  const text = [both, write, when]
    .filter(field => field !== undefined)
    .map(({ key, value }) => `${key}: ${reader.source(value)}`)
    .join(', ');
  const common = { text, age, line: reader.line(place.at) };
  if (both !== undefined && write === undefined && when === undefined) {
    const conditions = readConditions(reader, both, tags);
    if (conditions !== undefined && conditions.length !== 2) {
      return reader.problem(
        both.value.at,
        `not both names ${conditions.length}; write the two that must not be together`,
      );
    }
    const [a, b] = conditions ?? [];
    if (a === undefined || b === undefined || !together(reader, both, [a, b])) return undefined;
    return { ...common, kind: 'not both', written: [a, b], needs: [] };
  }
  if (both === undefined && write !== undefined && when !== undefined) {
    const written = readConditions(reader, write, tags, true);
    const needs = readConditions(reader, when, tags);
    if (written === undefined || needs === undefined) return undefined;
    if (!together(reader, when, [...written, ...needs])) return undefined;
    return { ...common, kind: 'only when', written, needs };
  }
  return reader.problem(place.at, `the interlock is neither of the two; write ${EXAMPLE}`);
}

/** Only values of one controller are known together. */
function together(reader: Reader, field: Entry, conditions: readonly Condition[]): boolean {
  const [{ tag: first }, ...others] = conditions as [Condition, ...Condition[]];
  const other = others.find(({ tag }) => tag.host !== first.host);
  if (other === undefined) return true;
  reader.problem(
    field.value.at,
    `tag '${other.tag.name}' is at ${other.tag.host.name} and '${first.name}' at ${first.host.name}; name tags of one host`,
  );
  return false;
}

/** Tags and conditions; with `any`, a tag by itself stands for any value, otherwise for the value on. */
function readConditions(
  reader: Reader,
  field: Entry,
  tags: Tags,
  any = false,
): readonly Condition[] | undefined {
  const items = reader.list(field.value, field.key, 'a tag, or a condition such as `valve.inlet = on`');
  const conditions = items?.map(item => readCondition(reader, item, field.key, tags, any));
  return conditions?.every(condition => condition !== undefined) ? conditions : undefined;
}

function readCondition(
  reader: Reader,
  place: Place,
  what: string,
  tags: Tags,
  any: boolean,
): Condition | undefined {
  const text = reader.text(place, what, 'a tag, or a condition such as `valve.inlet = on`')?.trim();
  if (text === undefined) return undefined;
  const match = CONDITION.exec(text);
  const name = match?.[1] ?? text;
  if (!tags.has(name)) {
    return reader.problem(
      place.at,
      () => `${what}: no tag '${name}'${suggestion(name, [...tags.keys()], '; define it under tags:')}`,
    );
  }
  const tag = tags.get(name);
  if (tag === undefined) return undefined;
  if (match === null) {
    if (any) return { tag, op: undefined, raw: 0, text };
    if (tag.form.type !== 'bool') {
      return reader.problem(
        place.at,
        `${what}: '${name}' is a ${tag.form.type}; say when, such as \`${name} > 0\``,
      );
    }
    return { tag, op: '=', raw: 1, text };
  }
  const op = COMPARISONS.find(one => one === match[2])!;
  const value = valueIn(match[3]!);
  if (value === undefined) {
    return reader.problem(place.at, `${what}: '${match[3]}' is no value; write a number, on or off`);
  }
  return compiled(tag, op, value, text);
}

/** In the device's own numbers. */
function compiled(tag: Tag, op: Comparison, value: Ratio, text: string): Condition {
  const exact = toNumber(toRaw(tag.scaling, value));
  const raw = tag.form.float && tag.form.bits === 32 ? Math.fround(exact) : exact;
  return { tag, op: tag.scaling.scale.n < 0n ? MIRRORED[op] : op, raw, text };
}

function valueIn(text: string): Ratio | undefined {
  if (/^(on|true)$/i.test(text)) return ONE;
  if (/^(off|false)$/i.test(text)) return ZERO;
  return ratioOf(text);
}

function readAge(reader: Reader, field: Entry | undefined): number {
  if (field === undefined) return USUAL_AGE;
  const example = 'for how long a value counts as known, such as 10s, 5min or 1h';
  const text = reader.text(field.value, 'age', example);
  const match = AGE.exec(text?.trim() ?? '');
  if (match !== null && Number(match[1]) > 0) {
    return Number(match[1]) * SECONDS[match[2] as keyof typeof SECONDS];
  }
  if (text !== undefined) reader.problem(field.value.at, `age is '${text}'; write ${example}`);
  return USUAL_AGE;
}
