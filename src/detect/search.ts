/**
 * A search: many different things tried once each within a time. Somebody who polls a device that does not answer asks
 * for the same few again and again; so it is judged when the time is over, by whether things were new or repeated, in it
 * or from the time before.
 *
 * @module
 */

import type { Evidence } from '../operation/finding.ts';
import type { Threshold } from './thresholds.ts';

/** Things that are told apart; further ones are all taken for new. */
const MAX_TOLD_APART = 256;
/** Pieces of evidence that are kept: the first ones. */
const MAX_EVIDENCE = 5;

export class Search<Which = number> {
  readonly evidence: Evidence[] = [];
  since = 0;
  /** When something was last tried. */
  last = 0;
  #tried = new Set<Which>();
  /** Those of the last time in which there were some. */
  #before = new Set<Which>();
  #different = 0;
  #again = 0;

  /** Different things that were tried, and not the time before. */
  get different(): number {
    return this.#different;
  }

  /** Nothing was tried since it began. */
  get idle(): boolean {
    return this.#tried.size === 0;
  }

  /** Those that are told apart. */
  get all(): Iterable<Which> {
    return this.#tried;
  }

  begin(time: number): void {
    this.since = time;
    this.evidence.length = 0;
    this.#different = 0;
    this.#again = 0;
    if (this.idle) return;
    const spare = this.#before;
    this.#before = this.#tried;
    this.#tried = spare;
    spare.clear();
  }

  /** One was tried; `evidence` makes its evidence, which is wanted of the first few. */
  tried(which: Which, time: number, evidence: () => Evidence): void {
    this.last = time;
    const again = this.#tried.has(which) || this.#before.has(which);
    if (this.#tried.size < MAX_TOLD_APART) this.#tried.add(which);
    if (again) this.#again++;
    else {
      this.#different++;
      if (this.evidence.length < MAX_EVIDENCE) this.evidence.push(evidence());
    }
  }

  /** This one was no mere try. */
  found(which: Which): void {
    if (this.#tried.delete(which) && !this.#before.has(which)) this.#different--;
  }

  /** Was something searched for, as far as it has come? */
  isOne({ count }: Threshold): boolean {
    return this.different >= count && this.#again < this.different;
  }
}
