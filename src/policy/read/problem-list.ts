/**
 * The problems of one policy, as they are found. A file that is no policy at all can have a million: the first are
 * told, the others counted.
 *
 * @module
 */

import type { Problem } from '../problem.ts';

/** Problems that are told. */
const MAX_TOLD = 200;
/** Characters of a message: it may repeat what is in the file. */
const MAX_MESSAGE = 1000;

/** A message, or what makes it where making it takes time. */
export type Message = string | (() => string);

export class ProblemList {
  readonly #place: (at: number) => Omit<Problem, 'message'>;
  readonly #told: Problem[] = [];
  /** How many are not told, and where the first of them is. */
  #more = 0;
  #moreAt = 0;

  /** `place` turns an offset in the text into file, line and column. */
  constructor(place: (at: number) => Omit<Problem, 'message'>) {
    this.#place = place;
  }

  get empty(): boolean {
    return this.#told.length === 0;
  }

  add(at: number, message: Message): void {
    if (this.#told.length === MAX_TOLD) {
      if (this.#more++ === 0) this.#moreAt = at;
      return;
    }
    const text = typeof message === 'string' ? message : message();
    const short = text.length > MAX_MESSAGE ? `${text.slice(0, MAX_MESSAGE)}…` : text;
    // What it repeats may have several lines, or controls for a terminal.
    this.#told.push({ ...this.#place(at), message: short.replace(/\s*\p{Cc}+\s*/gu, ' ') });
  }

  /** In order of place; at the end, where there are more, how many. */
  list(): Problem[] {
    const sorted = this.#told.toSorted((a, b) => a.line - b.line || a.column - b.column);
    if (this.#more === 0) return sorted;
    const message = `this and ${this.#more - 1} more are not told; mend those above, then check again`;
    return [...sorted, { ...this.#place(this.#moreAt), message }];
  }
}
