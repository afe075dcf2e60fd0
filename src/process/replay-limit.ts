/**
 * The score from which a repeat is an alarm. Theory gives it where the noise is what its model says; how much a tag
 * repeats itself in ordinary operation, which the model may not know, is measured in its history.
 *
 * The best of n²/2 chance alignments scores about ln(n²/2) nats. Where the history's own best scores more, scores fall
 * off more slowly than the model says, and the limit grows accordingly.
 *
 * Source: S. Karlin, S. F. Altschul, PNAS 87 (1990), equation 4: E = K m n exp(-λ S), with λ = 1 for scores that are
 * logarithms of likelihood ratios.
 *
 * @module
 */

import type { NoiseModel } from './noise-model.ts';
import { ReplayDetector, type Words } from './replay.ts';

const MONTH = 30 * 86_400;
/** False alarms of replay that are accepted, a tag-month. */
const FALSE_ALARMS = 0.02;

/** Best scores of a history, as a multiple of what chance gives, beyond which the model is given up. */
const REPETITIVE = 1.8;

/** How a tag's history repeats itself. */
export interface Sameness {
  /** Best score among the history's own readings, nats, and how many readings there were. */
  readonly best: number;
  readonly readings: number;
}

/**
 * True where the history repeats itself far more than noise can: the reading has no noise but what its set-points do to
 * it, or a replay is in the history.
 */
export function repeatsItself({ best, readings }: Sameness): boolean {
  return best > REPETITIVE * Math.log(readings ** 2 / 2);
}

/** Looks for repeats of the history in itself. */
export function sameness(model: NoiseModel, words: Words, runs: readonly Float64Array[]): Sameness {
  const readings = runs.reduce((sum, run) => sum + run.length, 0);
  const memory = 2 ** Math.ceil(Math.log2(readings));
  const enough = REPETITIVE * Math.log(readings ** 2 / 2);
  // Alignments beyond that are not looked at any longer: there may be very many.
  const detector = new ReplayDetector(model, words, enough, memory);
  let best = 0;
  let at = 0;
  for (const run of runs) {
    for (const innovation of run) {
      detector.next(at++, innovation);
      best = Math.max(best, detector.score);
      if (best > enough) return { best, readings };
    }
    detector.interrupt();
  }
  return { best, readings };
}

/** Score of an alarm, nats: with `memory` earlier readings, at a reading every `period` seconds. */
export function replayLimit(memory: number, period: number, { best, readings }: Sameness): number {
  const byModel = Math.log((memory * (MONTH / period)) / FALSE_ALARMS);
  const expected = Math.log(readings ** 2 / 2);
  return best <= expected ? byModel : best + (Math.max(byModel - expected, 0) * best) / expected;
}
