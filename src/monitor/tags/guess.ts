/**
 * What two registers may hold together. It cannot be known: a guess is offered only where it is stable, and never more.
 *
 * Two neighbouring words of 16 bits are offered as a float of 32 bits where one of them changes at least four times and four times as
 * often as the other (as the lower half of a slowly moving float does), and the float is of a usual size with the least, the
 * greatest and the latest of the slower word, of one sign. Both orders of words are tried.
 *
 * @module
 */

import { ValueType } from '../../operation/value.ts';
import type { Cell } from './page.ts';
import type { Plane } from './plane.ts';

const MIN_CHANGES = 4;
const RATIO = 4;
const LEAST = 1e-3;
const GREATEST = 1e7;

const scratch = new DataView(new ArrayBuffer(4));

/** Guesses by the address of the first of two registers. */
export function guesses(plane: Plane, bits: number): ReadonlyMap<number, string> {
  const found = new Map<number, string>();
  if (bits !== 16 || plane.type !== ValueType.u16) return found;
  let first: { address: number; cell: Cell } | undefined;
  for (const { address, cell } of plane.cells()) {
    const guess =
      first?.address === address - 1 && first.cell.reads === cell.reads
        ? guessOf(first.cell, cell)
        : undefined;
    if (guess === undefined || first === undefined) first = { address, cell };
    else {
      found.set(first.address, guess);
      first = undefined;
    }
  }
  return found;
}

function guessOf(first: Cell, second: Cell): string | undefined {
  const high = steady(first, second);
  const low = steady(second, first);
  if (high === undefined) return low === undefined ? undefined : `float32 ${low}, low word first?`;
  return low === undefined ? `float32 ${high}, high word first?` : undefined;
}

/** The latest value, with `slow` as the upper half; undefined where it is not plausible. */
function steady(slow: Cell, fast: Cell): number | undefined {
  if (fast.changes < MIN_CHANGES || fast.changes < slow.changes * RATIO) return undefined;
  const [least, greatest, latest] = [slow.least, slow.greatest, slow.latest].map(word =>
    float(word!, fast.latest!),
  );
  const usual = (value: number) => Math.abs(value) >= LEAST && Math.abs(value) <= GREATEST;
  if (!usual(least!) || !usual(greatest!) || !usual(latest!)) return undefined;
  return Math.sign(least!) === Math.sign(greatest!) ? Number(latest!.toPrecision(6)) : undefined;
}

function float(high: number, low: number): number {
  scratch.setUint16(0, high);
  scratch.setUint16(2, low);
  return scratch.getFloat32(0);
}
