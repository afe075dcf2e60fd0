/**
 * Times and lengths of time as people write them on a command line.
 *
 * @module
 */

import { UsageError } from './command.ts';

const UNITS: Readonly<Record<string, number>> = { s: 1, m: 60, min: 60, h: 3600, d: 86_400 };

/** What setTimeout takes, a little less than 25 days. */
const LONGEST = 24 * 86_400_000;

/** `now`, or ISO 8601 with its zone; whole seconds, in milliseconds since 1970-01-01 UTC. */
export function readTime(text: string, option: string): number {
  const time = text === 'now' ? Date.now() : isoTime(text);
  if (time !== undefined && !Number.isNaN(time)) return Math.floor(time / 1000) * 1000;
  const [day] = /^\d{4}-\d\d-\d\d(?=[T ]|$)/.exec(text) ?? [];
  if (day !== undefined && !isDay(day))
    throw new UsageError(`${option} is '${text}'; there is no day ${day}`);
  const without = /^\d{4}-\d\d-\d\d([T ]\d\d:\d\d(:\d\d)?)?$/.test(text) ? ' without its zone' : '';
  throw new UsageError(
    `${option} is '${text}'${without}; write now, 2026-11-23T06:00Z (UTC) or 2026-11-23T07:00+01:00`,
  );
}

/** `2h`, `90min` (or `90m`), `1h30min`: milliseconds. */
export function readLength(text: string, option: string): number {
  const length = lengthOf(text);
  if (length !== undefined) return length;
  throw new UsageError(`${option} is '${text}'; write 2h, 90min or 1h30min`);
}

/** The same for what is waited for, from a second on. */
export function readInterval(text: string, option: string): number {
  const interval = lengthOf(text) ?? 0;
  if (interval > 0 && interval <= LONGEST) return interval;
  throw new UsageError(`${option} ${text}: write it like 30s, 10m, 2h or 1d, up to 24d`);
}

function lengthOf(text: string): number | undefined {
  const parts = [...text.matchAll(/(\d{1,7})\s*(s|min|m|h|d)/g)];
  const whole = parts.map(([part]) => part).join('') === text.replaceAll(/(?<=[a-z])\s+/g, '');
  if (parts.length === 0 || !whole) return undefined;
  return parts.reduce((sum, [, count, unit]) => sum + Number(count) * UNITS[unit!]! * 1000, 0);
}

function isoTime(text: string): number | undefined {
  const match = /^(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d(?::\d\d)?)(Z|[+-]\d\d:\d\d)$/.exec(text);
  if (match === null) return undefined;
  const [, day, clock, zone] = match;
  return isDay(day!) ? Date.parse(`${day}T${clock}${zone}`) : undefined;
}

function isDay(day: string): boolean {
  const midnight = Date.parse(`${day}T00:00:00Z`);
  // Date.parse takes 30 February for 2 March.
  return !Number.isNaN(midnight) && new Date(midnight).toISOString().startsWith(day);
}
