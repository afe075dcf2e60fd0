/**
 * Where Cofferdam rightly reads another way than tshark 4.0, with the reason. Every one was looked into.
 *
 * @module
 */

export interface FieldDifference {
  readonly capture: string;
  readonly frame: number;
  readonly protocol: string;
  /** A field, or `message` where only one of the two has the message at all. */
  readonly field: string;
  /** undefined where one has no such field. */
  readonly ours: string | undefined;
  readonly theirs: string | undefined;
  /** All fields of the message, of whoever has it. */
  readonly fields: ReadonlyMap<string, string>;
}

export interface Explanation {
  readonly what: (difference: FieldDifference) => boolean;
  readonly reason: string;
}

export const EXPLANATIONS: readonly Explanation[] = [];
