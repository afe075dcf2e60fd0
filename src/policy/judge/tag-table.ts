/**
 * The tags of one host and protocol whose values are limited, in order of place, so that the judge finds those
 * that a write touches.
 *
 * @module
 */

import type { Limit } from '../limit.ts';
import type { Tag } from '../model.ts';
import type { ValueForm } from '../value-form.ts';

export class TagTable {
  readonly tags: readonly Tag[];
  readonly #slots: ReadonlyMap<Tag, number>;
  readonly count: number;
  /** Stations with such tags, and where in `tags` those of each begin; one more than stations. */
  readonly stations: Int32Array;
  readonly starts: Int32Array;
  readonly froms: Float64Array;
  readonly tos: Float64Array;
  readonly forms: readonly ValueForm[];
  readonly limits: readonly (Limit | undefined)[];
  /** 1 where a step, of the tag or of a rule, needs the last value. */
  readonly tracked: Uint8Array;
  readonly #spaces: Int32Array;
  readonly #areas: Int32Array;

  /** `stepped` are the tags that a rule limits to a step. */
  constructor(tags: readonly Tag[], stepped: ReadonlySet<Tag>) {
    const kept = tags.filter(tag => tag.limit !== undefined || stepped.has(tag));
    kept.sort(
      (a, b) =>
        a.station - b.station ||
        a.range.space - b.range.space ||
        a.range.area - b.range.area ||
        a.range.from - b.range.from,
    );
    this.tags = kept;
    this.#slots = new Map(kept.map((tag, i) => [tag, i]));
    this.count = kept.length;
    const firsts = kept.flatMap((tag, i) => (i === 0 || kept[i - 1]!.station !== tag.station ? [i] : []));
    this.stations = Int32Array.from(firsts, i => kept[i]!.station);
    this.starts = Int32Array.from([...firsts, kept.length]);
    this.froms = Float64Array.from(kept, tag => tag.range.from);
    this.tos = Float64Array.from(kept, tag => tag.range.to);
    this.forms = kept.map(tag => tag.form);
    this.limits = kept.map(tag => tag.limit);
    this.tracked = Uint8Array.from(kept, tag =>
      stepped.has(tag) || (tag.limit !== undefined && tag.limit.step !== Number.POSITIVE_INFINITY) ? 1 : 0,
    );
    this.#spaces = Int32Array.from(kept, tag => tag.range.space);
    this.#areas = Int32Array.from(kept, tag => tag.range.area);
  }

  /** Where the tag is in `tags`, or -1. */
  slot(tag: Tag): number {
    return this.#slots.get(tag) ?? -1;
  }

  /** The first tag of `start..end` in the space and area that ends after `bit`, or where it would be. */
  find(start: number, end: number, space: number, area: number, bit: number): number {
    let low = start;
    let high = end;
    while (low < high) {
      const middle = (low + high) >> 1;
      const before =
        this.#spaces[middle]! - space || this.#areas[middle]! - area || (this.tos[middle]! <= bit ? -1 : 1);
      if (before < 0) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** True where tag `index` is in the space and area and begins before `bit`. */
  touches(index: number, space: number, area: number, bit: number): boolean {
    return this.#spaces[index] === space && this.#areas[index] === area && this.froms[index]! < bit;
  }
}
