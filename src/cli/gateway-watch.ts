/**
 * What `cofferdam gateway` watches in what passes it: readings of the policy's tags, and, where it is asked for, all that
 * `cofferdam detect` looks for in operations.
 *
 * @module
 */

import { readBaseline } from '../detect/baseline-file.ts';
import { Known } from '../detect/known.ts';
import { LiveWatch } from '../detect/live-watch.ts';
import { DEFAULT_TUNING } from '../detect/tuning.ts';
import { loadTuning } from '../detect/tuning-file.ts';
import { now } from '../gateway/clock.ts';
import type { FindingEvent } from '../gateway/event.ts';
import type { Onlooker } from '../gateway/onlooker.ts';
import type { Policy } from '../policy/policy.ts';
import type { ProcessProfile } from '../process/profile.ts';
import { parseProfile } from '../process/profile-file.ts';
import { PROTOCOLS } from '../protocol/registry.ts';
import { AuditReadings } from './audit-readings.ts';
import { UsageError } from './command.ts';
import { loadLearned } from './learned-file.ts';

/** Milliseconds between two looks at what is over, and at what could not be looked at. */
const TICK = 1000;
/** Seconds between two lines about what could not be looked at. */
const EVERY = 10;

export const WATCH_HELP = `  --profile FILE           how readings usually behave, as cofferdam process
                           learn writes it: drift, stuck readings, replays and
                           more are findings too, and not only readings outside
                           their range
  --detect                 what cofferdam detect looks for in operations is a
                           finding here too (docs/findings.md)
  --baseline FILE, --tuning FILE
                           as for cofferdam detect; either implies --detect
  --readings FILE          readings of tags that cofferdam audit --tags appends:
                           what passes is compared with them, and who is told
                           something else is a finding (needs --profile)
  --no-watch               look at nothing that passes`;

/** For parseArgs. */
export const WATCH_OPTIONS = {
  profile: { type: 'string' },
  detect: { type: 'boolean', default: false },
  baseline: { type: 'string' },
  tuning: { type: 'string' },
  readings: { type: 'string', multiple: true },
  'no-watch': { type: 'boolean', default: false },
} as const;

export interface WatchWords {
  readonly profile?: string | undefined;
  readonly detect: boolean;
  readonly baseline?: string | undefined;
  readonly tuning?: string | undefined;
  readonly readings?: readonly string[] | undefined;
  readonly 'no-watch': boolean;
}

/** Something to print, as text and as data. */
export interface Line {
  readonly text: string;
  readonly data: object;
}

export class GatewayWatch {
  readonly onlooker: Onlooker;
  readonly #profile: ProcessProfile | undefined;
  readonly #detects: boolean;
  readonly #watch: LiveWatch;
  readonly #print: (line: Line) => void;
  readonly #beside: readonly AuditReadings[];
  #timer: NodeJS.Timeout | undefined;
  #lost = 0;
  #told = 0;

  /**
   * Reads the files that the words name. What it returns begins to watch when it is given where to print; undefined
   * where nothing is to be watched.
   */
  static async prepare(
    words: WatchWords,
    policy: Policy,
  ): Promise<
    ((tell: (event: FindingEvent) => void, print: (line: Line) => void) => GatewayWatch) | undefined
  > {
    const { readings = [] } = words;
    const detects = words.detect || words.baseline !== undefined || words.tuning !== undefined;
    if (words['no-watch']) {
      if (!detects && words.profile === undefined && readings.length === 0) return undefined;
      throw new UsageError(
        '--no-watch looks at nothing; leave out --profile, --detect, --baseline, --tuning and --readings',
      );
    }
    if (readings.length > 0 && words.profile === undefined) {
      throw new UsageError(
        '--readings are compared by what was learned of how far a tag moves; add --profile FILE',
      );
    }
    const profile = words.profile === undefined ? undefined : await loadLearned(words.profile, parseProfile);
    const tuning = words.tuning === undefined ? DEFAULT_TUNING : await loadTuning(words.tuning);
    const known =
      words.baseline === undefined
        ? new Known(tuning.learning)
        : await loadLearned(words.baseline, readBaseline);
    const detect = detects ? { tuning, known } : undefined;
    const beside = await Promise.all(readings.map(path => AuditReadings.open(path)));
    return (tell, print) => new GatewayWatch(policy, profile, detect, beside, tell, print);
  }

