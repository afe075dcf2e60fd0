/**
 * What is new in a reading: its innovation, the part that the readings before it do not predict. Process readings
 * follow each other; statistics that expect independent values are given innovations instead.
 *
 * The model is autoregressive on the differences, so that a constant added to all readings changes nothing. Its
 * coefficients are found by Levinson's and Durbin's recursion from autocovariances of differences that are clipped,
 * so that steps of the set-point do not pass for noise.
 *
 * Sources: L. C. Alwan, H. V. Roberts, "Time-series modeling for statistical process control", J. Bus. Econ. Stat. 6
 * (1988), for charts on residuals; J. Durbin, "The fitting of time-series models", Rev. Inst. Int. Stat. 28 (1960);
 * P. J. Huber, "Robust Statistics", Wiley (1981), for clipping.
 *
 * @module
 */

import { scaleAboutZero } from './robust.ts';

/** Order of the model. White noise on a slow signal leaves (p + 2)/(p + 1) of its variance: 11 % too much. */
const ORDER = 8;
/** Differences count for at most so many times their scale. */
const CLIP = 6;

export interface Whitening {
  /** Weights of the latest differences, the latest first. */
  readonly weights: readonly number[];
  /** Greatest difference that counts, in the tag's unit. */
  readonly clip: number;
  /** Standard deviation of the innovations, in the tag's unit. */
  readonly sigma: number;
}

/** Computes innovations, one reading after the other. */
export class Whitener {
  readonly #weights: Float64Array;
  readonly #clip: number;
  readonly #sigma: number;
  readonly #differences: Float64Array;
  #at = 0;
  #last = Number.NaN;
  #known = 0;

  constructor({ weights, clip, sigma }: Whitening) {
    this.#weights = Float64Array.from(weights);
    this.#clip = clip;
    this.#sigma = sigma;
    this.#differences = new Float64Array(this.#weights.length);
  }

  /** Innovation of a reading in standard deviations; NaN until enough readings came in a row. */
  next(value: number): number {
    const raw = value - this.#last;
    this.#last = value;
    if (Number.isNaN(raw)) return Number.NaN;
    const difference = raw > this.#clip ? this.#clip : raw < -this.#clip ? -this.#clip : raw;
    const order = this.#weights.length;
    let predicted = 0;
    let at = this.#at;
    for (let i = 0; i < order; i++) {
      at = at === 0 ? order - 1 : at - 1;
      predicted += this.#weights[i]! * this.#differences[at]!;
    }
    this.#differences[this.#at] = difference;
    this.#at = this.#at + 1 === order ? 0 : this.#at + 1;
    if (this.#known < order) {
      this.#known++;
      return Number.NaN;
    }
    return (difference - predicted) / this.#sigma;
  }

  /** Readings are missing: what comes next does not follow from what came before. */
  reset(): void {
    this.#last = Number.NaN;
    this.#known = 0;
    this.#differences.fill(0);
  }
}

/** Fits the model to runs of readings without a gap; undefined where they never move. */
export function fitWhitening(runs: readonly Float64Array[]): Whitening | undefined {
  const all = runs.map(differencesOf);
  const length = all.reduce((sum, run) => sum + run.length, 0);
  const flat = new Float64Array(length);
  let at = 0;
  for (const run of all) {
    flat.set(run, at);
    at += run.length;
  }
  const scale = scaleAboutZero(flat);
  if (!(scale > 0)) return undefined;
  const clip = CLIP * scale;
  const covariance = new Float64Array(ORDER + 1);
  for (const run of all) {
    for (let i = 0; i < run.length; i++) run[i] = Math.min(Math.max(run[i]!, -clip), clip);
    for (let lag = 0; lag <= ORDER; lag++) {
      let sum = 0;
      for (let i = lag; i < run.length; i++) sum += run[i]! * run[i - lag]!;
      covariance[lag]! += sum / length;
    }
  }
  // A trace of white noise keeps a perfectly predictable signal from dividing by nothing.
  covariance[0]! *= 1 + 1e-9;
  const weights = levinsonDurbin(covariance);
  const whitener = new Whitener({ weights, clip, sigma: 1 });
  let sum = 0;
  let count = 0;
  for (const run of runs) {
    whitener.reset();
    for (const value of run) {
      const innovation = whitener.next(value);
      if (Number.isNaN(innovation)) continue;
      sum += innovation * innovation;
      count++;
    }
  }
  const sigma = Math.sqrt(sum / count);
  return sigma > 0 ? { weights, clip, sigma } : undefined;
}

/** Weights of the best linear prediction from autocovariances at lags 0, 1, 2 … */
export function levinsonDurbin(covariance: ArrayLike<number>): number[] {
  const order = covariance.length - 1;
  const weights: number[] = [];
  let error = covariance[0]!;
  for (let m = 1; m <= order; m++) {
    let sum = covariance[m]!;
    for (let i = 1; i < m; i++) sum -= weights[i - 1]! * covariance[m - i]!;
    const reflection = error > 0 ? sum / error : 0;
    const before = weights.slice();
    for (let i = 1; i < m; i++) weights[i - 1] = before[i - 1]! - reflection * before[m - i - 1]!;
    weights.push(reflection);
    error *= 1 - reflection * reflection;
  }
  return weights;
}

function differencesOf(run: Float64Array): Float64Array {
  const differences = new Float64Array(Math.max(0, run.length - 1));
  for (let i = 1; i < run.length; i++) differences[i - 1] = run[i]! - run[i - 1]!;
  return differences;
}
