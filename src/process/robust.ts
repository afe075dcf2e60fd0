/**
 * Location and scale that a share of wild values does not spoil.
 *
 * Sources: F. R. Hampel, "The influence curve and its role in robust estimation", JASA 69 (1974); B. Iglewicz, D. C.
 * Hoaglin, "How to Detect and Handle Outliers", ASQC (1993), as in the NIST/SEMATECH e-Handbook of Statistical
 * Methods, 1.3.5.17.
 *
 * @module
 */

/** Standard deviations of a normal distribution in one median absolute deviation. */
export const MAD_TO_SIGMA = 1.4826;

/** The value below which `share` (0 to 1) of `values` lies; NaN of nothing. Sorts a copy. */
export function quantile(values: ArrayLike<number>, share: number): number {
  const sorted = Float64Array.from(values).sort();
  if (sorted.length === 0) return Number.NaN;
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))]!;
}

/** The middle value, or the mean of the two in the middle; NaN of nothing. */
export function median(values: ArrayLike<number>): number {
  const sorted = Float64Array.from(values).sort();
  if (sorted.length === 0) return Number.NaN;
  const half = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[half]! : (sorted[half - 1]! + sorted[half]!) / 2;
}

/** Median absolute deviation from `centre`. */
export function deviation(values: ArrayLike<number>, centre: number): number {
  return median(Float64Array.from(values, value => Math.abs(value - centre)));
}

/**
 * A scale about zero: from the median of the magnitudes where that is not 0, otherwise (readings so coarse that more
 * than half of them are alike) the root mean square without the greatest 1 %. 0 where nothing ever moves.
 */
export function scaleAboutZero(values: ArrayLike<number>): number {
  const magnitudes = Float64Array.from(values, Math.abs).sort();
  const middle = median(magnitudes);
  if (middle > 0) return middle * MAD_TO_SIGMA;
  const kept = magnitudes.subarray(0, Math.ceil(magnitudes.length * 0.99));
  let sum = 0;
  for (const value of kept) sum += value * value;
  return kept.length === 0 ? 0 : Math.sqrt(sum / kept.length);
}
