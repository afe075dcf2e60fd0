/**
 * How long, as options say it: `30s`, `10m`, `2h`, `1d`.
 *
 * @module
 */

import { UsageError } from './command.ts';

/** Longest interval: what setTimeout takes, a little less than 25 days. */
const MAX_EVERY = 24 * 86_400_000;

const UNITS = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;

/** Milliseconds of `text`, which is the value of `option`. */
export function readInterval(option: string, text: string): number {
  const match = /^(\d{1,8})([smhd])$/.exec(text);
  const interval = match === null ? 0 : Number(match[1]) * UNITS[match[2] as keyof typeof UNITS];
  if (interval > 0 && interval <= MAX_EVERY) return interval;
  throw new UsageError(`${option} ${text}: write it like 30s, 10m, 2h or 1d, up to 24d`);
}
