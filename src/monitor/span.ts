/**
 * Lengths of time as people read them.
 *
 * @module
 */

/** In seconds. */
const UNITS = [
  ['d', 86_400],
  ['h', 3600],
  ['min', 60],
  ['s', 1],
] as const;

/** A length of time in its two largest units: `3 d 4 h`, `2 min 5 s`, `0 s`. */
export function spanText(seconds: number): string {
  const precision = UNITS[largest(seconds) + 1]?.[1] ?? 1;
  let rest = Math.round(seconds / precision) * precision;
  const first = largest(rest);
  const words: string[] = [];
  for (const [unit, length] of UNITS.slice(first, first + 2)) {
    const whole = Math.floor(rest / length);
    rest -= whole * length;
    if (whole > 0) words.push(`${whole} ${unit}`);
  }
  return words.join(' ') || '0 s';
}

/** Which unit the length has at least one of; the smallest where there is none. */
function largest(seconds: number): number {
  const index = UNITS.findIndex(([, length]) => seconds >= length);
  return index === -1 ? UNITS.length - 1 : index;
}
