/**
 * Baselines as files: what is known of a plant, as JSON that a person can read and correct. Sorted, so that two of
 * the same plant can be compared.
 *
 * @module
 */

import { Known, KnownPair, MAX_NAMES, MAX_PAIRS, pairKey } from './known.ts';

const VERSION = 1;

/** A file that is no baseline. */
export class BaselineError extends Error {
  readonly code = 'COFFERDAM_BASELINE';
  override readonly name = 'BaselineError';
}

/** Reads the text; `file` is the name that messages give. Throws a {@link BaselineError} where it is none. */
export function readBaseline(text: string, file: string): Known {
  const fail = (what: string): never => {
    throw new BaselineError(
      `${file}: ${what}; make it anew with \`cofferdam detect --learn ${file} CAPTURE …\``,
    );
  };
  let root: unknown;
  try {
    root = JSON.parse(text);
  } catch {
    return fail('this is no JSON, so no baseline');
  }
  if (!isRecord(root)) return fail('this is no baseline');
  const { observed, pairs, engineers } = root;
  if (root['cofferdam-baseline'] !== VERSION) return fail(`"cofferdam-baseline" is not ${VERSION}`);
  if (typeof observed !== 'number' || !(observed >= 0)) return fail('"observed" is no number of seconds');
  if (!isTexts(engineers)) return fail('"engineers" is no list of addresses');
  if (!Array.isArray(pairs)) return fail('"pairs" is no list');
  if (pairs.length > MAX_PAIRS) return fail(`it has ${pairs.length} pairs, more than ${MAX_PAIRS}`);
  const known = new Known(0, true);
  known.observed = observed;
  for (const client of engineers) known.engineers.add(client);
  for (const [index, entry] of pairs.entries()) {
    const wrong = readPair(known, entry);
    if (wrong !== '') return fail(`"pairs" ${index + 1}: ${wrong}`);
  }
  return known;
}

/** '' or what is wrong. */
function readPair(known: Known, entry: unknown): string {
  if (!isRecord(entry)) return 'is no object';
  const { client, server, protocol, functions, objects, writes, overfull } = entry;
  for (const [name, value] of Object.entries({ client, server, protocol })) {
    if (typeof value !== 'string' || value === '' || value.includes(' ')) return `"${name}" is no name`;
  }
  if (!isTexts(functions) || functions.length > MAX_NAMES) return '"functions" is no list of names';
  if (!isTexts(objects) || objects.length > MAX_NAMES) return '"objects" is no list of names';
  if (typeof writes !== 'boolean') return '"writes" is neither true nor false';
  const pair = new KnownPair();
  for (const name of functions) known.add(pair, pair.functions, name);
  for (const name of objects) known.add(pair, pair.objects, name);
  pair.writes = writes;
  pair.overfull ||= overfull === true;
  known.pairs.set(pairKey(client as string, server as string, protocol as string), pair);
  return '';
}

/** The text of a baseline. */
export function formatBaseline(known: Known): string {
  const pairs = [...known.pairs].sort(byKey).map(([key, pair]) => {
    const [client, server, protocol] = key.split(' ');
    return {
      client,
      server,
      protocol,
      writes: pair.writes,
      functions: [...pair.functions].sort(),
      objects: [...pair.objects].sort(),
      ...(pair.overfull ? { overfull: true } : {}),
    };
  });
  const root = {
    'cofferdam-baseline': VERSION,
    observed: Math.round(known.observed),
    engineers: [...known.engineers].sort(),
    pairs,
  };
  return `${JSON.stringify(root, undefined, 2)}\n`;
}

function byKey([a]: readonly [string, unknown], [b]: readonly [string, unknown]): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isTexts(value: unknown): value is string[] {
  return Array.isArray(value) && value.every(item => typeof item === 'string');
}
