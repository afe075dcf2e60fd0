/**
 * The assets and tags that a watch collects: in each thread those of its packets, and those of all threads together.
 *
 * @module
 */

import { ANNOUNCEMENTS, PROTOCOLS } from '../../protocol/registry.ts';
import { ASSET_LIMITS, Assets } from '../assets/assets.ts';
import { type Collected, collectedSoFar, together as collectedTogether } from '../assets/collected.ts';
import { inventoryJson } from '../assets/inventory.ts';
import type { LinkData } from '../assets/links.ts';
import type { Current } from '../current.ts';
import type { Tap } from '../inspection.ts';
import { type CountedData, countedOf, together as countedTogether } from '../tags/counted.ts';
import { tagsJson } from '../tags/tag-records.ts';
import { TAG_LIMITS, Tags } from '../tags/tags.ts';

/** What can be collected. */
export const HOLDINGS = ['assets', 'tags'] as const;
export type Holding = (typeof HOLDINGS)[number];

/** What one thread has collected, as plain data. */
export interface Held {
  readonly assets?: Collected<LinkData>;
  readonly tags?: CountedData;
}

/** Collects in one of `threads` threads: the limits are those of all of them together. */
export class Holder {
  readonly taps: readonly Tap[];
  readonly #assets: Assets | undefined;
  readonly #tags: Tags | undefined;

  constructor(what: readonly Holding[], current: Current, threads: number) {
    const taps: Tap[] = [];
    if (what.includes('assets')) {
      const assets = new Assets({
        protocols: PROTOCOLS,
        announcements: ANNOUNCEMENTS,
        current,
        limits: share(ASSET_LIMITS, threads),
        numbered: false,
      });
      taps.push({ packets: assets, operations: assets });
      this.#assets = assets;
    }
    if (what.includes('tags')) {
      this.#tags = new Tags(PROTOCOLS, current, share(TAG_LIMITS, threads));
      taps.push({ operations: this.#tags });
    }
    this.taps = taps;
  }

  get held(): Held {
    return {
      ...(this.#assets === undefined ? {} : { assets: collectedSoFar(this.#assets) }),
      ...(this.#tags === undefined ? {} : { tags: countedOf(this.#tags) }),
    };
  }
}

/** What the threads have collected, as the JSON that the commands of that name print, piece by piece. */
export function holdingJson(what: Holding, parts: readonly Held[]): Iterable<string> {
  if (what === 'assets') {
    return inventoryJson(collectedTogether(parts.flatMap(({ assets }) => assets ?? [])), PROTOCOLS);
  }
  return tagsJson(
    countedTogether(
      parts.flatMap(({ tags }) => tags ?? []),
      PROTOCOLS,
    ),
  );
}

function share<T extends object>(limits: T, threads: number): T {
  const entries = Object.entries(limits).map(([name, most]) => [name, Math.ceil(most / threads)]);
  return Object.fromEntries(entries) as T;
}
