/**
 * JSON from strangers: read exactly, or refused with the reason. Two readers must never see two different documents in
 * the same bytes, so that duplicate keys, bytes that are no UTF-8 and unknown fields are all mistakes.
 *
 * @module
 */

import { PermitError } from './permit-error.ts';

/** A JSON object whose keys are not known yet. */
export type JsonObject = Readonly<Record<string, unknown>>;

const UTF8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** The value of JSON text in UTF-8 (RFC 8259), in which no object has a key twice. */
export function parseJson(bytes: Uint8Array): unknown {
  let text: string;
  try {
    text = UTF8.decode(bytes);
  } catch {
    throw new PermitError('is no text in UTF-8, so no JSON; it may be damaged');
  }
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new PermitError(`is no JSON: ${(error as Error).message.replace(/\p{C}+/gu, ' ').slice(0, 200)}`);
  }
  const twice = duplicateKey(text);
  if (twice !== undefined) throw new PermitError(`has the key ${twice.slice(0, 80)} twice in one object`);
  return value;
}

/** The first key, as written, that an object of the valid JSON `text` has twice. */
function duplicateKey(text: string): string | undefined {
  /** Keys of the objects that are open; undefined for an array. */
  const open: (Set<string> | undefined)[] = [];
  for (const { 0: token } of text.matchAll(/"(?:[^"\\]|\\.)*"(?:\s*:)?|[[\]{}]/g)) {
    if (token === '{') open.push(new Set());
    else if (token === '[') open.push(undefined);
    else if (token === '}' || token === ']') open.pop();
    else if (token.endsWith(':')) {
      const written = token.slice(0, token.lastIndexOf('"') + 1);
      const key = JSON.parse(written) as string;
      const keys = open.at(-1);
      if (keys?.has(key)) return written;
      keys?.add(key);
    }
  }
  return undefined;
}

/** An object with all of `required`, perhaps some of `optional`, and nothing else. */
export function objectOf(
  value: unknown,
  where: string,
  required: readonly string[],
  optional: readonly string[] = [],
): JsonObject {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new PermitError(`${where} is no JSON object`);
  }
  for (const key of Object.keys(value)) {
    if (required.includes(key) || optional.includes(key)) continue;
    const told = JSON.stringify(key.replace(/\p{C}/gu, '?').slice(0, 60));
    throw new PermitError(
      `${where} has the unknown field ${told}; known are ${[...required, ...optional].join(', ')}`,
    );
  }
  for (const key of required) {
    if (!Object.hasOwn(value, key)) throw new PermitError(`${where} has no ${key}`);
  }
  return value as JsonObject;
}

export function listOf(value: unknown, where: string, least: number, most: number): readonly unknown[] {
  if (!Array.isArray(value)) throw new PermitError(`${where} is no list`);
  if (value.length < least) throw new PermitError(`${where} has fewer than ${least} entries`);
  if (value.length > most) throw new PermitError(`${where} has more than ${most} entries`);
  return value;
}

export function integerOf(value: unknown, where: string, least: number, most: number): number {
  if (Number.isInteger(value) && (value as number) >= least && (value as number) <= most)
    return value as number;
  throw new PermitError(`${where} is no whole number from ${least} to ${most}`);
}

/** Text that `form` matches; `what` says what that is. */
export function textOf(value: unknown, where: string, form: RegExp, what: string): string {
  if (typeof value === 'string' && form.test(value)) return value;
  throw new PermitError(`${where} is not ${what}`);
}
