/**
 * An operation written by a person: `write rotor.speed.setpoint = 1410`, `write holding 40 = 14100`,
 * `read unit 2 holding 0-9`, `function 0x5a/0x10`, `stop`.
 *
 * @module
 */

import { Operation } from '../operation/operation.ts';
import { ValueType } from '../operation/value.ts';
import { Verb, verbNamed } from '../operation/verb.ts';
import type { ObjectRange, Protocol } from '../protocol/protocol.ts';
import { functionRow, parseFunction } from './function-number.ts';
import { toRaw } from './limit.ts';
import type { Tag } from './model.ts';
import type { Policy } from './policy.ts';
import { type Ratio, ratioOf, toNumber } from './ratio.ts';
import { suggestion } from './read/nearest.ts';
import { meantAsTag, parseStationedRange } from './read/objects.ts';
import { RULE_VERBS } from './read/rules.ts';
import { integerBounds, type ValueForm, valueForm, writeForm } from './value-form.ts';

/** A statement, read; or what to write instead. */
export type Statement =
  | { readonly op: Operation; readonly range: ObjectRange | undefined }
  | { readonly problem: string };

const WIDTH_TYPES: Readonly<Record<number, ValueType>> = {
  8: ValueType.u8,
  16: ValueType.u16,
  32: ValueType.u32,
  64: ValueType.u64,
};

/** Reads a statement about a host of the policy that speaks `protocol`. */
export function readStatement(policy: Policy, target: string, protocol: Protocol, text: string): Statement {
  const equals = text.indexOf('=');
  const left = (equals < 0 ? text : text.slice(0, equals)).trim().replace(/\s+/g, ' ');
  const op = new Operation();
  op.station = protocol.stations.standard;
  op.protocol = policy.protocols.indexOf(protocol);
  const [word = '', ...rest] = left.split(' ');
  if (word === 'function') {
    const numbered = parseFunction(protocol, rest.join(' '));
    if ('problem' in numbered) return numbered;
    op.kind = numbered.kinds[0] ?? 0;
    op.code = numbered.code;
    op.subcode = numbered.subcode;
    const row = functionRow(protocol, numbered);
    op.fn = row === undefined ? 0 : protocol.functions.indexOf(row);
    op.verb = row?.verb ?? Verb.unknown;
    return { op, range: undefined };
  }
  const verb = verbNamed(word);
  if (verb === undefined || verb.verb === Verb.unknown) {
    return { problem: `'${word}' is no verb${suggestion(word, [...RULE_VERBS, 'function'])}` };
  }
  op.verb = verb.verb;
  const object = rest.join(' ');
  const values =
    equals < 0
      ? []
      : text
          .slice(equals + 1)
          .split(',')
          .map(value => value.trim());
  if (object === '' || object === 'anything') {
    return values.length > 0
      ? { problem: `name the object of ${word} before the =` }
      : { op, range: undefined };
  }
  const tag = policy.tags.get(object);
  if (tag !== undefined) {
    if (tag.host.name !== target)
      return { problem: `tag '${object}' is at ${tag.host.name}; write --to ${tag.host.name}` };
    if (tag.protocol !== protocol)
      return {
        problem: `tag '${object}' speaks ${tag.protocol.name}; write --protocol ${tag.protocol.name}`,
      };
    op.station = tag.station;
    place(op, protocol, tag.range);
    return values.length === 0 ? { op, range: tag.range } : writeTag(op, tag, values);
  }
  const read = parseStationedRange(protocol, object);
  if ('problem' in read) {
    const tags = [...policy.tags.keys()];
    return {
      problem: meantAsTag(protocol, object, tags)
        ? `no tag '${object}'${suggestion(object, tags)}`
        : read.problem,
    };
  }
  op.station = read.station;
  return values.length === 0 ? placed(op, protocol, read.range) : writeRaw(op, protocol, read.range, values);
}

function placed(op: Operation, protocol: Protocol, range: ObjectRange): Statement {
  place(op, protocol, range);
  return { op, range };
}

/** Addresses whole units, as the wire does. */
function place(op: Operation, protocol: Protocol, range: ObjectRange): void {
  const { bits } = protocol.spaces[range.space]!;
  op.space = range.space;
  op.area = range.area;
  op.address = Math.floor(range.from / bits);
  op.extent = Math.ceil(range.to / bits) - op.address;
}

