/**
 * Watches readings of a plant's tags and says what is wrong with them. It knows tags, times, values and who read them,
 * and nothing of how that came about.
 *
 * What one tag shows does not depend on when the readings of another one are handed over, as long as each tag's own come
 * in order of time; commands and the readings that answer them should come in order of time as well.
 *
 * @module
 */

import { type Evidence, type Finding, finding } from '../operation/finding.ts';
import { Agreement, MOST_SOURCES, tolerance } from './agreement.ts';
import { type Alarm, short } from './alarm.ts';
import { Episode } from './episode.ts';
import { CLEAR } from './expectation.ts';
import { PROCESS_KINDS } from './finding-kinds.ts';
import { Commands } from './history.ts';
import type { ProcessProfile, TagInfo, TagProfile } from './profile.ts';
import { Stream } from './stream.ts';

/** Seconds of agreement after which a disagreement is a new finding. */
const REST = 600;

export interface ProcessMonitorOptions {
  readonly tags: readonly TagInfo[];
  /** What was learned; without it only ranges are watched. */
  readonly profile?: ProcessProfile;
  /** Is told each finding, when it begins. */
  readonly sink: (finding: Finding) => void;
  /** Earlier readings of a tag among which repeats are looked for: a power of two, 65,536 unless given. */
  readonly memory?: number;
}

/** What is known of one tag. */
interface Watched {
  readonly tag: TagInfo;
  readonly profile: TagProfile | undefined;
  readonly streams: Map<string, Stream>;
  /** Sources beyond those that are told apart: compared with the range only. */
  readonly further: Stream;
  readonly pairs: Map<string, { readonly agreement: Agreement; readonly episode: Episode }>;
  readonly commands: Commands;
}

export class ProcessMonitor {
  readonly #tags = new Map<string, Watched>();
  readonly #sink: (finding: Finding) => void;
  readonly #memory: { readonly memory?: number };

  constructor({ tags, profile, sink, memory }: ProcessMonitorOptions) {
    this.#sink = sink;
    this.#memory = memory === undefined ? {} : { memory };
    const profiles = new Map(profile?.tags.map(one => [one.tag, one]));
    for (const tag of tags) {
      const watched: Watched = {
        tag,
        profile: profiles.get(tag.name),
        streams: new Map(),
        further: new Stream(tag, undefined, alarm => this.#tell(tag, 'a further source', alarm), {}),
        pairs: new Map(),
        commands: new Commands(),
      };
      this.#tags.set(tag.name, watched);
      // Whoever was learned from has a place, however many others come first.
      if (watched.profile !== undefined) this.#stream(watched, watched.profile.source);
    }
  }

  /** `source` read `value` (engineering units) of `tag` at `time` (s). Tags that are not watched are ignored. */
  observe(tag: string, time: number, value: number, source: string): void {
    const watched = this.#tags.get(tag);
    if (watched === undefined || !Number.isFinite(time)) return;
    const stream = this.#stream(watched, source);
    stream.observe(time, value);
    if (!Number.isFinite(value) || stream === watched.further) return;
    watched.commands.read(value);
    if (watched.streams.size > 1) this.#compare(watched, source, time, value);
  }

  /** `value` was written to `tag` at `time`, and the controller took it. */
  command(tag: string, time: number, value: number): void {
    const watched = this.#tags.get(tag);
    const command = watched?.commands.add(time, value);
    if (watched === undefined || command === undefined) return;
    for (const { tag: moved, gain, sigma, after } of watched.profile?.responses ?? []) {
      const change = gain * command.change;
      if (Math.abs(change) < CLEAR * sigma) continue;
      const expectation = { command: tag, time, value, due: time + after, change };
      for (const stream of this.#tags.get(moved)?.streams.values() ?? []) stream.expect(expectation);
    }
  }

  /** Tags and sources whose statistics do not speak, with the reason. */
  silent(): { readonly tag: string; readonly source: string; readonly why: string }[] {
    return [...this.#tags.values()].flatMap(({ tag, profile, streams }) =>
      [...streams]
        .map(([source, stream]) => ({
          tag: tag.name,
          source,
          why: profile === undefined ? 'the profile does not have it' : stream.silent,
        }))
        .filter(({ why }) => why !== ''),
    );
  }

  #stream(watched: Watched, source: string): Stream {
    const { tag, profile, streams, further } = watched;
    const known = streams.get(source);
    if (known !== undefined) return known;
    if (streams.size === MOST_SOURCES) return further;
    const made = new Stream(tag, profile, alarm => this.#tell(tag, source, alarm), {
      ...this.#memory,
      setting: name => this.#tags.get(name)?.commands.value ?? Number.NaN,
    });
    streams.set(source, made);
    return made;
  }

  #compare(watched: Watched, source: string, time: number, value: number): void {
    const { tag, profile, streams, pairs } = watched;
    if (profile === undefined) return;
    for (const [other, { readings }] of streams) {
      if (other === source) continue;
      const key = source < other ? `${source}\n${other}` : `${other}\n${source}`;
      let pair = pairs.get(key);
      if (pair === undefined) {
        pair = { agreement: new Agreement(), episode: new Episode(REST) };
        pairs.set(key, pair);
      }
      const { lastTime, lastValue } = readings;
      const fresh =
        source < other ? pair.agreement.fresh(time, lastTime) : pair.agreement.fresh(lastTime, time);
      if (!fresh) continue;
      const apart = Math.abs(time - lastTime);
      if (!pair.agreement.next(value - lastValue, tolerance(profile, apart))) continue;
      if (!pair.episode.met(time)) continue;
      this.#tell(tag, source, {
        kind: 'disagreement',
        time,
        what: `is ${short(value)} ${tag.unit}`.trimEnd().concat(` here, and ${short(lastValue)} to ${other}`),
        before: [{ time: lastTime, what: `${other} read ${short(lastValue)} ${tag.unit}`.trimEnd() }],
      });
    }
  }

  #tell(tag: TagInfo, source: string, { kind, time, what, before = [] }: Alarm): void {
    const message = `${tag.name}, as ${source} reads it, ${what}`;
    const evidence: Evidence[] = [...before, { time, what: message }];
    evidence.sort((a, b) => a.time - b.time);
    const subject = { ...tag.at, client: source, object: tag.name };
    this.#sink(finding(PROCESS_KINDS[kind], { message, subject, evidence }));
  }
}
