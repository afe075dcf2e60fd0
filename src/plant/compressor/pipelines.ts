/**
 * The pipelines on either side of the station: their pressures wander slowly about a mean, as an
 * Ornstein–Uhlenbeck process, stepped exactly so that the step size changes nothing.
 *
 * Source: D. T. Gillespie, "Exact numerical simulation of the Ornstein–Uhlenbeck process", Phys. Rev. E 54 (1996).
 *
 * @module
 */

import type { Random } from '../random.ts';
import { BAR, PIPING } from './constants.ts';

/** Standard deviation, Pa, and correlation time, s. */
const DEVIATION = 0.15 * BAR;
const CORRELATION = 120;

export class Pipelines {
  upstreamPressure: number = PIPING.upstreamPressure;
  downstreamPressure: number = PIPING.downstreamPressure;
  readonly #random: Random;

  constructor(random: Random) {
    this.#random = random;
  }

  /** Moves on by `dt` seconds. */
  advance(dt: number): void {
    this.upstreamPressure = this.#wander(this.upstreamPressure, PIPING.upstreamPressure, dt);
    this.downstreamPressure = this.#wander(this.downstreamPressure, PIPING.downstreamPressure, dt);
  }

  #wander(value: number, mean: number, dt: number): number {
    const keep = Math.exp(-dt / CORRELATION);
    const kick = DEVIATION * Math.sqrt(1 - keep * keep) * this.#random.normal();
    return mean + (value - mean) * keep + kick;
  }
}
