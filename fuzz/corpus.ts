/**
 * Seeds: cases from which mutation starts. Those of the repository are in `corpus/`, a folder for each kind, named for
 * what is in them; where recorded captures are at hand, their messages and packets serve too.
 *
 * @module
 */

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Part, parseCase } from './case.ts';

/** The cases below `fuzz/FOLDER/KIND/`, by file name without its ending. */
export function readCases(folder: 'corpus' | 'regressions', kind: string): Map<string, Part[]> {
  const path = join(import.meta.dirname, folder, kind);
  const cases = new Map<string, Part[]>();
  if (!existsSync(path)) return cases;
  for (const file of readdirSync(path).sort()) {
    if (file.endsWith('.hex')) {
      cases.set(file.slice(0, -'.hex'.length), parseCase(readFileSync(join(path, file), 'utf8')));
    }
  }
  return cases;
}

/** The seeds of a kind. */
export function seedsOf(kind: string): Part[][] {
  return [...readCases('corpus', kind).values()];
}
