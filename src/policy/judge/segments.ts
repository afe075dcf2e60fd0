/**
 * Which grants hold where: the bits of each space cut into segments over which the list of grants is the same,
 * in ascending order, so that the judge finds the first by bisection and walks on from there.
 *
 * @module
 */

import type { Grant } from './grant.ts';

/** A grant and where it holds. */
export interface Span {
  readonly grant: Grant;
  readonly space: number;
  readonly area: number;
}

export class Segments {
  readonly #spaces: Int32Array;
  readonly #areas: Int32Array;
  readonly #froms: Float64Array;
  readonly #tos: Float64Array;
  readonly #lists: (readonly Grant[])[];
  readonly count: number;
  /** Grants where no segment is: those of anything. */
  readonly rest: readonly Grant[];
  /** Grants for an operation without an address: those of anything, and every denial, since it may be meant. */
  readonly unplaced: readonly Grant[];

  constructor(spans: readonly Span[], rest: readonly Grant[]) {
    this.rest = ordered(rest);
    this.unplaced = ordered([...rest, ...spans.map(s => s.grant).filter(g => g.rank === 0)]);
    const cells = cut(spans, rest);
    this.count = cells.length;
    this.#spaces = Int32Array.from(cells, c => c.space);
    this.#areas = Int32Array.from(cells, c => c.area);
    this.#froms = Float64Array.from(cells, c => c.from);
    this.#tos = Float64Array.from(cells, c => c.to);
    this.#lists = cells.map(c => c.grants);
  }

  /** The first segment of the space and area that ends after `bit`, or the place where it would be. */
  find(space: number, area: number, bit: number): number {
    let low = 0;
    let high = this.count;
    while (low < high) {
      const middle = (low + high) >> 1;
      const before =
        this.#spaces[middle]! - space || this.#areas[middle]! - area || (this.#tos[middle]! <= bit ? -1 : 1);
      if (before < 0) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** First bit of segment `index`, or Infinity where it is not of the space and area. */
  from(index: number, space: number, area: number): number {
    if (index >= this.count || this.#spaces[index] !== space || this.#areas[index] !== area) {
      return Number.POSITIVE_INFINITY;
    }
    return this.#froms[index]!;
  }

  /** One past the last bit of segment `index`. */
  to(index: number): number {
    return this.#tos[index]!;
  }

  grants(index: number): readonly Grant[] {
    return this.#lists[index]!;
  }
}

interface Cell {
  readonly space: number;
  readonly area: number;
  readonly from: number;
  readonly to: number;
  readonly grants: readonly Grant[];
}

// cold: once for each route's tables
function cut(spans: readonly Span[], rest: readonly Grant[]): Cell[] {
  const sorted = spans.toSorted(
    (a, b) => a.space - b.space || a.area - b.area || a.grant.from - b.grant.from,
  );
  const cells: Cell[] = [];
  for (let i = 0; i < sorted.length; ) {
    const { space, area } = sorted[i]!;
    let end = i;
    while (end < sorted.length && sorted[end]!.space === space && sorted[end]!.area === area) end++;
    const group = sorted.slice(i, end).map(s => s.grant);
    const edges = [...new Set(group.flatMap(g => [g.from, g.to]))].sort((a, b) => a - b);
    let active: Grant[] = [];
    let next = 0;
    for (let e = 0; e + 1 < edges.length; e++) {
      const from = edges[e]!;
      active = active.filter(g => g.to > from);
      while (next < group.length && group[next]!.from <= from) active.push(group[next++]!);
      if (active.length > 0) {
        cells.push({ space, area, from, to: edges[e + 1]!, grants: ordered([...active, ...rest]) });
      }
    }
    i = end;
  }
  return cells;
}

// cold: once for each route's tables
function ordered(grants: readonly Grant[]): readonly Grant[] {
  return grants.toSorted((a, b) => a.rank - b.rank || a.rule - b.rule);
}
