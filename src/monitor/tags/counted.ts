/**
 * What was counted of objects, as plain data: so it can be handed from one thread to another, and what several threads
 * counted, each of its own share of the pairs of hosts, can be put together.
 *
 * @module
 */

import type { Protocol } from '../../protocol/protocol.ts';
import { Clients } from './clients.ts';
import { type Columns, Pages } from './page.ts';
import { type Ground, Plane, type PlaneData } from './plane.ts';
import type { NamedObject, Refusal, Tags } from './tags.ts';

/** What records are made of. */
export interface Counted {
  readonly protocols: readonly Protocol[];
  readonly planes: readonly Plane[];
  readonly named: ReadonlyMap<string, NamedObject>;
  readonly refusals: ReadonlyMap<string, Refusal>;
  readonly lostValues: number;
  readonly lostRefusals: number;
}

/** The same without what only the thread has that counts. It is not copied: counting goes on in it. */
export interface CountedData extends Omit<Counted, 'protocols' | 'planes'> {
  readonly planes: readonly PlaneData[];
  readonly pages: Columns;
  /** Names of clients by number. */
  readonly clients: readonly string[];
}

export function countedOf({ planes, pages, clients, ...rest }: Tags): CountedData {
  const { named, refusals, lostValues, lostRefusals } = rest;
  return {
    planes: planes.map(plane => plane.data()),
    pages: pages.columns,
    clients: clients.names,
    named,
    refusals,
    lostValues,
    lostRefusals,
  };
}

/**
 * What all of them counted; takes `parts` for its own where there are several. Of an object that several threads saw,
 * each saw the changes that its own clients could see: they are not added, the most that one of them saw stands.
 */
export function together(parts: readonly CountedData[], protocols: readonly Protocol[]): Counted {
  const planes = new Map<string, Plane>();
  const grounds = parts.map(
    ({ pages, clients }): Ground => ({ pages: new Pages(pages), clients: new Clients(clients) }),
  );
  const named = new Map<string, NamedObject>();
  const refusals = new Map<string, Refusal>();
  for (const [index, part] of parts.entries()) {
    const ground = grounds[index]!;
    for (const data of part.planes) {
      const { server, protocol, station, space, area, type } = data;
      const key = `${server} ${protocol} ${station} ${space} ${area} ${type}`;
      const known = planes.get(key);
      if (known !== undefined) known.join(data, ground);
      else planes.set(key, new Plane(data, protocols[protocol]!.spaces[space]!, ground));
    }
    for (const [key, one] of part.named) {
      const known = named.get(key);
      named.set(key, known === undefined ? one : joinNamed(known, one));
    }
    for (const [key, one] of part.refusals) {
      const known = refusals.get(key);
      refusals.set(key, known === undefined ? one : joinRefusals(known, one));
    }
  }
  return {
    protocols,
    planes: [...planes.values()],
    named: byBegin(named),
    refusals: byBegin(refusals),
    lostValues: parts.reduce((sum, { lostValues }) => sum + lostValues, 0),
    lostRefusals: parts.reduce((sum, { lostRefusals }) => sum + lostRefusals, 0),
  };
}

/** In the order in which they were met first. */
function byBegin<T extends { readonly from: number }>(all: ReadonlyMap<string, T>): Map<string, T> {
  return new Map([...all].sort(([, a], [, b]) => a.from - b.from));
}

function joinNamed(a: NamedObject, b: NamedObject): NamedObject {
  const [before, after] = a.to <= b.to ? [a, b] : [b, a];
  return {
    ...after,
    latest: after.latest ?? before.latest,
    reads: a.reads + b.reads,
    writes: a.writes + b.writes,
    changes: Math.max(a.changes, b.changes),
    readers: new Set([...a.readers, ...b.readers]),
    writers: new Set([...a.writers, ...b.writers]),
    from: Math.min(a.from, b.from),
  };
}

function joinRefusals(a: Refusal, b: Refusal): Refusal {
  return { ...a, count: a.count + b.count, from: Math.min(a.from, b.from), to: Math.max(a.to, b.to) };
}
