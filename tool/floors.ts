/**
 * Checks the floors of the house (tool/floor-rules.ts) and that no imports run in a ring. `node tool/floors.ts
 * [FOLDER]` prints one line for each import that is not allowed, and exits with 1 if there is one.
 *
 * @module
 */

import { resolve } from 'node:path';
import { cruise, type ICruiseResult } from 'dependency-cruiser';
import { FLOOR_RULES } from './floor-rules.ts';

/** What is wrong with the imports in `folder`/src, a line each. */
export async function checkFloors(folder: string): Promise<string[]> {
  const { output } = await cruise(['src'], {
    baseDir: resolve(folder),
    // TypeScript 7 has no API that dependency-cruiser could read with.
    parser: 'swc',
    doNotFollow: { path: 'node_modules' },
    validate: true,
    ruleSet: { forbidden: [...FLOOR_RULES] },
  });
  const { modules, summary } = output as ICruiseResult;
  // A reader that understood nothing finds nothing: that is no clean house.
  const edges = modules.reduce((sum, module) => sum + module.dependencies.length, 0);
  if (edges === 0) return [`no imports read in ${folder}/src: the check itself is broken`];
  const comments = new Map(FLOOR_RULES.map(rule => [rule.name, rule.comment]));
  return summary.violations.map(({ from, to, type, rule, cycle }) => {
    const path = cycle?.map(step => step.name) ?? (type === 'module' ? [] : [to]);
    return `${[from, ...path].join(' → ')}: ${rule.name}: ${comments.get(rule.name)}`;
  });
}

if (import.meta.main) {
  const found = await checkFloors(process.argv[2] ?? '.');
  for (const line of found) console.error(line);
  if (found.length > 0) process.exitCode = 1;
}
