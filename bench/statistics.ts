/**
 * Medians and quantiles of a few figures.
 *
 * @module
 */

/** The value below which `share` (0 to 1) of `sorted` lies; ascending order. NaN of nothing. */
export function quantile(sorted: ArrayLike<number>, share: number): number {
  if (sorted.length === 0) return Number.NaN;
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))]!;
}

/** The middle of the figures, or between the two in the middle. */
export function median(figures: readonly number[]): number {
  const sorted = Float64Array.from(figures).sort();
  const half = sorted.length >> 1;
  if (sorted.length === 0) return Number.NaN;
  return sorted.length % 2 === 1 ? sorted[half]! : (sorted[half - 1]! + sorted[half]!) / 2;
}

/** Median of the ratios of runs that were made next to each other. */
export function medianRatio(figures: readonly number[], others: readonly number[]): number {
  return median(figures.slice(0, others.length).map((figure, round) => figure / others[round]!));
}
