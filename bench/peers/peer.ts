/**
 * A program that a user would read captures with instead.
 *
 * @module
 */

/** One way to run it over a capture. */
export interface Command {
  /** As the table of figures calls it. */
  readonly name: string;
  readonly program: string;
  readonly args: readonly string[];
  /** As a person would type it. */
  readonly shown: string;
  /** True where it is so slow that it reads a smaller capture of the same kind. */
  readonly slow: boolean;
}

export interface Peer {
  readonly name: string;
  /** Its version, or undefined where it isn't installed. */
  readonly version: string | undefined;
  /** How to install it. */
  readonly advice: string;
  /** Every way to run it over `path`; `disturbed` where segments are out of order. */
  commands(path: string, disturbed: boolean): Command[];
}
