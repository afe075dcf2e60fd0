/**
 * What a tag's innovations are like when nothing is wrong, and how likely one is when it repeats an earlier one: the
 * scores from which replays are found.
 *
 * Innovations are put into bins of a quarter of a standard deviation, or of the reading's resolution where that is
 * coarser: in finer bins than that an innovation would tell of the readings before it once more. Each reading of a supposed replay scores the
 * logarithm of a likelihood ratio: of its bin given the bin that it would repeat, over that of its bin given the bin
 * before it in ordinary operation. Whatever the earlier window holds, exp(score) has mean 1 at most while nothing is
 * replayed, so that a sum of scores reaches s with a probability of at most exp(-s) (Ville's inequality), in coarse
 * readings and in fine ones.
 *
 * Sources: S. Karlin, S. F. Altschul, "Methods for assessing the statistical significance of molecular sequence
 * features by using general scoring schemes", PNAS 87 (1990); A. Wald, "Sequential Analysis", Wiley (1947); J. Ville,
 * "Étude critique de la notion de collectif", Gauthier-Villars (1939).
 *
 * @module
 */

export const BINS = 32;
/** Least width of a bin, in standard deviations. */
export const FINEST_BIN = 0.25;
/**
 * A replayed innovation: so many are in the bin of the earlier one, a twentieth is anywhere, the others are off by a
 * standard deviation of 0.3. A coarse reading is hardly changed by what is added to it, and has less to tell: there
 * more is expected to be exact.
 */
const EXACT = { fine: 0.5, coarse: 0.8 } as const;
const ASTRAY = 0.05;
const TOLERANCE = 0.3;
/** Surprise of a reading, nats, below which it is coarse; normal noise has 2.8 in the finest bins. */
const COARSE = 2;
/** ln of the least likelihood that counts. */
const RAREST = -4.5;
/** Weight of the bins' overall shares in those that depend on the bin before, in readings. */
const PRIOR = 20;

/** The bin, of `width` standard deviations, of an innovation; the outermost hold what is beyond. */
export function binOf(innovation: number, width: number): number {
  const bin = Math.floor(innovation / width) + BINS / 2;
  return bin < 0 ? 0 : bin >= BINS ? BINS - 1 : bin;
}

/** The middle of a bin, in standard deviations. */
export function middleOf(bin: number, width: number): number {
  return (bin - BINS / 2 + 0.5) * width;
}

export class NoiseModel {
  /** ln of the likelihood of bin `b` where it repeats bin `a`, at `a * BINS + b`. */
  readonly repeated = new Float64Array(BINS * BINS);
  /**
   * ln of the likelihood of bin `b` after bin `a` in ordinary operation, at `a * BINS + b`, but at least -4.5: what is rare comes from steps of the process, and these do look alike.
   */
  readonly ordinary = new Float64Array(BINS * BINS);
  /** Width of a bin, in standard deviations. */
  readonly width: number;
  /** What a reading of an exact replay scores on average, nats. */
  readonly information: number;

  /** From counts of bin `b` after bin `a`, at `a * BINS + b`. */
  constructor(counts: ArrayLike<number>, width: number) {
    this.width = width;
    const after = new Float64Array(BINS);
    const overall = new Float64Array(BINS);
    let total = 0;
    for (let a = 0; a < BINS; a++) {
      for (let b = 0; b < BINS; b++) {
        const count = counts[a * BINS + b]!;
        after[a]! += count;
        overall[b]! += count;
        total += count;
      }
    }
    for (let b = 0; b < BINS; b++) overall[b] = (overall[b]! + 0.5) / (total + BINS / 2);
    let surprise = 0;
    for (let a = 0; a < BINS; a++) {
      for (let b = 0; b < BINS; b++) {
        const at = a * BINS + b;
        const follows = (counts[at]! + PRIOR * overall[b]!) / (after[a]! + PRIOR);
        // The likelier of the two: what depends on the bin before was learned from fewer readings.
        this.ordinary[at] = Math.max(Math.log(Math.max(follows, overall[b]!)), RAREST);
        surprise -= (counts[at]! / Math.max(total, 1)) * this.ordinary[at]!;
      }
    }
    const exact = surprise < COARSE ? EXACT.coarse : EXACT.fine;
    let likelihood = 0;
    for (let a = 0; a < BINS; a++) {
      const kernel = Float64Array.from({ length: BINS }, (_, b) =>
        Math.exp(-(((a - b) * width) ** 2) / (2 * TOLERANCE * TOLERANCE)),
      );
      const sum = kernel.reduce((all, one) => all + one, 0);
      for (let b = 0; b < BINS; b++) {
        const near = ((1 - exact - ASTRAY) * kernel[b]!) / sum;
        this.repeated[a * BINS + b] = Math.log((a === b ? exact : 0) + near + ASTRAY * overall[b]!);
      }
      likelihood += overall[a]! * this.repeated[a * BINS + a]!;
    }
    this.information = surprise + likelihood;
  }
}

/** Adds what one run of innovations shows to the counts. */
export function countBins(counts: Float64Array | number[], bins: ArrayLike<number>): void {
  for (let i = 1; i < bins.length; i++) counts[bins[i - 1]! * BINS + bins[i]!]!++;
}
