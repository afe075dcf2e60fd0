/**
 * A message field by field, as one of two readers has it.
 *
 * @module
 */

export interface FieldMessage {
  readonly protocol: string;
  /** Number of the packet that completes it, from 1. */
  readonly frame: number;
  /** By name; the same names and forms whoever reads. Numbers are decimal, bytes hexadecimal. */
  readonly fields: ReadonlyMap<string, string>;
  /** What Cofferdam says is wrong with it; of tshark's, whether the capture holds only a part of the packet. */
  readonly anomalies: number;
}

/** Seconds since 1970 with six digits, as both can have them. */
export function timeOf(seconds: number): string {
  return seconds.toFixed(6);
}
