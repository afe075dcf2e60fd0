/**
 * A search: many different things tried once each within a time. Somebody who polls a device that does not answer asks
 * for the same few again and again; so it is judged when the time is over, by whether things were new or repeated.
 *
 * @module
 */

import type { Evidence } from '../operation/finding.ts';
import type { Threshold } from './thresholds.ts';

/** Things that are told apart; further ones are all taken for new. */
const MAX_TOLD_APART = 256;
/** Pieces of evidence that are kept: the first ones. */
const MAX_EVIDENCE = 5;

export class Search {
  readonly evidence: Evidence[] = [];
  since = 0;
  /** When something was last tried. */
  last = 0;
  readonly #tried = new Set<number>();
  #more = 0;
  #again = 0;

  /** Different things that were tried. */
  get different(): number {
    return this.#tried.size + this.#more;
  }

  /** Nothing was tried since it began. */
  get idle(): boolean {
    return this.#tried.size === 0;
  }

  begin(time: number): void {
    this.since = time;
    this.evidence.length = 0;
    this.#tried.clear();
    this.#more = 0;
    this.#again = 0;
  }

  /** Another one was tried; `evidence` makes its evidence, which is wanted of the first few. */
  tried(which: number, time: number, evidence: () => Evidence): void {
    this.last = time;
    if (this.#tried.has(which)) {
      this.#again++;
      return;
    }
    if (this.#tried.size < MAX_TOLD_APART) this.#tried.add(which);
    else this.#more++;
    if (this.evidence.length < MAX_EVIDENCE) this.evidence.push(evidence());
  }

  /** This one was no mere try. */
  found(which: number): void {
    this.#tried.delete(which);
  }

  /** Was something searched for, as far as it has come? */
  isOne({ count }: Threshold): boolean {
    return this.different >= count && this.#again < this.different;
  }
}
