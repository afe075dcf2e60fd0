/**
 * Oscillation: a reading that swings about its mean regularly and by more than it used to.
 *
 * The deviation from a slow average is followed from one crossing to the next; a crossing counts once the deviation is
 * beyond a band, so that noise makes none. It oscillates when the last ten half-periods are alike (mean at least four
 * standard deviations) and each has a greater area under the deviation than regular swings ever had in the history.
 * Periods from 6 to 128 readings are seen.
 *
 * Sources: T. Hägglund, "A control-loop performance monitor", Control Eng. Practice 3 (1995), for the area between
 * crossings; N. F. Thornhill, B. Huang, H. Zhang, "Detection of multiple oscillations in control loops", J. Process
 * Control 13 (2003), for the regularity r = mean / (3 standard deviations) > 1; here 4/3,
 * since an operator who is busy sets things up and down regularly enough for 1.
 *
 * @module
 */

/** Half-periods that must agree. */
const HALVES = 10;
/** Weight of the newest reading in the slow average. */
const SLOW = 1 / 64;
/** Half-periods that are looked at, in readings. */
const SHORTEST = 3;
const LONGEST = 64;
/** How alike they are: mean over standard deviation. */
const REGULAR = 4;

export class OscillationMeter {
  /** Mean of the last half-periods, in readings. */
  halfPeriod = 0;
  readonly #band: number;
  readonly #lengths = new Float64Array(HALVES);
  readonly #areas = new Float64Array(HALVES);
  #count = 0;
  #mean = Number.NaN;
  #side = 0;
  #length = 0;
  #area = 0;

  /** `band` in the tag's unit. */
  constructor(band: number) {
    this.#band = band;
  }

  /** Takes a reading; the least area of the last half-periods while they are regular, otherwise 0. */
  next(value: number): number {
    if (Number.isNaN(this.#mean)) this.#mean = value;
    this.#mean += SLOW * (value - this.#mean);
    const y = value - this.#mean;
    this.#length++;
    const side = y > this.#band ? 1 : y < -this.#band ? -1 : 0;
    if (side !== 0 && side !== this.#side) {
      if (this.#side !== 0) this.#ended();
      this.#side = side;
      this.#length = 0;
      this.#area = 0;
    }
    this.#area += Math.abs(y);
    if (this.#length > LONGEST) this.#count = 0;
    return this.#regularity();
  }

  reset(): void {
    this.#mean = Number.NaN;
    this.#side = 0;
    this.#count = 0;
    this.#length = 0;
    this.#area = 0;
  }

  #ended(): void {
    const slot = this.#count % HALVES;
    this.#lengths[slot] = this.#length;
    this.#areas[slot] = this.#area;
    this.#count++;
  }

  #regularity(): number {
    if (this.#count < HALVES) return 0;
    let sum = 0;
    let squares = 0;
    let least = Number.POSITIVE_INFINITY;
    for (let i = 0; i < HALVES; i++) {
      const length = this.#lengths[i]!;
      sum += length;
      squares += length * length;
      least = Math.min(least, this.#areas[i]!);
    }
    const mean = sum / HALVES;
    const spread = Math.sqrt(Math.max(squares / HALVES - mean * mean, 0));
    this.halfPeriod = mean;
    return mean >= SHORTEST && mean <= LONGEST && mean > REGULAR * spread ? least : 0;
  }
}
