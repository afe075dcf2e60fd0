/**
 * Drift and shift of a level: CUSUM and EWMA over batch means, with limits that allow for what is not known exactly.
 *
 * Source: W. A. Jensen, L. A. Jones-Farmer, C. W. Champ, W. H. Woodall, "Effects of parameter estimation on control
 * chart properties", J. Quality Technology 38 (2006).
 *
 * @module
 */

import { type Batches, BatchMean } from './batch.ts';
import { Cusum, cusumLimit } from './cusum.ts';
import { Ewma } from './ewma.ts';
import type { Input } from './level.ts';

/** Changes that drift is tuned for are one standard deviation of the batch means. */
const HALF_CHANGE = 0.5;
/** Time between false alarms of drift that is aimed at, s: a hundred tag-months. */
const AIM = 100 * 30 * 86_400;
/** Weight of the newest batch in the average, and the least width of its limits. */
const WEIGHT = 0.3;
const WIDTH = 5;
/** Misfits of the set-points' combinations that are allowed for. */
const MISFITS = 3;
/** Margin over what the history shows. */
const MARGIN = 1.3;

/** What is learned of a tag's level. */
export interface Level {
  /** Set-points that move it. */
  readonly inputs: readonly Input[];
  readonly batches: Batches;
  /** Allowance and limit of the CUSUM, in the tag's unit. */
  readonly drift: { readonly allowance: number; readonly limit: number };
  /** Standard deviation and width of the EWMA's limits. */
  readonly shift: { readonly sigma: number; readonly width: number };
}

/**
 * Limits for charts of `batches`, at a reading every `period` seconds; `means` are those of the history. `misfit` is the
 * standard deviation of what the set-points leave unexplained from one of their combinations to the next.
 */
export function fitLevel(
  inputs: readonly Input[],
  batches: Batches,
  means: readonly number[],
  misfit: number,
  period: number,
): Level {
  const { size, count, mean, sigma, correlation } = batches;
  // Neighbours that follow each other a little make sums wander farther.
  const follow = Math.max(correlation, 0);
  const spread = sigma * Math.sqrt((1 + follow) / (1 - follow));
  // The mean is itself an estimate: two of its standard errors are allowed for.
  const allowance = (HALF_CHANGE + 2 / Math.sqrt(count)) * spread + MISFITS * misfit;
  const cusum = new Cusum({ mean, allowance, limit: Number.POSITIVE_INFINITY });
  const ewma = new Ewma({ mean, sigma: spread, weight: WEIGHT, width: 1 });
  let highest = 0;
  let farthest = 0;
  for (const value of means) {
    cusum.next(value);
    ewma.next(value);
    highest = Math.max(highest, cusum.high, cusum.low);
    farthest = Math.max(farthest, Math.abs(ewma.average - mean) / (ewma.upper - mean));
  }
  const reach = spread * Math.sqrt(WEIGHT / (2 - WEIGHT));
  const width = WIDTH * (1 + 1 / Math.sqrt(count)) + (MISFITS * misfit) / reach;
  const limit = cusumLimit(HALF_CHANGE, AIM / (size * period)) * spread;
  return {
    inputs,
    batches,
    drift: { allowance, limit: Math.max(limit, MARGIN * highest) },
    shift: { sigma: spread, width: Math.max(width, MARGIN * farthest) },
  };
}

/** Follows a level, one reading after the other. */
export class LevelChart {
  /** The last batch, without what set-points explain. */
  mean = Number.NaN;
  drifts = false;
  shifts = false;
  readonly #batch: BatchMean;
  readonly #cusum: Cusum;
  readonly #ewma: Ewma;

  constructor({ batches, drift, shift }: Level) {
    const { size, mean } = batches;
    this.#batch = new BatchMean(size);
    this.#cusum = new Cusum({ mean, ...drift });
    this.#ewma = new Ewma({ mean, weight: WEIGHT, ...shift });
  }

  /** Takes a reading without what set-points explain; true where that completes a batch. */
  next(value: number): boolean {
    const mean = this.#batch.next(value);
    if (Number.isNaN(mean)) return false;
    this.mean = mean;
    this.drifts = this.#cusum.next(mean);
    this.shifts = this.#ewma.next(mean);
    if (this.drifts) this.#cusum.restrain();
    return true;
  }

  /** Readings are missing: the batch begins anew. */
  interrupt(): void {
    this.#batch.reset();
  }
}
