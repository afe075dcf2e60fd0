/**
 * The level of a reading: what is left of it once the set-points that move it are accounted for. An operator who sets
 * another speed moves pressures and flows with it; drift and shift are looked for in the rest.
 *
 * Source: B. J. Mandel, "The regression control chart", J. Quality Technology 1 (1969).
 *
 * @module
 */

import type { Command, History } from './history.ts';

/** Changes that a set-point must have had, and set-points that are accounted for. */
const FEWEST_CHANGES = 8;
const MOST_INPUTS = 8;
/** Readings averaged for one equation. */
const BLOCK = 16;

/** How far a reading follows a set-point. */
export interface Input {
  /** Tag of the set-point. */
  readonly tag: string;
  /** Change of the reading for each unit of the set-point, and the set-point's mean while this was learned. */
  readonly weight: number;
  readonly mean: number;
  /** Least and greatest set-point that was seen: beyond them nothing is known. */
  readonly range: readonly [number, number];
}

/** True where all set-points are where the reading is known at. */
export function known(inputs: readonly Input[], setting: (tag: string) => number): boolean {
  for (const { tag, range } of inputs) {
    const value = setting(tag);
    // A set-point that was not read yet is taken to be where it usually is.
    if (value < range[0] || value > range[1]) return false;
  }
  return true;
}

/** The share of a reading that its set-points explain. `setting` gives a set-point's value, NaN where not known. */
export function explained(inputs: readonly Input[], setting: (tag: string) => number): number {
  let sum = 0;
  for (const { tag, weight, mean } of inputs) {
    const value = setting(tag);
    if (!Number.isNaN(value)) sum += weight * (value - mean);
  }
  return sum;
}

/** Fits by least squares what the set-points with `commands` explain of the history. */
export function fitInputs(
  history: History,
  commands: ReadonlyMap<string, readonly Command[]>,
): readonly Input[] {
  const moved = [...commands].filter(([, list]) => list.length >= FEWEST_CHANGES).slice(0, MOST_INPUTS);
  const { times, values } = history;
  const blocks = Math.floor(times.length / BLOCK);
  if (moved.length === 0 || blocks < 4 * moved.length) return [];
  const size = moved.length;
  const columns = moved.map(([, list]) => blockMeans(stepsAt(list, times)));
  const target = blockMeans(values);
  const means = columns.map(average);
  const mean = average(target);
  const matrix = columns.map((a, i) =>
    columns.map((b, j) => {
      let sum = 0;
      for (let k = 0; k < blocks; k++) sum += (a[k]! - means[i]!) * (b[k]! - means[j]!);
      return i === j ? sum * (1 + 1e-9) + 1e-12 : sum;
    }),
  );
  const right = columns.map((a, i) => {
    let sum = 0;
    for (let k = 0; k < blocks; k++) sum += (a[k]! - means[i]!) * (target[k]! - mean);
    return sum;
  });
  const weights = solve(matrix, right, size);
  return moved.map(([tag], i) => ({
    tag,
    weight: weights[i]!,
    mean: means[i]!,
    range: [columns[i]!.reduce((a, b) => Math.min(a, b)), columns[i]!.reduce((a, b) => Math.max(a, b))],
  }));
}

/**
 * Standard deviation of the means that `rest`, the history without what `inputs` explain, has at their combinations.
 * Combinations that were held for less than 256 readings do not count.
 */
export function misfit(rest: History, settings: readonly Float64Array[]): number {
  const groups = new Map<string, { count: number; sum: number }>();
  const { values } = rest;
  for (let i = 0; i < values.length; i++) {
    const key = settings.map(steps => steps[i]!).join(' ');
    const group = groups.get(key) ?? { count: 0, sum: 0 };
    groups.set(key, group);
    group.count++;
    group.sum += values[i]!;
  }
  const means = [...groups.values()].filter(({ count }) => count >= 256).map(({ sum, count }) => sum / count);
  if (means.length < 2) return 0;
  const mean = means.reduce((sum, value) => sum + value, 0) / means.length;
  return Math.sqrt(means.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (means.length - 1));
}

/** The set-point's value at each time: that of the last command, before the first one what that one changed. */
export function stepsAt(commands: readonly Command[], times: Float64Array): Float64Array {
  const first = commands[0];
  let value = first === undefined ? Number.NaN : first.value - first.change;
  let next = 0;
  return times.map(time => {
    while (next < commands.length && commands[next]!.time <= time) value = commands[next++]!.value;
    return value;
  });
}

function blockMeans(values: Float64Array): Float64Array {
  const means = new Float64Array(Math.floor(values.length / BLOCK));
  for (let i = 0; i < means.length * BLOCK; i++) means[Math.floor(i / BLOCK)]! += values[i]! / BLOCK;
  return means;
}

function average(values: Float64Array): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** Gauss's elimination with pivots; unknowns that nothing determines are 0. */
function solve(matrix: number[][], right: number[], size: number): number[] {
  for (let column = 0; column < size; column++) {
    let pivot = column;
    for (let row = column + 1; row < size; row++) {
      if (Math.abs(matrix[row]![column]!) > Math.abs(matrix[pivot]![column]!)) pivot = row;
    }
    [matrix[column], matrix[pivot]] = [matrix[pivot]!, matrix[column]!];
    [right[column], right[pivot]] = [right[pivot]!, right[column]!];
    const by = matrix[column]![column]!;
    if (Math.abs(by) < 1e-9) continue;
    for (let row = column + 1; row < size; row++) {
      const factor = matrix[row]![column]! / by;
      for (let k = column; k < size; k++) matrix[row]![k]! -= factor * matrix[column]![k]!;
      right[row]! -= factor * right[column]!;
    }
  }
  const unknowns = new Array<number>(size).fill(0);
  for (let row = size - 1; row >= 0; row--) {
    const by = matrix[row]![row]!;
    if (Math.abs(by) < 1e-9) continue;
    let rest = right[row]!;
    for (let k = row + 1; k < size; k++) rest -= matrix[row]![k]! * unknowns[k]!;
    unknowns[row] = rest / by;
  }
  return unknowns;
}
