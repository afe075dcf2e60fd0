/**
 * Watches whether a plant stays where it is safe: every tag that has a range, in the controllers' own memory.
 *
 * @module
 */

import { type Tag, withinRange } from './tag.ts';

/** A tag that left its range. */
export interface Excursion {
  readonly tag: string;
  readonly unit: string;
  /** When it left, in seconds of the plant's time. */
  readonly since: number;
  /** The value farthest out. */
  readonly worst: number;
}

export class SafetyWatch {
  readonly #tags: readonly Tag[];
  readonly #value: (tag: Tag) => number;
  readonly #excursions = new Map<string, Excursion>();

  constructor(tags: readonly Tag[], value: (tag: Tag) => number) {
    this.#tags = tags.filter(tag => tag.range !== undefined);
    this.#value = value;
  }

  /** Looks at all tags at a time of the plant. */
  look(time: number): void {
    for (const tag of this.#tags) {
      const value = this.#value(tag);
      if (withinRange(tag, value)) continue;
      const before = this.#excursions.get(tag.name);
      const worse = before === undefined || beyond(tag, value) > beyond(tag, before.worst);
      if (!worse) continue;
      this.#excursions.set(tag.name, {
        tag: tag.name,
        unit: tag.unit,
        since: before?.since ?? Math.round(time * 100) / 100,
        worst: value,
      });
    }
  }

  /** All excursions so far, in order of time. */
  get excursions(): Excursion[] {
    return [...this.#excursions.values()].sort((a, b) => a.since - b.since);
  }
}

/** How far a value is beyond the range, in its unit. A value that is no number is beyond all. */
function beyond(tag: Tag, value: number): number {
  const [low, high] = tag.range!;
  return Number.isNaN(value) ? Number.POSITIVE_INFINITY : Math.max(low - value, value - high);
}
