/**
 * Other things that can happen to a reading, each with its size.
 *
 * @module
 */

import type { ProcessKind } from '../../src/process/finding-kinds.ts';
import type { TagProfile } from '../../src/process/profile.ts';

export interface Fault {
  /** What must find it. */
  readonly kind: ProcessKind;
  readonly name: string;
  /** Sizes that are tried, and what they are measured in. */
  readonly sizes: readonly number[];
  readonly of: string;
  /** Seconds in which it is to be found. */
  readonly within: number;
  /** The reading `i` seconds after it began. `value` is the true one, `last` the last before it began. */
  change(value: number, size: number, i: number, last: number, profile: TagProfile): number;
}

const HOUR = 3600;
const noise = ({ whitening }: TagProfile) => whitening?.sigma ?? Number.NaN;
const level = ({ level: learned }: TagProfile) => learned?.shift.sigma ?? Number.NaN;

export const FAULTS: readonly Fault[] = [
  {
    kind: 'shift',
    name: 'shift',
    sizes: [1, 2, 3, 5, 8],
    of: 'σ of the batch means',
    within: 8 * HOUR,
    change: (value, size, _i, _last, profile) => value + size * level(profile),
  },
  {
    kind: 'drift',
    name: 'drift',
    sizes: [0.5, 1, 2, 4, 8],
    of: 'σ of the batch means an hour',
    within: 8 * HOUR,
    change: (value, size, i, _last, profile) => value + (size * level(profile) * i) / HOUR,
  },
  {
    kind: 'oscillation',
    name: 'oscillation of 20 s',
    sizes: [4, 6, 8, 12, 20],
    of: 'σ of the noise, amplitude',
    within: HOUR,
    change: (value, size, i, _last, profile) =>
      value + size * noise(profile) * Math.sin((2 * Math.PI * i) / 20),
  },
  {
    kind: 'oscillation',
    name: 'oscillation of 60 s',
    sizes: [4, 6, 8, 12, 20],
    of: 'σ of the noise, amplitude',
    within: HOUR,
    change: (value, size, i, _last, profile) =>
      value + size * noise(profile) * Math.sin((2 * Math.PI * i) / 60),
  },
  {
    kind: 'quiet',
    name: 'loss of noise',
    sizes: [0, 0.2, 0.3, 0.4, 0.5],
    of: 'of the noise is left',
    within: HOUR,
    // A made-up value that wanders, with some of the true noise on it.
    change: (value, size, i, last, profile) =>
      last + noise(profile) * Math.sin(i / 60) + size * (value - last - noise(profile) * Math.sin(i / 60)),
  },
  {
    kind: 'stuck',
    name: 'stuck',
    sizes: [0],
    of: 'change of the reading',
    within: HOUR,
    change: (_value, _size, _i, last) => last,
  },
  {
    kind: 'outlier',
    name: 'outlier',
    sizes: [6, 10, 20, 50, 100],
    of: 'σ of the noise, one reading',
    within: 60,
    change: (value, size, i, _last, profile) => (i === 0 ? value + size * noise(profile) : value),
  },
];