function writeTag(op: Operation, tag: Tag, values: readonly string[]): Statement {
  const [text = '', another] = values;
  if (another !== undefined) return { problem: `a tag takes one value, not ${values.length}` };
  const value = numberOf(text);
  if (value === undefined) return { problem: `'${text}' is no number; write = and a value of ${tag.name}` };
  const raw = toRaw(tag.scaling, value);
  const misfit = checkRaw(tag.form, raw, `${text}${tag.unit === '' ? '' : ` ${tag.unit}`}`);
  if (misfit !== undefined) return { problem: misfit };
  return give(op, tag.range, tag.protocol, [{ form: tag.form, raw }]);
}

function writeRaw(
  op: Operation,
  protocol: Protocol,
  range: ObjectRange,
  texts: readonly string[],
): Statement {
  const unit = protocol.spaces[range.space]!.bits;
  const whole = !range.sized && texts.length > 1 ? { ...range, to: range.from + texts.length * unit } : range;
  place(op, protocol, whole);
  const bits = (whole.to - whole.from) / texts.length;
  const fractional = texts.some(text => text.includes('.'));
  const type =
    bits === 1
      ? 'bool'
      : fractional && bits === 32
        ? 'float32'
        : fractional && bits === 64
          ? 'float64'
          : `uint${bits}`;
  if (bits !== 1 && WIDTH_TYPES[bits] === undefined) {
    const units = (whole.to - whole.from) / unit;
    return {
      problem: `${texts.length} values do not fill ${protocol.objects.formatRange(whole)}; write ${units}, separated by commas`,
    };
  }
  const unsigned = valueForm(type as ValueForm['type']);
  const given: { form: ValueForm; raw: Ratio }[] = [];
  for (const text of texts) {
    const raw = numberOf(text);
    if (raw === undefined) return { problem: `'${text}' is no number; write values such as 14100 or 0x3714` };
    const form =
      raw.n < 0n && !unsigned.float && bits > 1 ? valueForm(`int${bits}` as ValueForm['type']) : unsigned;
    const misfit = checkRaw(form, raw, text);
    if (misfit !== undefined) return { problem: misfit };
    given.push({ form, raw });
  }
  return give(op, whole, protocol, given);
}

/** Puts values into the operation's bytes as a request would carry them. */
function give(
  op: Operation,
  range: ObjectRange,
  protocol: Protocol,
  values: readonly { form: ValueForm; raw: Ratio }[],
): Statement {
  const unit = protocol.spaces[range.space]!.bits;
  const { form } = values[0]!;
  op.valueView = new DataView(new ArrayBuffer(Math.max(4, Math.ceil((form.bits * values.length) / 8))));
  op.valueCount = values.length;
  if (form.bits === 1 && unit > 1) {
    // One bit of a register is written by a mask, which tells nothing of the register's other bits.
    op.valueType = ValueType.mask;
    op.valueLength = 4;
    op.valueCount = 2;
    return { op, range };
  }
  if (form.bits === 1) {
    op.valueType = ValueType.bits;
    op.valueLength = Math.ceil(values.length / 8);
    for (const [i, { raw }] of values.entries()) {
      if (raw.n !== 0n) op.valueView.setUint8(i >> 3, op.valueView.getUint8(i >> 3) | (1 << (i & 7)));
    }
    return { op, range };
  }
  const bytes = form.bits >> 3;
  op.valueLength = bytes * values.length;
  op.valueType =
    form.bits === 32 && form.float ? ValueType.f32 : form.float ? ValueType.f64 : WIDTH_TYPES[form.bits]!;
  // On the wire a register is a value; a tag over two of them is two.
  if (unit === 16) {
    op.valueType = ValueType.u16;
    op.valueCount = op.valueLength / 2;
  }
  for (const [i, { form: own, raw }] of values.entries()) {
    writeForm(own, op.valueView, i * bytes, own.float ? toNumber(raw) : raw.n);
  }
  return { op, range };
}

function checkRaw(form: ValueForm, raw: Ratio, text: string): string | undefined {
  if (form.float) return undefined;
  if (raw.d !== 1n)
    return `${text} cannot be written exactly into a ${form.type}: it would be ${toNumber(raw)} in the device`;
  const [least, most] = integerBounds(form);
  if (raw.n >= least && raw.n <= most) return undefined;
  return `${text} cannot be written into a ${form.type}: it would be ${raw.n} in the device, which holds ${least}..${most}`;
}

function numberOf(text: string): Ratio | undefined {
  if (/^(on|true)$/i.test(text)) return { n: 1n, d: 1n };
  if (/^(off|false)$/i.test(text)) return { n: 0n, d: 1n };
  return ratioOf(text);
}
