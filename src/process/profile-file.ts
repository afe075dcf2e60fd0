/**
 * Profiles as files: JSON, checked field by field, for the numbers in them become limits that nobody looks at again.
 *
 * @module
 */

import { BINS } from './noise-model.ts';
import type { ProcessProfile } from './profile.ts';

/** A profile that cannot be used. */
export class ProfileError extends Error {
  readonly code = 'COFFERDAM_PROFILE';
  override readonly name = 'ProfileError';
}

/** The text of a profile's file: one tag a line, so that two profiles can be compared. */
export function formatProfile(profile: ProcessProfile): string {
  const tags = profile.tags.map(tag => JSON.stringify(tag)).join(',\n');
  return `{"cofferdam-process":1,"tags":[\n${tags}\n]}\n`;
}

/** Reads a profile's text; `file` is the name that messages give. */
export function parseProfile(text: string, file: string): ProcessProfile {
  let data: unknown;
  try {
    data = JSON.parse(text);
  } catch {
    throw new ProfileError(`${file}: is no JSON, so no profile; check the name, or learn it again`);
  }
  const fail = (what: string): never => {
    throw new ProfileError(`${file}: ${what}; learn the profile again with 'cofferdam process learn'`);
  };
  const root = fields(data);
  if (root === undefined || root['cofferdam-process'] !== 1) {
    return fail('this is no profile of version 1 ("cofferdam-process": 1)');
  }
  if (!Array.isArray(root.tags)) return fail('tags is missing');
  const names = new Set<string>();
  for (const [i, tag] of root.tags.entries()) {
    const name = fields(tag)?.tag;
    const place = typeof name === 'string' && name !== '' ? `tag '${name}'` : `tag ${i + 1}`;
    const wrong = check(tag, TAG, '');
    if (wrong !== undefined) return fail(`${place}, ${wrong}`);
    if (names.has(name as string)) return fail(`${place} is there twice`);
    names.add(name as string);
  }
  return data as ProcessProfile;
}

/** What a field must be: a word, `?` where it may be missing; an object of fields; a list of one kind. */
type Shape = string | { readonly [field: string]: Shape } | readonly [Shape];

const COUNTS = `counts ${BINS * BINS}`;

const TAG: Shape = {
  tag: 'name',
  unit: 'text',
  source: 'text',
  readings: 'count',
  from: 'number',
  to: 'number',
  period: 'count',
  'outlier?': { scale: 'positive', limit: 'positive' },
  'stuck?': { limit: 'positive' },
  'whitening?': { weights: ['number'], clip: 'positive', sigma: 'positive' },
  'quiet?': { usual: 'positive', limit: 'positive' },
  'level?': {
    inputs: [{ tag: 'name', weight: 'number', mean: 'number', range: ['number'] }],
    batches: { size: 'integer', count: 'integer', mean: 'number', sigma: 'positive', correlation: 'number' },
    drift: { allowance: 'positive', limit: 'positive' },
    shift: { sigma: 'positive', width: 'positive' },
  },
  'oscillation?': { band: 'positive', limit: 'positive' },
  'replay?': {
    width: 'positive',
    counts: COUNTS,
    words: { symbols: `symbols ${BINS}`, length: 'word' },
    sameness: { best: 'count', readings: 'integer' },
    needs: 'positive',
  },
  'spans?': [{ periods: 'positive', difference: 'count' }],
  responses: [{ tag: 'name', gain: 'number', sigma: 'count', after: 'positive', commands: 'count' }],
  silent: 'reasons',
};

/** What is wrong with `value`, and where; undefined where nothing is. */
function check(value: unknown, shape: Shape, place: string): string | undefined {
  if (typeof shape === 'string') {
    const [kind = '', length] = shape.split(' ');
    if (CHECKS[kind]!(value, Number(length))) return undefined;
    return `${place === '' ? 'it' : place} is not ${MEANT[kind]}${length === undefined ? '' : ` (${length} of them)`}`;
  }
  if (Array.isArray(shape)) {
    if (!Array.isArray(value)) return `${place} is not a list`;
    for (const [i, one] of value.entries()) {
      const wrong = check(one, shape[0], `${place}[${i}]`);
      if (wrong !== undefined) return wrong;
    }
    return undefined;
  }
  const object = fields(value);
  if (object === undefined) return `${place === '' ? 'it' : place} is not an object`;
  for (const [key, inner] of Object.entries(shape)) {
    const name = key.replace('?', '');
    if (object[name] === undefined && key.endsWith('?')) continue;
    const wrong = check(object[name], inner, place === '' ? name : `${place}.${name}`);
    if (wrong !== undefined) return wrong;
  }
  return undefined;
}

const number = (value: unknown): value is number => typeof value === 'number' && Number.isFinite(value);

const CHECKS: Readonly<Record<string, (value: unknown, length: number) => boolean>> = {
  name: value => typeof value === 'string' && value !== '',
  text: value => typeof value === 'string',
  number,
  count: value => number(value) && value >= 0,
  positive: value => number(value) && value > 0,
  integer: value => Number.isInteger(value) && (value as number) > 0,
  word: value => Number.isInteger(value) && (value as number) >= 1 && (value as number) <= 15,
  counts: (value, length) =>
    Array.isArray(value) && value.length === length && value.every(one => number(one) && one >= 0),
  symbols: (value, length) =>
    Array.isArray(value) && value.length === length && value.every(one => [0, 1, 2, 3].includes(one)),
  reasons: value => Object.values(fields(value) ?? { none: 0 }).every(why => typeof why === 'string'),
};

const MEANT: Readonly<Record<string, string>> = {
  name: 'a name',
  text: 'text',
  number: 'a number',
  count: 'a number from 0 on',
  positive: 'a number above 0',
  integer: 'a whole number above 0',
  word: 'a whole number from 1 to 15',
  counts: 'a list of counts',
  symbols: 'a list of symbols 0 to 3',
  reasons: 'an object of reasons',
};

function fields(value: unknown): Record<string, unknown> | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Record<string, unknown>)
    : undefined;
}
