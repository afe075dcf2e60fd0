/**
 * Replay: the latest readings repeat earlier ones beyond what their noise allows.
 *
 * The search is for local alignments of the innovations with their own past, as sequences are searched for in biology:
 * words of a few symbols are looked up in an index; from each earlier place with the same word the alignment is extended
 * backwards for as long as it scores (see {@link NoiseModel}); the best one that scores well is extended again with the
 * lag free to change in quarters of a reading, which finds what was resampled, skipped or doubled. Innovations are
 * blind to a constant offset. A score of ln(H N / α) is an alarm: H earlier readings, N readings a month, α the false
 * alarms a month that are accepted.
 *
 * Cost for a reading: one look-up, and about ten steps for each of the H/256 earlier places with its word (2048 at most),
 * and every fourth reading at most one bent alignment of 6336 cells. Memory: 13 bytes for each of the H readings kept.
 *
 * Sources: S. F. Altschul, W. Gish, W. Miller, E. W. Myers, D. J. Lipman, "Basic local alignment search tool", J. Mol.
 * Biol. 215 (1990); C.-C. M. Yeh et al., "Matrix Profile I", ICDM (2016), for repeats in time series; A. J. Viterbi,
 * "Error bounds for convolutional codes", IEEE Trans. Inf. Theory 13 (1967), for the changing lag.
 *
 * @module
 */

import { BINS, binOf, middleOf, type NoiseModel } from './noise-model.ts';

/** Readings kept, a power of two: 18 hours at one a second. */
export const REPLAY_MEMORY = 65_536;
/** Readings that an alignment may have. */
const LONGEST = 192;
/** Lags below this are no replay but a process that swings. */
const LEAST_LAG = 16;
/** An alignment is given up when its score is so far below its best, nats. */
const DROP = 6;
/** Score from which an alignment is tried with a changing lag. */
const PROMISING = 13;
/** Lags either side that are tried, in quarters of a reading. */
const BAND = 16;
const STATES = 2 * BAND + 1;
/** ln of the chances that the lag stays, changes by a quarter, or by a whole reading; together at most 1. */
const STAY = Math.log(0.8);
const QUARTER = Math.log(0.075);
const WHOLE = Math.log(0.025);
/** Mean square of the innovations below which a reading is silent, and its sameness says nothing. */
const SILENT = 0.2;
/** Weight of the newest innovation in the power by which silence is told. */
const POWER_WEIGHT = 1 / 16;
/** Earlier places that are tried for a reading, the latest first, and readings between two bent alignments. */
const MOST_PLACES = 2048;
const BEND_EVERY = 4;
/** Symbols of the words' alphabet, as bits. */
const SYMBOL_BITS = 2;
const INDEX_BITS = 12;
/** Readings are numbered up to here; then the memory begins anew. */
const NUMBERS = 2 ** 30;

/** How words are made: the symbol of each bin, and the readings in a word. */
export interface Words {
  readonly symbols: readonly number[];
  readonly length: number;
}

export interface Repeat {
  /** Score of the alignment, nats. */
  readonly score: number;
  /** Readings that are alike. */
  readonly length: number;
  /** Times at which the earlier window begins and ends. */
  readonly from: number;
  readonly to: number;
}

export class ReplayDetector {
  readonly #repeated: Float64Array;
  readonly #ordinary: Float64Array;
  readonly #width: number;
  readonly #symbols: Uint8Array;
  readonly #wordMask: number;
  readonly #wordLength: number;
  readonly #limit: number;
  readonly #size: number;
  readonly #mask: number;
  readonly #bins: Uint8Array;
  readonly #times: Float64Array;
  readonly #before: Int32Array;
  readonly #heads = new Int32Array(1 << INDEX_BITS).fill(-1);
  readonly #row = new Float64Array(STATES);
  readonly #next = new Float64Array(STATES);
  #word = 0;
  #power = 1;
  #bent = -BEND_EVERY;
  #count = 0;
  #run = 0;
  // The best alignment of the reading under work.
  #score = 0;
  #length = 0;
  #place = 0;

