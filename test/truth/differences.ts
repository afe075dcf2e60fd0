/**
 * Where Cofferdam rightly counts otherwise than tshark, with the reason. Every one was looked into.
 *
 * @module
 */

export interface KnownDifference {
  readonly capture: string;
  /** Protocol, table and key, as the comparison prints them. */
  readonly counts: readonly string[];
  readonly reason: string;
}

export const DIFFERENCES: readonly KnownDifference[] = [];
