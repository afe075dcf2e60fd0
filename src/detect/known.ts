/**
 * What is known of a plant: who talks to whom, with which functions, about which objects. It is learned from a
 * beginning of the traffic, or read from a baseline that was learned earlier.
 *
 * Bounded: {@link MAX_PAIRS} pairs, {@link MAX_NAMES} functions and objects of each, {@link MAX_ALL} of all. A pair of which
 * there is more is taken to do anything; when there are more pairs, no further one is new.
 *
 * @module
 */

export const MAX_PAIRS = 1 << 15;
export const MAX_NAMES = 1 << 12;
const MAX_ALL = 1 << 20;

/** Silence counts for learning up to so many seconds: what nobody watched was not seen to be usual. */
const MAX_SILENCE = 60;

/** What a client is known to do with a server. */
export class KnownPair {
  /** As the findings name them. */
  readonly functions = new Set<string>();
  readonly objects = new Set<string>();
  writes = false;
  /** There was more than could be remembered. */
  overfull = false;
}

export class Known {
  /** By client, server and protocol, as {@link pairKey} puts them. */
  readonly pairs = new Map<string, KnownPair>();
  /** Clients that use engineering functions. */
  readonly engineers = new Set<string>();
  /** Seconds of traffic that went into it. */
  observed = 0;
  /** There was more than could be remembered. */
  overfull = false;

  #names = 0;
  readonly #period: number;
  /** It was read from a file: nothing needs to be learned before it can be used. */
  readonly #given: boolean;
  #last = Number.NaN;

  /** Learns for `period` seconds of traffic, unless it is `given`. */
  constructor(period: number, given = false) {
    this.#period = period;
    this.#given = given;
  }

  /** What is seen becomes known, and nothing is said of it. */
  get learning(): boolean {
    return !this.#given && this.observed < this.#period;
  }

  /** Seconds of traffic that are left to learn. */
  get remaining(): number {
    return this.learning ? this.#period - this.observed : 0;
  }

  /** Time goes on to `time`. */
  tick(time: number): void {
    const passed = time - this.#last;
    this.#last = time;
    if (passed > 0) this.observed += Math.min(passed, MAX_SILENCE);
  }

  pair(client: string, server: string, protocol: string): KnownPair | undefined {
    return this.pairs.get(pairKey(client, server, protocol));
  }

  /** Notes a name among those of a pair; true where it was not known. */
  add(pair: KnownPair, names: Set<string>, name: string): boolean {
    if (pair.overfull || names.has(name)) return false;
    if (names.size >= MAX_NAMES || this.#names >= MAX_ALL) {
      pair.overfull = true;
      this.overfull = true;
    } else {
      names.add(name);
      this.#names++;
    }
    return true;
  }

  /** Is it usual that the client writes? Not while it is still being learned what is. */
  writes(client: string, server: string, protocol: string): boolean {
    return !this.learning && this.pair(client, server, protocol)?.writes === true;
  }

  /** The pair, which is added; undefined where there is no room for it. */
  learnPair(client: string, server: string, protocol: string): KnownPair | undefined {
    const key = pairKey(client, server, protocol);
    let pair = this.pairs.get(key);
    if (pair !== undefined) return pair;
    if (this.pairs.size >= MAX_PAIRS) {
      this.overfull = true;
      return undefined;
    }
    pair = new KnownPair();
    this.pairs.set(key, pair);
    return pair;
  }
}

export function pairKey(client: string, server: string, protocol: string): string {
  return `${client} ${server} ${protocol}`;
}
