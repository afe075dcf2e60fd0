/**
 * Readings from files beside those in captures: one more reader of the tags, merged by time.
 *
 * @module
 */

import type { Receiver } from '../detect/readings.ts';
import { digits } from '../operation/counted.ts';
import { ReadingTail } from '../process/reading-file.ts';
import type { TagReading } from '../process/reading-lines.ts';
import { UsageError } from './command.ts';

/** Readings that wait for the captures to come to their time: two full files. */
const MOST_WAITING = 2_000_000;

interface File {
  readonly path: string;
  readonly tail: ReadingTail;
}

export class ReadingsBeside implements Receiver {
  readonly #files: readonly File[];
  readonly #tags: ReadonlySet<string>;
  readonly #captured: Receiver;
  readonly #beside: Receiver;
  /** By time; those before `#next` were handed over. */
  #waiting: TagReading[] = [];
  #next = 0;
  #taken = 0;
  #strange = 0;

  /** What captures show goes to `captured`, what the files have of the `tags` to `beside`. */
  static async open(
    paths: readonly string[],
    tags: ReadonlySet<string>,
    captured: Receiver,
    beside: Receiver,
  ): Promise<ReadingsBeside> {
    const files = await Promise.all(paths.map(async path => ({ path, tail: await ReadingTail.open(path) })));
    const made = new ReadingsBeside(files, tags, captured, beside);
    await made.more();
    return made;
  }

  private constructor(
    files: readonly File[],
    tags: ReadonlySet<string>,
    captured: Receiver,
    beside: Receiver,
  ) {
    this.#files = files;
    this.#tags = tags;
    this.#captured = captured;
    this.#beside = beside;
  }

  observe(tag: string, time: number, value: number, source: string): void {
    this.#until(time);
    this.#captured.observe(tag, time, value, source);
  }

  command(tag: string, time: number, value: number): void {
    this.#until(time);
    this.#captured.command(tag, time, value);
  }

  /** Takes what was appended to the files since. */
  async more(): Promise<void> {
    const before = this.#waiting.length;
    for (const { path, tail } of this.#files) {
      await tail.more(reading => {
        if (!this.#tags.has(reading.tag)) this.#strange++;
        else if (this.#waiting.length < MOST_WAITING) this.#waiting.push(reading);
        else throw new UsageError(`${path}: has too many readings; leave those of other days out`);
      });
    }
    if (this.#waiting.length === before) return;
    this.#waiting = this.#waiting.slice(this.#next).sort((a, b) => a.time - b.time);
    this.#next = 0;
  }

  /** No capture comes any more: hands over what is left. */
  finish(): void {
    this.#until(Number.POSITIVE_INFINITY);
  }

  /** What of the files was used, and what was not; a sentence each. */
  notes(): string[] {
    if (this.#files.length === 0) return [];
    const unusable = this.#files.reduce((sum, { tail }) => sum + tail.unusable, 0);
    const names = this.#files.map(({ path }) => path).join(', ');
    const notes = [`${names}: ${digits(this.#taken)} readings beside those in the captures`];
    if (unusable > 0) notes.push(`${names}: lines that are no readings: ${digits(unusable)}`);
    if (this.#strange > 0) notes.push(`${names}: readings of no tag of the policy: ${digits(this.#strange)}`);
    return notes;
  }

  #until(time: number): void {
    for (; this.#next < this.#waiting.length; this.#next++) {
      const reading = this.#waiting[this.#next]!;
      if (reading.time > time) return;
      this.#taken++;
      this.#beside.observe(reading.tag, reading.time, reading.value, reading.source);
    }
  }
}
