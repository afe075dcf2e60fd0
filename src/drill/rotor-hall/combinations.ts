/**
 * The intrusion against every combination of the defences, and what became of the rotors: the table of
 * docs/rotor-hall.md.
 *
 * @module
 */

import { DEFENCES, type DefenceName } from './defence.ts';
import { type HallOptions, type HallOutcome, playHallExercise } from './hall-exercise.ts';
import { ROTOR_HALL_INTRUSION } from './intrusion.ts';

/** All subsets of the defences: none first, then by how many they are. */
export const COMBINATIONS: readonly ReadonlySet<DefenceName>[] = Array.from(
  { length: 1 << DEFENCES.length },
  (_, bits) => new Set(DEFENCES.filter((_, i) => (bits >> i) & 1)),
).sort((a, b) => a.size - b.size);

/** Plays every combination, one after the other; `told` hears of each outcome as it comes. One that is cut short is left out. */
export async function playCombinations(
  options: Omit<HallOptions, 'defences' | 'intrusion' | 'tell'>,
  told: (outcome: HallOutcome) => void = () => {},
): Promise<HallOutcome[]> {
  const outcomes: HallOutcome[] = [];
  for (const defences of COMBINATIONS) {
    if (options.signal?.aborted) break;
    const outcome = await playHallExercise({ ...options, defences, intrusion: true });
    if (options.signal?.aborted) break;
    outcomes.push(outcome);
    told(outcome);
  }
  return outcomes;
}

/** Heads of the columns of {@link combinationRow}. */
export const COMBINATION_HEADS = [
  ...DEFENCES,
  'refused',
  'first found, after the first download',
  'drives stopped by hand',
  'rotors wrecked',
  'most life used',
] as const;

/** One outcome as the cells of a row. */
export function combinationRow(outcome: HallOutcome): string[] {
  const { defences, steps, reports, deeds, rotors, wrecked, damage } = outcome;
  const began = ROTOR_HALL_INTRUSION[0]!.at;
  const refused = steps
    .filter(step => step.held)
    .map(step => (step.technique === 'T0843' ? 'downloads' : 'writes'));
  const found = new Map<DefenceName, number>();
  for (const { defence, time } of reports) if (!found.has(defence)) found.set(defence, time - began);
  const stopped = deeds.filter(({ what }) => what.startsWith('stopped'));
  return [
    ...DEFENCES.map(name => (defences.includes(name) ? '●' : '')),
    [...new Set(refused)].join(', ') || '—',
    [...found].map(([name, after]) => `${name} ${minutes(after)}`).join(', ') || 'never',
    stopped.length === 0 ? '—' : stopped.map(({ time }) => minutes(time - began)).join(', '),
    `${wrecked} of ${rotors.length}`,
    `${(damage * 100).toFixed(0)} %`,
  ];
}

/** `4:05`: minutes and seconds. */
export function minutes(seconds: number): string {
  return `${Math.floor(seconds / 60)}:${String(Math.floor(seconds % 60)).padStart(2, '0')}`;
}
