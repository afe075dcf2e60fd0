/**
 * What `cofferdam drill` prints: outcomes, rows of its table, listings of programs.
 *
 * @module
 */

import { changedProgram } from '../drill/rotor-hall/changed-program.ts';
import { minutes } from '../drill/rotor-hall/combinations.ts';
import { DEFENCE_TITLES, DEFENCES } from '../drill/rotor-hall/defence.ts';
import type { HallOutcome } from '../drill/rotor-hall/hall-exercise.ts';
import { listBody } from '../plant/block-machine/list.ts';
import { cascadeProgram } from '../plant/rotor-hall/cascade-program.ts';
import { BlockType, blockName, type S7Block } from '../plant/s7-block.ts';

/** An outcome as lines. */
export function outcomeText({
  defences,
  rotors,
  wrecked,
  damage,
  leftBand,
  displayed,
  shown,
  operatorLosses,
  reports,
}: HallOutcome): string {
  const names = defences.map(name => DEFENCE_TITLES[name]).join(', ') || 'none';
  const findings = defences
    .map(name => [name, reports.filter(({ defence }) => defence === name).length] as const)
    .map(([name, count]) => `${name} ${count}`)
    .join(', ');
  const when = (time: number | undefined): string => (time === undefined ? 'never' : `at ${minutes(time)}`);
  return [
    '',
    `defences     ${names}`,
    `rotors       ${wrecked} of ${rotors.length} wrecked; most life used by one: ${(damage * 100).toFixed(0)} %`,
    `band         first left ${when(leftBand)}; first shown to the operator ${when(displayed)}`,
    `engineers    were shown ${shown} differences between the controllers and the project`,
    `findings     ${findings || 'none'}`,
    `operator     ${operatorLosses} requests without a good answer`,
  ].join('\n');
}

/** Code blocks as listings: as commissioned, and as the intruder changes them. */
export function programText(): string {
  const list = (blocks: readonly S7Block[]): string[] =>
    blocks
      .filter(({ type }) => type !== BlockType.DB)
      .flatMap(({ type, number, code }) => ['', blockName(type, number), ...listBody(code)]);
  return [
    'As commissioned:',
    ...list(cascadeProgram()),
    '',
    'As the intruder changes it:',
    ...list(changedProgram('schedule')),
  ].join('\n');
}

const WIDTHS = [...DEFENCES.map(name => name.length), 17, 44, 22, 14, 14];

/** Prints a row of the table of combinations. */
export function printRow(cells: readonly string[]): void {
  const text = cells.map((cell, i) => cell.padEnd(WIDTHS[i]!)).join('  ');
  console.log(text.trimEnd());
}
