/**
 * Collects readings and commands, and makes the profile of a plant's tags from them. Nothing is learned from a reading
 * outside its tag's range, nor from times that are left out because findings marked them.
 *
 * @module
 */

import { MOST_SOURCES } from './agreement.ts';
import { Commands, History } from './history.ts';
import { learnTag } from './learn.ts';
import type { ProcessProfile, TagInfo, TagProfile } from './profile.ts';
import { FEWEST_COMMANDS, learnResponses } from './response.ts';

/** A time of a tag from which nothing is learned, ends included; of all tags where none is named. */
export interface LeftOut {
  readonly tag: string | undefined;
  readonly from: number;
  readonly to: number;
}

export class ProcessLearner {
  readonly #tags: ReadonlyMap<string, TagInfo>;
  readonly #leftOut: readonly LeftOut[];
  /** By tag and source. */
  readonly #histories = new Map<string, Map<string, History>>();
  readonly #commands = new Map<string, Commands>();

  constructor(tags: readonly TagInfo[], leftOut: readonly LeftOut[] = []) {
    this.#tags = new Map(tags.map(tag => [tag.name, tag]));
    this.#leftOut = leftOut;
  }

  /** `source` read `value` (engineering units) of `tag` at `time` (s). Readings of a source come in order of time. */
  observe(tag: string, time: number, value: number, source: string): void {
    const info = this.#tags.get(tag);
    if (info === undefined || !this.#counts(info, time, value)) return;
    const sources = this.#histories.get(tag) ?? new Map<string, History>();
    this.#histories.set(tag, sources);
    if (!sources.has(source) && sources.size === MOST_SOURCES) return;
    const history = sources.get(source) ?? new History();
    sources.set(source, history);
    history.add(time, value);
    this.#commandsOf(tag).read(value);
  }

  /** `value` was written to `tag` at `time`, and the controller took it. */
  command(tag: string, time: number, value: number): void {
    if (this.#tags.has(tag)) this.#commandsOf(tag).add(time, value);
  }

  /** What was learned, of each tag from the source that read it most. */
  learn(): ProcessProfile {
    const histories = new Map<string, History>();
    const sources = new Map<string, string>();
    for (const [tag, bySource] of this.#histories) {
      for (const [source, history] of bySource) {
        if (history.count <= (histories.get(tag)?.count ?? 0)) continue;
        histories.set(tag, history);
        sources.set(tag, source);
      }
    }
    const commands = new Map([...this.#commands].map(([tag, { list }]) => [tag, list]));
    const tags: TagProfile[] = [];
    for (const [name, info] of this.#tags) {
      const history = histories.get(name);
      if (history === undefined) continue;
      const profile = learnTag(info, sources.get(name)!, history, commands);
      const list = commands.get(name) ?? [];
      const others = new Map([...histories].filter(([tag]) => tag !== name && !commands.get(tag)?.length));
      const responses = list.length < FEWEST_COMMANDS ? [] : learnResponses(list, others);
      tags.push({ ...profile, responses });
    }
    return { 'cofferdam-process': 1, tags };
  }

  #counts({ name, range }: TagInfo, time: number, value: number): boolean {
    if (range !== undefined && !(value >= range[0] && value <= range[1])) return false;
    return !this.#leftOut.some(
      ({ tag, from, to }) => (tag === undefined || tag === name) && time >= from && time <= to,
    );
  }

  #commandsOf(tag: string): Commands {
    const commands = this.#commands.get(tag) ?? new Commands();
    this.#commands.set(tag, commands);
    return commands;
  }
}