  private constructor(
    policy: Policy,
    profile: ProcessProfile | undefined,
    detect: ConstructorParameters<typeof LiveWatch>[0]['detect'],
    beside: readonly AuditReadings[],
    tell: (event: FindingEvent) => void,
    print: (line: Line) => void,
  ) {
    this.#profile = profile;
    this.#detects = detect !== undefined;
    this.#print = print;
    this.#beside = beside;
    this.#watch = new LiveWatch({
      protocols: PROTOCOLS,
      policy,
      profile,
      detect,
      tell: (finding, over) => tell({ event: 'finding', time: now(), finding, ...(over ? { over } : {}) }),
      failed: error => {
        const what = `NOTE nothing that passes is watched any longer: ${error.message}`;
        print({ text: what, data: { event: 'unwatched', what } });
      },
    });
    this.onlooker = { passed: (op, passing) => this.#watch.passed(op, passing) };
  }

  /** Begins, and says what it looks at. */
  begin(policy: Policy): void {
    this.#describe(policy);
    this.#timer = setInterval(() => this.#tick(), TICK);
  }

  reload(policy: Policy): void {
    this.#watch.reload(policy);
    this.#describe(policy);
  }

  /** Looks at what is left, and says what it could not look at. */
  end(): void {
    clearInterval(this.#timer);
    this.#watch.finish();
    for (const what of this.#watch.notes()) this.#note(what);
    this.#told = Number.NEGATIVE_INFINITY;
    this.#tellLost();
  }

  #tick(): void {
    this.#watch.tick(now());
    this.#tellLost();
    for (const one of this.#beside) {
      void one.look(
        reading => this.#watch.heard(reading),
        what => this.#note(what),
      );
    }
  }

  #tellLost(): void {
    this.#lost += this.#watch.lost();
    const time = now();
    if (this.#lost === 0 || time - this.#told < EVERY) return;
    const count = this.#lost;
    this.#lost = 0;
    this.#told = time;
    const what = `${count} operations passed too fast to be watched`;
    this.#print({ text: `NOTE ${what}`, data: { event: 'unwatched', time, what, count } });
  }

  #describe(policy: Policy): void {
    const tags = [...policy.tags.values()];
    const ranged = tags.filter(({ written }) => written?.range !== undefined).length;
    const learned = this.#profile?.tags.map(({ tag }) => tag) ?? [];
    const profiled = learned.filter(tag => policy.tags.has(tag)).length;
    const parts = [
      `the ranges of ${ranged} of ${tags.length} tags`,
      ...(this.#profile === undefined ? [] : [`the profile of ${profiled}`]),
      ...(this.#beside.length > 0 ? [`against ${this.#beside.map(({ path }) => path).join(', ')}`] : []),
      ...(this.#detects ? ['what operations show'] : []),
    ];
    const nothing = ranged === 0 && parts.length === 1;
    const text = nothing
      ? 'watched: nothing, for no tag of the policy has a range, and neither --profile nor --detect is given'
      : `watched: ${parts.join(', ')}`;
    const data = { event: 'watching', tags: tags.length, ranges: ranged, profiles: profiled };
    this.#print({ text, data: { ...data, detect: this.#detects } });
    const strange = learned.filter(tag => !policy.tags.has(tag));
    if (strange.length > 0) this.#note(`in the profile, but not in the policy: ${strange.join(', ')}`);
  }

  #note(what: string): void {
    this.#print({ text: `NOTE ${what}`, data: { event: 'unwatched', what } });
  }
}
