/**
 * What is kept of a tag's readings while its profile is learned: the latest 262,144 of them, three days at one a second.
 *
 * @module
 */

import { median } from './robust.ts';

const MOST = 262_144;
/** A value beyond this is no reading of anything, and its square would not be a number any more. */
const GREATEST = 1e100;
/** Commands that are kept. */
const MOST_COMMANDS = 4096;
/** Intervals longer than so many sampling periods are gaps. */
export const GAP = 3.5;
/** Runs of readings shorter than this teach nothing. */
const SHORTEST_RUN = 20;

export class History {
  #times = new Float64Array(1024);
  #values = new Float64Array(1024);
  #count = 0;

  /** Takes a reading; those that are no number (or absurd), or not later than the last one, are left out. */
  add(time: number, value: number): void {
    if (!(Math.abs(value) <= GREATEST) || !Number.isFinite(time)) return;
    if (this.#count > 0 && time <= this.#times[this.#count - 1]!) return;
    if (this.#count === this.#times.length) this.#makeRoom();
    this.#times[this.#count] = time;
    this.#values[this.#count] = value;
    this.#count++;
  }

  get times(): Float64Array {
    return this.#times.subarray(0, this.#count);
  }

  get values(): Float64Array {
    return this.#values.subarray(0, this.#count);
  }

  get count(): number {
    return this.#count;
  }

  /** Median time between readings, s; NaN for fewer than two. */
  get period(): number {
    const { times } = this;
    return median(times.subarray(1).map((time, i) => time - times[i]!));
  }

  /** The readings as runs without a gap. */
  runs(): Float64Array[] {
    const longest = this.period * GAP;
    const { times, values } = this;
    const runs: Float64Array[] = [];
    for (let begin = 0, at = 1; at <= times.length; at++) {
      if (at < times.length && times[at]! - times[at - 1]! <= longest) continue;
      if (at - begin >= SHORTEST_RUN) runs.push(values.subarray(begin, at));
      begin = at;
    }
    return runs;
  }

  /** The history less what `part` gives for the reading at each place. */
  less(part: (at: number) => number): History {
    const rest = new History();
    const { times, values } = this;
    for (let i = 0; i < times.length; i++) rest.add(times[i]!, values[i]! - part(i));
    return rest;
  }

  #makeRoom(): void {
    if (this.#count < MOST) {
      const times = new Float64Array(this.#count * 2);
      const values = new Float64Array(this.#count * 2);
      times.set(this.#times);
      values.set(this.#values);
      this.#times = times;
      this.#values = values;
      return;
    }
    const half = this.#count >> 1;
    this.#times.copyWithin(0, half);
    this.#values.copyWithin(0, half);
    this.#count -= half;
  }
}

/** A command: a value that was written to a tag, and the change that it was. */
export interface Command {
  readonly time: number;
  readonly value: number;
  readonly change: number;
}

/** Commands to one tag, in order of time. */
export class Commands {
  readonly list: Command[] = [];
  #last = Number.NaN;

  /** The value that the tag has, as read or as written last. */
  get value(): number {
    return this.#last;
  }

  /** A reading of the tag: what the next command changes. */
  read(value: number): void {
    if (Number.isFinite(value)) this.#last = value;
  }

  /** Takes a command; returns it where it changes something that is known. */
  add(time: number, value: number): Command | undefined {
    if (!Number.isFinite(value) || !Number.isFinite(time)) return undefined;
    const change = value - this.#last;
    this.#last = value;
    if (Number.isNaN(change) || change === 0) return undefined;
    const command = { time, value, change };
    this.list.push(command);
    if (this.list.length > MOST_COMMANDS) this.list.shift();
    return command;
  }
}
