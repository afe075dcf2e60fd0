/**
 * What the harness can run: something of the project that takes bytes, what to start from, and how to tell that it
 * did wrong.
 *
 * @module
 */

import type { Random } from '../bench/generate/random.ts';
import type { Case } from './case.ts';
import type { Grammar } from './structure/structure.ts';

export interface Target {
  readonly name: string;
  /** What is run, and what must hold, in one line for people. */
  readonly about: string;
  readonly grammar: Grammar;
  /** Parts are messages of two sides. */
  readonly sides: boolean;
  /** Bytes by which what it remembers may grow; little where nothing is said. */
  readonly growth?: number;
  /** `captures` tells that those of recorded captures are wanted too, where there are any. */
  seeds(captures: boolean): Promise<readonly Case[]> | readonly Case[];
  open(): Subject;
}

/** A target under test, which lives through many cases. */
export interface Subject {
  /**
   * Runs a case; throws where something that must hold does not. What is left open of how (where segments are cut, say) is drawn
   * from `random`, which is the same for the same case.
   */
  run(parts: Case, random: Random): void | Promise<void>;
}
