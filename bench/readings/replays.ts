/**
 * Replays of recorded readings as an intruder might play them.
 *
 * @module
 */

import type { Random } from '../../src/plant/random.ts';

export interface Replayed {
  /** The tag's true readings, one a second. */
  readonly readings: Float64Array;
  /** Where the recording begins. */
  readonly from: number;
  /** Resolution of the readings; 0 for floating point. */
  readonly resolution: number;
  /** Standard deviation of the reading's noise. */
  readonly noise: number;
  readonly random: Random;
}

export interface Variant {
  readonly name: string;
  readonly meaning: string;
  /** The reading that is played `i` seconds after the replay began. */
  play(replayed: Replayed, i: number): number;
}

export const VARIANTS: readonly Variant[] = [
  { name: 'exact', meaning: 'as recorded', play: ({ readings, from }, i) => readings[from + i]! },
  {
    name: 'offset',
    meaning: 'three standard deviations of the noise added',
    play: (r, i) => held(r, r.readings[r.from + i]! + 3 * r.noise),
  },
  {
    name: 'loop of 30 s',
    meaning: 'the same thirty seconds again and again',
    play: ({ readings, from }, i) => readings[from + (i % 30)]!,
  },
  {
    name: 're-timed',
    meaning: 'played 3 % too fast: now and then a reading is skipped',
    play: ({ readings, from }, i) => readings[from + Math.round(i * 1.03)]!,
  },
  {
    name: 'resampled',
    meaning: 'played 2 % too slowly, interpolated',
    play: (r, i) => {
      const at = r.from + i * 0.98;
      const whole = Math.floor(at);
      const part = at - whole;
      return held(r, r.readings[whole]! * (1 - part) + r.readings[whole + 1]! * part);
    },
  },
  {
    name: 'noise 0.3',
    meaning: 'noise of 0.3 standard deviations added',
    play: (r, i) => held(r, r.readings[r.from + i]! + 0.3 * r.noise * r.random.normal()),
  },
  {
    name: 'noise 0.5',
    meaning: 'noise of half a standard deviation added',
    play: (r, i) => held(r, r.readings[r.from + i]! + 0.5 * r.noise * r.random.normal()),
  },
];

/** The value as the controller's memory could hold it. */
function held({ resolution }: Replayed, value: number): number {
  return resolution === 0 ? Math.fround(value) : Math.round(value / resolution) * resolution;
}
