/**
 * Counts what goes to a watcher of readings, so that "no findings" is not mistaken for "nothing is wrong" where there
 * was nothing to look at.
 *
 * @module
 */

import type { Receiver } from '../detect/readings.ts';
import { counted, digits } from '../operation/counted.ts';
import type { ProcessProfile } from '../process/profile.ts';

/** Tags that a note names at most. */
const MOST_NAMED = 20;

export class ReadingCount implements Receiver {
  readonly #to: Receiver;
  readonly #read = new Set<string>();
  #readings = 0;
  #commands = 0;

  constructor(to: Receiver) {
    this.#to = to;
  }

  observe(tag: string, time: number, value: number, source: string): void {
    this.#readings++;
    this.#read.add(tag);
    this.#to.observe(tag, time, value, source);
  }

  command(tag: string, time: number, value: number): void {
    this.#commands++;
    this.#to.command(tag, time, value);
  }

  /** No reading came. */
  get blind(): boolean {
    return this.#readings === 0;
  }

  /** `7 200 readings of 2 tags`. */
  get total(): string {
    return `${counted(this.#readings, 'reading')} of ${counted(this.#read.size, 'tag')}`;
  }

  /** What was not looked at, of the policy's `tags` and of what was learned. */
  notes(tags: readonly string[], profile: ProcessProfile | undefined): string[] {
    const learned = profile?.tags.map(({ tag }) => tag) ?? [];
    const unread = tags.filter(tag => !this.#read.has(tag));
    const notes: string[] = [];
    const note = (about: readonly string[], what: string) => {
      if (about.length > 0) notes.push(`${what}: ${list(about)}`);
    };
    const gone = unread.filter(tag => learned.includes(tag));
    note(gone, 'never read here, though the profile has it');
    note(
      unread.filter(tag => !learned.includes(tag)),
      'never read here',
    );
    note(
      learned.filter(tag => !tags.includes(tag)),
      'in the profile, but not in the policy',
    );
    if (this.#commands > 0) {
      const what = `${counted(this.#commands, 'written value')} ${this.#commands === 1 ? 'was' : 'were'} not judged`;
      notes.push(`${what}: the policy holds them, in the gateway`);
    }
    return notes;
  }
}

function list(names: readonly string[]): string {
  const more = names.length - MOST_NAMED;
  return names.slice(0, MOST_NAMED).join(', ') + (more > 0 ? ` and ${digits(more)} more` : '');
}
