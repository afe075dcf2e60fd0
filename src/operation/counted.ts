/**
 * Counts as people read them.
 *
 * @module
 */

/** `12 345`: with thin gaps between thousands, as SI writes numbers. */
export function digits(value: number): string {
  return String(Math.round(value)).replace(/\B(?=(\d{3})+$)/g, ' ');
}

/** `1 packet`, `12 345 packets`. */
export function counted(value: number, what: string): string {
  return `${digits(value)} ${what}${value === 1 ? '' : 's'}`;
}
