/**
 * The tables of docs/rotor-hall.md, from the code. `node test/start/hall-page.ts` puts them into the page; it plays all
 * combinations of defences for that, which takes two or three minutes.
 *
 * @module
 */

import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import {
  COMBINATION_HEADS,
  combinationRow,
  playCombinations,
} from '../../src/drill/rotor-hall/combinations.ts';
import { DEFENCES, type DefenceName } from '../../src/drill/rotor-hall/defence.ts';
import { type HallOutcome, playHallExercise } from '../../src/drill/rotor-hall/hall-exercise.ts';
import { ROTOR_HALL_INTRUSION } from '../../src/drill/rotor-hall/intrusion.ts';
import { watcherOf } from '../../src/drill/rotor-hall/watchers.ts';
import { INSTRUCTIONS } from '../../src/plant/block-machine/instructions.ts';
import { DRIVE_TAGS, LIMIT_TAGS } from '../../src/plant/rotor-hall/tags.ts';
import { s7comm } from '../../src/protocol/s7comm/s7comm.ts';
import { fill, tagsTable } from './plant-page.ts';

export const PAGE = fileURLToPath(new URL('../../docs/rotor-hall.md', import.meta.url));
const POLICY = fileURLToPath(new URL('../../policies/rotor-hall.yaml', import.meta.url));
const SEED = 1;
const OTHER_SEEDS = [2, 3, 4, 5];

/** What every exercise of the page has in common. */
export const EXERCISE = {
  policy: readFileSync(POLICY, 'utf8'),
  file: POLICY,
  seed: SEED,
  watchers: watcherOf,
};

/** The page with the tables that need no exercise. */
export function hallPage(text: string): string {
  const tags = [...Object.values(DRIVE_TAGS[0]!), ...Object.values(LIMIT_TAGS['plc-a'])];
  return fill(
    fill(fill(text, 'tags', tagsTable(tags)), 'instructions', instructionsTable()),
    'steps',
    stepsTable(),
  );
}

/** An outcome as a row of the page's table. */
export function outcomeRow(outcome: HallOutcome): string {
  return row(combinationRow(outcome));
}

/** Each defence alone, and all, with other seeds. */
async function seedsTable(): Promise<string> {
  const columns: (readonly DefenceName[])[] = [[], ...DEFENCES.map(name => [name]), DEFENCES];
  const rows: string[][] = [];
  for (const seed of OTHER_SEEDS) {
    const cells = [String(seed)];
    for (const defences of columns) {
      const { wrecked, damage } = await playHallExercise({
        ...EXERCISE,
        seed,
        defences: new Set(defences),
        intrusion: true,
      });
      cells.push(`${wrecked} (${(damage * 100).toFixed(0)} %)`);
    }
    rows.push(cells);
  }
  return table(['seed', 'none', ...DEFENCES, 'all'], rows);
}

function instructionsTable(): string {
  return table(
    ['code', 'written', 'form', 'what it does'],
    INSTRUCTIONS.map(({ code, mnemonic, form, meaning }) => [
      `0x${code.toString(16).padStart(2, '0')}`,
      `\`${mnemonic}\``,
      form,
      meaning,
    ]),
  );
}

function stepsTable(): string {
  return table(
    ['after', 'what is tried', 'technique', 'from', 'at', 'expected refusal'],
    ROTOR_HALL_INTRUSION.map(({ at, name, technique, from, to, refusal }) => [
      `${at} s`,
      name,
      technique,
      from,
      to,
      s7comm.errorName(refusal),
    ]),
  );
}

function table(heads: readonly string[], rows: readonly (readonly string[])[]): string {
  return [row(heads), `|${'---|'.repeat(heads.length)}`, ...rows.map(row)].join('\n');
}

function row(cells: readonly string[]): string {
  return `| ${cells.join(' | ')} |`;
}

if (import.meta.main) {
  const text = hallPage(readFileSync(PAGE, 'utf8'));
  const outcomes = await playCombinations(EXERCISE);
  const combinations = table(COMBINATION_HEADS, outcomes.map(combinationRow));
  writeFileSync(PAGE, fill(fill(text, 'combinations', combinations), 'seeds', await seedsTable()));
}
