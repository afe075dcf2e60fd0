/**
 * Policies from text and from files, with all protocols that Cofferdam knows.
 *
 * @module
 */

import { readFile } from 'node:fs/promises';
import { PROTOCOLS } from '../protocol/registry.ts';
import type { Policy } from './policy.ts';
import { PolicyError } from './problem.ts';
import { MAX_LENGTH, type Parsed, readPolicy } from './read/policy.ts';

/** Reads a policy's text; `file` is the name that messages give. Never throws. */
export function parsePolicy(text: string, file: string): Parsed {
  return readPolicy(text, file, PROTOCOLS, new Date().toISOString().slice(0, 10));
}

/** Reads a policy's file. Throws a {@link PolicyError} with all that is wrong. */
export async function loadPolicy(path: string): Promise<Policy> {
  const bytes = await readFile(path);
  const problem = (message: string) => new PolicyError([{ file: path, line: 1, column: 1, message }]);
  if (bytes.length > MAX_LENGTH) {
    throw problem(
      `the file has ${bytes.length} bytes; a policy has at most ${MAX_LENGTH}. Is it the right file?`,
    );
  }
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw problem('the file is not UTF-8 text; save it as UTF-8, or name another file');
  }
  const { policy, problems } = parsePolicy(text, path);
  if (policy === undefined) throw new PolicyError(problems);
  return policy;
}
