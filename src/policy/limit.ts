/**
 * Limits on a value: least and greatest, single values, step. Written in the tag's engineering unit, compared
 * with what is in the device, so that nothing is rounded when a message is judged.
 *
 * @module
 */

import {
  absolute,
  ceiling,
  compare,
  floor,
  minus,
  over,
  plus,
  type Ratio,
  ratioOfNumber,
  times,
  toNumber,
} from './ratio.ts';
import { integerBounds, type ValueForm } from './value-form.ts';

/** value = raw × scale + offset. */
export interface Scaling {
  readonly scale: Ratio;
  readonly offset: Ratio;
}

/** Limits as the policy writes them, in engineering units. */
export interface WrittenLimits {
  readonly range: readonly [Ratio, Ratio] | undefined;
  readonly values: readonly Ratio[] | undefined;
  readonly step: Ratio | undefined;
}

/** Limits in the device's own numbers. */
export interface Limit {
  readonly min: number;
  readonly max: number;
  /** The only values that are within, or undefined where all between `min` and `max` are. */
  readonly values: Float64Array | undefined;
  /** Greatest difference from the last value; Infinity where any is. */
  readonly step: number;
  /** What rounding of two values of this form can add to their difference, as a share of their sizes. */
  readonly slack: number;
}

/** Which of the written limits is at fault, and what to write. */
export interface LimitProblem {
  readonly part: 'range' | 'values' | 'step';
  readonly problem: string;
}

/** Doubles are exact up to here; see {@link readForm}. */
const EXACT = 2n ** 53n - 1n;

/** Converts limits, or says what is wrong. `range` is known to be in order and `step` to be positive. */
export function compileLimit(
  form: ValueForm,
  scaling: Scaling,
  written: WrittenLimits,
): Limit | LimitProblem {
  let min = Number.NEGATIVE_INFINITY;
  let max = Number.POSITIVE_INFINITY;
  if (written.range !== undefined) {
    const [a, b] = written.range.map(value => toRaw(scaling, value)) as [Ratio, Ratio];
    const [low, high] = compare(a, b) <= 0 ? [a, b] : [b, a];
    if (form.float) {
      min = nearestFloat(form, low);
      max = nearestFloat(form, high);
      if (!Number.isFinite(min) || !Number.isFinite(max)) {
        return {
          part: 'range',
          problem: `the range is greater than ${form.type} can hold; write a smaller one`,
        };
      }
    } else {
      const least = ceiling(low);
      const most = floor(high);
      const outside = checkInteger(form, scaling, least) ?? checkInteger(form, scaling, most);
      if (outside !== undefined) return { part: 'range', problem: outside };
      if (least > most) {
        return {
          part: 'range',
          problem: 'no value that the scale can express lies in this range; write a wider one',
        };
      }
      min = Number(least);
      max = Number(most);
    }
  }
  let values: Float64Array | undefined;
  if (written.values !== undefined) {
    values = new Float64Array(written.values.length);
    for (const [i, value] of written.values.entries()) {
      const raw = toRaw(scaling, value);
      if (form.float) {
        values[i] = nearestFloat(form, raw);
      } else if (raw.d !== 1n) {
        const near = plus(times({ n: floor(raw), d: 1n }, scaling.scale), scaling.offset);
        return {
          part: 'values',
          problem: `${toNumber(value)} is not a whole number of steps of the scale; the nearest below is ${toNumber(near)}`,
        };
      } else {
        const outside = checkInteger(form, scaling, raw.n);
        if (outside !== undefined) return { part: 'values', problem: outside };
        values[i] = Number(raw.n);
      }
    }
  }
  let step = Number.POSITIVE_INFINITY;
  if (written.step !== undefined) {
    const raw = absolute(over(written.step, scaling.scale));
    step = form.float ? toNumber(raw) : Number(floor(raw));
    if (step === 0) {
      return {
        part: 'step',
        problem: `the step is finer than the scale, so no change would be allowed; write at least ${toNumber(absolute(scaling.scale))}`,
      };
    }
  }
  return { min, max, values, step, slack: form.float ? (form.bits === 32 ? 2 ** -24 : 2 ** -53) : 0 };
}

const one = new Float64Array(1);

/** True where `raw` is within. NaN is within nothing. */
export function within(limit: Limit, raw: number): boolean {
  one[0] = raw;
  return holds(limit, one);
}

/** The same of `given[0]`: V8 boxes a fraction that one function hands to another. */
export function holds(limit: Limit, given: Float64Array): boolean {
  const raw = given[0]!;
  if (!(raw >= limit.min && raw <= limit.max)) return false;
  const { values } = limit;
  if (values === undefined) return true;
  for (let i = 0; i < values.length; i++) if (values[i] === raw) return true;
  return false;
}

/** The engineering value of a raw one, as short as it can be said. */
export function engineering(form: ValueForm, { scale, offset }: Scaling, raw: number): string {
  if (!Number.isFinite(raw)) return String(raw);
  const value = toNumber(plus(times(ratioOfNumber(raw), scale), offset));
  return String(form.float && form.bits === 32 ? Number(value.toPrecision(7)) : value);
}

/** The raw number, perhaps a fraction, of an engineering value. */
export function toRaw({ scale, offset }: Scaling, value: Ratio): Ratio {
  return over(minus(value, offset), scale);
}

/** A float limit means the nearest value of the form: what a client sends that was told the same number. */
function nearestFloat(form: ValueForm, raw: Ratio): number {
  const value = toNumber(raw);
  return form.bits === 32 ? Math.fround(value) : value;
}

function checkInteger(form: ValueForm, scaling: Scaling, raw: bigint): string | undefined {
  const [least, most] = integerBounds(form);
  const low = least < -EXACT ? -EXACT : least;
  const high = most > EXACT ? EXACT : most;
  if (raw >= low && raw <= high) return undefined;
  const ends = [low, high].map(end => plus(times({ n: end, d: 1n }, scaling.scale), scaling.offset));
  ends.sort(compare);
  return `this is ${raw} in the device, outside ${form.type}; write values within ${toNumber(ends[0]!)}..${toNumber(ends[1]!)}`;
}