  /** `limit` in nats; `memory` is a power of two. */
  constructor(model: NoiseModel, words: Words, limit: number, memory = REPLAY_MEMORY) {
    this.#repeated = model.repeated;
    this.#ordinary = model.ordinary;
    this.#width = model.width;
    this.#symbols = Uint8Array.from(words.symbols);
    this.#wordLength = words.length;
    this.#wordMask = 2 ** (SYMBOL_BITS * words.length) - 1;
    this.#limit = limit;
    this.#size = memory;
    this.#mask = memory - 1;
    this.#bins = new Uint8Array(memory);
    this.#times = new Float64Array(memory);
    this.#before = new Int32Array(memory);
  }

  /** Score of the best alignment that ends with the last reading, nats. */
  get score(): number {
    return this.#score;
  }

  /** Takes an innovation in standard deviations; the repeat that it completes, if any. */
  next(time: number, innovation: number): Repeat | undefined {
    if (this.#count === NUMBERS) this.#forget();
    const at = this.#count++;
    const bin = binOf(innovation, this.#width);
    const slot = at & this.#mask;
    this.#bins[slot] = bin;
    this.#times[slot] = time;
    this.#word = ((this.#word << SYMBOL_BITS) | this.#symbols[bin]!) & this.#wordMask;
    this.#power += POWER_WEIGHT * (middleOf(bin, this.#width) ** 2 - this.#power);
    this.#score = 0;
    if (++this.#run < this.#wordLength) {
      this.#before[slot] = -1;
      return undefined;
    }
    const head = Math.imul(this.#word, 0x9e3779b1) >>> (32 - INDEX_BITS);
    const found = this.#power < SILENT ? undefined : this.#search(at, this.#heads[head]!);
    this.#before[slot] = this.#heads[head]!;
    this.#heads[head] = at;
    return found;
  }

  /** Readings are missing: words begin anew. */
  interrupt(): void {
    this.#run = 0;
  }

  #search(at: number, first: number): Repeat | undefined {
    const oldest = at - this.#size + 1;
    let left = MOST_PLACES;
    for (let place = first; place >= 0 && place > oldest; place = this.#before[place & this.#mask]!) {
      if (at - place >= LEAST_LAG) this.#extend(at, place, oldest);
      // One alarm is enough, and readings that go round in circles have a thousand.
      if (--left === 0 || this.#score >= this.#limit) break;
    }
    if (this.#score < PROMISING) return undefined;
    if (this.#score < this.#limit) {
      if (at - this.#bent < BEND_EVERY) return undefined;
      this.#bent = at;
      this.#bend(at, this.#place, oldest);
      if (this.#score < this.#limit) return undefined;
    }
    if (this.#meanSquare(at) < SILENT) return undefined;
    return {
      score: this.#score,
      length: this.#length,
      from: this.#times[Math.max(this.#place - this.#length + 1, oldest) & this.#mask]!,
      to: this.#times[this.#place & this.#mask]!,
    };
  }

  /** Extends an alignment backwards at one lag, and keeps it if it is the best so far. */
  #extend(at: number, place: number, oldest: number): void {
    const bins = this.#bins;
    const mask = this.#mask;
    const longest = Math.min(LONGEST, place - Math.max(oldest, 0));
    let score = 0;
    let best = 0;
    let length = 0;
    let bin = bins[at & mask]!;
    for (let i = 0; i < longest; i++) {
      const previous = bins[(at - i - 1) & mask]!;
      score +=
        this.#repeated[bins[(place - i) & mask]! * BINS + bin]! - this.#ordinary[previous * BINS + bin]!;
      if (score > best) {
        best = score;
        length = i + 1;
      } else if (score < best - DROP) break;
      bin = previous;
    }
    if (best <= this.#score) return;
    this.#score = best;
    this.#length = length;
    this.#place = place;
  }

  /** Extends the alignment again, the lag free to change; between two readings the earlier series is interpolated. */
  #bend(at: number, place: number, oldest: number): void {
    const bins = this.#bins;
    const mask = this.#mask;
    const longest = Math.min(LONGEST, place - Math.max(oldest, 0) - BAND / 4 - 1);
    let row = this.#row;
    let next = this.#next;
    row.fill(-Math.log(STATES));
    let bin = bins[at & mask]!;
    let best = this.#score;
    let length = this.#length;
    for (let i = 0; i < longest; i++) {
      const previous = bins[(at - i - 1) & mask]!;
      const ordinary = this.#ordinary[previous * BINS + bin]!;
      let top = Number.NEGATIVE_INFINITY;
      for (let s = 0; s < STATES; s++) {
        let from = row[s]! + STAY;
        if (s > 0) from = Math.max(from, row[s - 1]! + QUARTER);
        if (s + 1 < STATES) from = Math.max(from, row[s + 1]! + QUARTER);
        if (s > 3) from = Math.max(from, row[s - 4]! + WHOLE);
        if (s + 4 < STATES) from = Math.max(from, row[s + 4]! + WHOLE);
        const quarters = s - BAND;
        const whole = quarters >> 2;
        const part = (quarters & 3) / 4;
        const early = bins[(place - i + whole) & mask]!;
        const bin2 = part === 0 ? early : between(early, bins[(place - i + whole + 1) & mask]!, part);
        const score = from + this.#repeated[bin2 * BINS + bin]! - ordinary;
        next[s] = score;
        if (score > top) top = score;
      }
      if (top > best) {
        best = top;
        length = i + 1;
      } else if (top < best - 2 * DROP && i > this.#length) break;
      [row, next] = [next, row];
      bin = previous;
    }
    this.#score = best;
    this.#length = length;
  }

  /** Mean square of the innovations in the alignment. */
  #meanSquare(at: number): number {
    const width = this.#width;
    let sum = 0;
    for (let i = 0; i < this.#length; i++) sum += middleOf(this.#bins[(at - i) & this.#mask]!, width) ** 2;
    return sum / this.#length;
  }

  #forget(): void {
    this.#heads.fill(-1);
    this.#count = 0;
    this.#run = 0;
    this.#bent = -BEND_EVERY;
  }
}

/** The bin of what is interpolated between the middles of two. */
function between(early: number, late: number, part: number): number {
  return Math.floor(early + 0.5 + part * (late - early));
}

/** Words for a history of bins: as short as may be, while one in 256 places has the word of another. */
export function fitWords(bins: ArrayLike<number>): Words {
  const shares = new Float64Array(BINS);
  for (let i = 0; i < bins.length; i++) shares[bins[i]!]!++;
  const symbols: number[] = [];
  let below = 0;
  for (let bin = 0; bin < BINS; bin++) {
    symbols.push(Math.min(3, Math.floor(((below + shares[bin]! / 2) / bins.length) * 4)));
    below += shares[bin]!;
  }
  for (let length = 4; length < 15; length++) {
    if (sameness(bins, symbols, length) <= 1 / 200) return { symbols, length };
  }
  return { symbols, length: 15 };
}

/** Chance that two places have the same word. */
function sameness(bins: ArrayLike<number>, symbols: readonly number[], length: number): number {
  const counts = new Map<number, number>();
  const mask = 2 ** (SYMBOL_BITS * length) - 1;
  let word = 0;
  let places = 0;
  for (let i = 0; i < bins.length; i++) {
    word = ((word << SYMBOL_BITS) | symbols[bins[i]!]!) & mask;
    if (i < length) continue;
    counts.set(word, (counts.get(word) ?? 0) + 1);
    places++;
  }
  let sum = 0;
  for (const count of counts.values()) sum += (count / places) ** 2;
  return sum;
}
