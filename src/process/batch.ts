/**
 * Batch means: readings that follow each other are averaged over batches so long that the averages hardly do. Drift and
 * shift are looked for in the averages.
 *
 * Sources: G. C. Runger, T. R. Willemain, "Batch-means control charts for autocorrelated data", IIE Trans. 28 (1996);
 * D. C. Montgomery, "Introduction to Statistical Quality Control", Wiley, section 10.4.
 *
 * @module
 */

import { deviation, MAD_TO_SIGMA, median } from './robust.ts';

/** The shortest batch, and what must remain of batches for anything to be learned from them. */
const SHORTEST = 64;
export const FEWEST_BATCHES = 30;
/** Correlation of neighbouring batches below which a batch is long enough. */
const CORRELATION = 0.2;

export interface Batches {
  /** Readings in one. */
  readonly size: number;
  /** Batches that were learned from. */
  readonly count: number;
  /** Centre and standard deviation of the means, in the tag's unit. */
  readonly mean: number;
  readonly sigma: number;
  /** Correlation that is left between neighbours. */
  readonly correlation: number;
}

/** Collects a batch after the other. */
export class BatchMean {
  readonly #size: number;
  #sum = 0;
  #count = 0;

  constructor(size: number) {
    this.#size = size;
  }

  /** Takes a reading; the mean of the batch that it completes, otherwise NaN. */
  next(value: number): number {
    this.#sum += value;
    if (++this.#count < this.#size) return Number.NaN;
    const mean = this.#sum / this.#count;
    this.reset();
    return mean;
  }

  reset(): void {
    this.#sum = 0;
    this.#count = 0;
  }
}

/**
 * The shortest batches whose means hardly follow each other; undefined where the history has fewer than 30 of them, or
 * the reading never moves.
 */
export function fitBatches(
  runs: readonly Float64Array[],
): { readonly batches: Batches; readonly means: readonly number[] } | undefined {
  const readings = runs.reduce((sum, run) => sum + run.length, 0);
  for (let size = SHORTEST; size * FEWEST_BATCHES <= readings; size *= 2) {
    const means: number[] = [];
    for (const run of runs) {
      const batch = new BatchMean(size);
      for (const value of run) {
        const mean = batch.next(value);
        if (!Number.isNaN(mean)) means.push(mean);
      }
    }
    if (means.length < FEWEST_BATCHES) return undefined;
    const correlation = neighbours(means);
    // What chance alone gives a series without any correlation, 95 %.
    if (correlation > CORRELATION + 2 / Math.sqrt(means.length)) continue;
    const centre = median(means);
    const average = means.reduce((sum, mean) => sum + mean, 0) / means.length;
    const variance = means.reduce((sum, mean) => sum + (mean - average) ** 2, 0) / (means.length - 1);
    // The greater of both: a robust scale alone would take operators' few levels for outliers.
    const sigma = Math.max(Math.sqrt(variance), MAD_TO_SIGMA * deviation(means, centre));
    if (!(sigma > 0)) return undefined;
    return { batches: { size, count: means.length, mean: average, sigma, correlation }, means };
  }
  return undefined;
}

/** Correlation of each value with the next. */
function neighbours(values: readonly number[]): number {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  let squares = 0;
  let products = 0;
  for (let i = 0; i < values.length; i++) {
    squares += (values[i]! - mean) ** 2;
    if (i > 0) products += (values[i]! - mean) * (values[i - 1]! - mean);
  }
  return squares > 0 ? products / squares : 0;
}
