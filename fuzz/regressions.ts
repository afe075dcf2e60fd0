/**
 * Cases that went wrong once, kept as text below `regressions/`, a folder for each target.
 *
 * @module
 */

import { mkdirSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { formatCase } from './case.ts';
import type { Failure } from './engine.ts';
import type { Target } from './target.ts';

/** Writes a failure down; returns the path of the file. */
export function keep(target: Target, { parts, error }: Failure): string {
  const folder = join(import.meta.dirname, 'regressions', target.name);
  mkdirSync(folder, { recursive: true });
  const text = formatCase(parts, target.sides);
  const path = join(
    folder,
    `${nameOf(error)}-${parts.reduce((sum, { bytes }) => sum + bytes.length, 0)}.hex`,
  );
  writeFileSync(path, `# ${error.message.split('\n')[0]}\n${text}\n`);
  return relative(process.cwd(), path);
}

/** A file name out of a message. */
function nameOf({ message }: Error): string {
  const words = message
    .split('\n')[0]!
    .toLowerCase()
    .match(/[a-z]+/g) ?? ['failure'];
  return words.slice(0, 6).join('-');
}
