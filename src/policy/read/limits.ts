/**
 * `range`, `values` and `step`, of tags and of rules.
 *
 * @module
 */

import { compileLimit, type Limit, type Scaling, type WrittenLimits } from '../limit.ts';
import { compare, ONE, type Ratio, toNumber, ZERO } from '../ratio.ts';
import type { ValueForm } from '../value-form.ts';
import type { Entry, Place, Reader } from './reader.ts';

const MAX_VALUES = 256;

/** The limits among `fields`; undefined where none is written or one is wrong. */
export function readLimits(
  reader: Reader,
  fields: ReadonlyMap<string, Entry>,
  what: string,
): WrittenLimits | undefined {
  const range = fields.get('range');
  const values = fields.get('values');
  const step = fields.get('step');
  if (range === undefined && values === undefined && step === undefined) return undefined;
  const written = {
    range: range && readRange(reader, range.value, what),
    values: values && readValues(reader, values.value, what),
    step: step && readStep(reader, step.value, what),
  };
  const read = Object.values(written).filter(part => part !== undefined).length;
  const wanted = [range, values, step].filter(part => part !== undefined).length;
  return read === wanted ? written : undefined;
}

/** The limits in the device's numbers; says what is wrong at the part that is. */
export function limitOf(
  reader: Reader,
  fields: ReadonlyMap<string, Entry>,
  what: string,
  form: ValueForm,
  scaling: Scaling,
  written: WrittenLimits,
): Limit | undefined {
  const limit = compileLimit(form, scaling, written);
  if (!('problem' in limit)) return limit;
  return reader.problem(fields.get(limit.part)!.value.at, `${limit.part} of ${what}: ${limit.problem}`);
}

function readRange(reader: Reader, place: Place, what: string): readonly [Ratio, Ratio] | undefined {
  const example = '`[807, 1210]`, the least and the greatest value';
  const items = reader.list(place, `range of ${what}`, example);
  if (items === undefined) return undefined;
  if (items.length !== 2) {
    return reader.problem(
      place.at,
      `range of ${what} has ${items.length} ${items.length === 1 ? 'value' : 'values'}; write ${example}`,
    );
  }
  const [min, max] = items.map(item => reader.number(item, `range of ${what}`, 'a number'));
  if (min === undefined || max === undefined) return undefined;
  if (compare(min, max) <= 0) return [min, max];
  return reader.problem(
    place.at,
    `range of ${what}: ${toNumber(min)} is greater than ${toNumber(max)}; write the least value first`,
  );
}

function readValues(reader: Reader, place: Place, what: string): readonly Ratio[] | undefined {
  const items = reader.list(place, `values of ${what}`, 'a list such as [0, 1]');
  if (items === undefined) return undefined;
  if (items.length > MAX_VALUES) {
    return reader.problem(place.at, `values of ${what}: more than ${MAX_VALUES} values; write a range`);
  }
  const values: Ratio[] = [];
  for (const item of items) {
    const text = reader.text(item, `values of ${what}`, 'a number, on or off');
    if (text === undefined) return undefined;
    if (/^(true|on)$/i.test(text)) values.push(ONE);
    else if (/^(false|off)$/i.test(text)) values.push(ZERO);
    else {
      const value = reader.number(item, `values of ${what}`, 'a number, on or off');
      if (value === undefined) return undefined;
      values.push(value);
    }
  }
  return values;
}

function readStep(reader: Reader, place: Place, what: string): Ratio | undefined {
  const step = reader.number(
    place,
    `step of ${what}`,
    'the greatest change that one write may make, such as 25',
  );
  if (step === undefined || step.n > 0n) return step;
  return reader.problem(place.at, `step of ${what} is ${toNumber(step)}; write a number greater than 0`);
}
