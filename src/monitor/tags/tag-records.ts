/**
 * The collected objects as plain data: what `cofferdam tags --json` prints. Its fields are documented in docs/tags.md.
 *
 * @module
 */

import { VALUE_TYPES } from '../../operation/value.ts';
import { VERBS } from '../../operation/verb.ts';
import type { Tag } from '../../policy/model.ts';
import type { Policy } from '../../policy/policy.ts';
import type { Protocol } from '../../protocol/protocol.ts';
import { jsonPieces } from '../json-pieces.ts';
import type { Counted } from './counted.ts';
import { guesses } from './guess.ts';
import type { Cell } from './page.ts';
import type { Plane } from './plane.ts';
import type { PolicyTagRecord } from './policy-tags.ts';
import type { NamedObject, Refusal } from './tags.ts';

export interface TagRecord {
  readonly server: string;
  readonly protocol: string;
  readonly station: string;
  readonly object: string;
  /** Name in the policy; null where there is none, or no policy. */
  readonly tag: string | null;
  /** How the values are encoded; null where no value was seen. */
  readonly type: string | null;
  readonly least: number | null;
  readonly greatest: number | null;
  readonly latest: number | string | null;
  readonly reads: number;
  readonly writes: number;
  /** How often the value differed from the one before. */
  readonly changes: number;
  /** Items that the device refused. */
  readonly errors: number;
  /** Reads for each second between its first and last read or write; null where that is no time. */
  readonly readsPerSecond: number | null;
  readonly readers: readonly string[];
  readonly writers: readonly string[];
  /** Seconds since 1970-01-01 UTC. */
  readonly first: number;
  readonly last: number;
  /** What two registers may hold together; a guess. */
  readonly guess?: string;
}

export interface RefusalRecord {
  readonly server: string;
  readonly protocol: string;
  readonly station: string;
  readonly object: string;
  readonly verb: string;
  readonly error: string;
  readonly count: number;
  readonly first: number;
  readonly last: number;
}

/** What one row of a plane is of, for those who need more than its text. */
export interface Row {
  readonly record: TagRecord;
  readonly plane: Plane | undefined;
  readonly address: number;
  readonly cell: Cell | undefined;
}

/** Everything as JSON, piece by piece. */
export function tagsJson(
  tags: Counted,
  policy?: Policy,
  policyTags: readonly PolicyTagRecord[] = [],
): Iterable<string> {
  return jsonPieces({
    objects: recordsOf(eachTagRow(tags, policy)),
    refusals: refusalRecords(tags),
    policyTags,
    lost: { values: tags.lostValues, refusals: tags.lostRefusals },
  });
}

function* recordsOf(rows: Iterable<Row>): Iterable<TagRecord> {
  for (const { record } of rows) yield record;
}

/** What a station refused, by its key. */
type Refusals = ReadonlyMap<string, readonly Refusal[]>;

function refusalsOf(tags: Counted): Refusals {
  return Map.groupBy(tags.refusals.values(), stationKey);
}

function stationKey(of: Pick<Refusal, 'server' | 'protocol' | 'station'>): string {
  return `${of.protocol} ${of.station} ${of.server}`;
}

/**
 * A row for each object, by server, protocol, station, space, area and address, made as it is asked for: there may be half a
 * million.
 */
export function* eachTagRow(tags: Counted, policy?: Policy): Iterable<Row> {
  const refusals = refusalsOf(tags);
  for (const plane of sortedPlanes(tags)) yield* planeRows(tags, plane, refusals, policy);
  for (const object of tags.named.values()) yield namedRow(tags, object, refusals);
}

/** All rows of a station, made as they are asked for. */
export interface StationRows {
  readonly title: string;
  readonly rows: Iterable<Row>;
}

/** The same rows station by station. Those of one are to be asked for before the next one is. */
export function* eachStation(tags: Counted, policy?: Policy): Iterable<StationRows> {
  const titleOf = (one: Plane | NamedObject) => {
    const { server, protocol, station } = place(one, tags.protocols[one.protocol]!);
    return `${server} ${protocol} ${station}`;
  };
  const named = Map.groupBy(tags.named.values(), titleOf);
  const planes = sortedPlanes(tags);
  const refusals = refusalsOf(tags);
  for (let from = 0, to = 0; from < planes.length; from = to) {
    const title = titleOf(planes[from]!);
    while (to < planes.length && titleOf(planes[to]!) === title) to++;
    yield { title, rows: stationRows(tags, planes.slice(from, to), refusals, named.get(title), policy) };
    named.delete(title);
  }
  for (const [title, objects] of named)
    yield { title, rows: stationRows(tags, [], refusals, objects, policy) };
}

function* stationRows(
  tags: Counted,
  planes: readonly Plane[],
  refusals: Refusals,
  named: readonly NamedObject[] = [],
  policy?: Policy,
): Iterable<Row> {
  for (const plane of planes) yield* planeRows(tags, plane, refusals, policy);
  for (const object of named) yield namedRow(tags, object, refusals);
}

function sortedPlanes({ planes }: Counted): Plane[] {
  return [...planes].sort(comparePlanes);
}

function* planeRows(tags: Counted, plane: Plane, refusals: Refusals, policy?: Policy): Iterable<Row> {
  const { space, area } = plane;
  const atStation = refusals.get(stationKey(plane)) ?? [];
  const refused = atStation.filter(one => one.space === space && one.area === area);
  const protocol = tags.protocols[plane.protocol]!;
  const { bits } = protocol.spaces[plane.space]!;
  const guessed = guesses(plane, bits);
  const errors = new Errors(refused);
  const named = tagsOf(plane, protocol, policy);
  for (const { address, cell } of plane.cells()) {
    const guess = guessed.get(address);
    yield {
      record: {
        ...place(plane, protocol),
        object: objectOf(plane, protocol, address),
        tag: tagAt(named, plane, address, bits),
        type: VALUE_TYPES[plane.type]!,
        least: cell.least,
        greatest: cell.greatest,
        latest: cell.latest,
        reads: cell.reads,
        writes: cell.writes,
        changes: cell.changes,
        errors: errors.at(address, plane.width),
        readsPerSecond: rate(cell.reads, cell.from, cell.to),
        readers: plane.clients(cell.readers),
        writers: plane.clients(cell.writers),
        first: cell.from,
        last: cell.to,
        ...(guess === undefined ? {} : { guess }),
      },
      plane,
      address,
      cell,
    };
  }
}

function namedRow(tags: Counted, object: NamedObject, refusals: Refusals): Row {
  let errors = 0;
  for (const one of refusals.get(stationKey(object)) ?? []) if (sameObject(one, object)) errors += one.count;
  const record = namedRecord(object, tags.protocols[object.protocol]!, errors);
  return { record, plane: undefined, address: 0, cell: undefined };
}

export function refusalRecords(tags: Counted): RefusalRecord[] {
  return [...tags.refusals.values()].map(one => ({
    ...place(one, tags.protocols[one.protocol]!),
    object: one.object,
    verb: VERBS[one.verb]!.name,
    error: one.error,
    count: one.count,
    first: one.from,
    last: one.to,
  }));
}

/** The object of a plane at an address, as policies write it. */
export function objectOf(plane: Plane, protocol: Protocol, address: number): string {
  const { bits } = protocol.spaces[plane.space]!;
  const from = address * bits;
  return protocol.objects.formatRange({
    space: plane.space,
    area: plane.area,
    from,
    to: from + plane.width * bits,
    sized: true,
  });
}

function place({ server, station }: { server: string; station: number }, { name, stations }: Protocol) {
  return { server, protocol: name, station: stations.format(station) };
}

function namedRecord(object: NamedObject, protocol: Protocol, errors: number): TagRecord {
  return {
    ...place(object, protocol),
    object: object.object,
    tag: null,
    type: VALUE_TYPES[object.type]!,
    least: null,
    greatest: null,
    latest: object.latest,
    reads: object.reads,
    writes: object.writes,
    changes: object.changes,
    errors,
    readsPerSecond: rate(object.reads, object.from, object.to),
    readers: [...object.readers],
    writers: [...object.writers],
    first: object.from,
    last: object.to,
  };
}

function sameObject(a: Refusal, b: NamedObject): boolean {
  return (
    a.server === b.server && a.protocol === b.protocol && a.station === b.station && a.object === b.object
  );
}

function rate(reads: number, from: number, to: number): number | null {
  return reads < 2 || to <= from ? null : Number((reads / (to - from)).toPrecision(4));
}

function comparePlanes(a: Plane, b: Plane): number {
  return (
    (a.server < b.server ? -1 : a.server > b.server ? 1 : 0) ||
    a.protocol - b.protocol ||
    a.station - b.station ||
    a.space - b.space ||
    a.area - b.area ||
    a.type - b.type
  );
}

/** Counts refusals that cover an object, asked for by rising address. */
class Errors {
  readonly #starts: readonly Refusal[];
  readonly #ends: readonly { readonly at: number; readonly count: number }[];
  #begun = 0;
  #over = 0;
  #open = 0;

  constructor(refusals: readonly Refusal[]) {
    this.#starts = refusals.toSorted((a, b) => a.address - b.address);
    this.#ends = refusals
      .map(({ address, extent, count }) => ({ at: address + Math.max(1, extent), count }))
      .sort((a, b) => a.at - b.at);
  }

  at(address: number, width: number): number {
    for (; this.#begun < this.#starts.length; this.#begun++) {
      const { address: start, count } = this.#starts[this.#begun]!;
      if (start >= address + width) break;
      this.#open += count;
    }
    for (; this.#over < this.#ends.length; this.#over++) {
      const { at, count } = this.#ends[this.#over]!;
      if (at > address) break;
      this.#open -= count;
    }
    return this.#open;
  }
}

/** A tag of a policy whose bits the object at an address shares, or null. */
function tagAt(tags: readonly Tag[], plane: Plane, address: number, bits: number): string | null {
  const from = address * bits;
  const to = from + plane.width * bits;
  return tags.find(({ range }) => range.from < to && from < range.to)?.name ?? null;
}

/** The policy's tags that may be in the plane. */
function tagsOf(plane: Plane, protocol: Protocol, policy: Policy | undefined): readonly Tag[] {
  if (policy === undefined) return [];
  const hosts = policy.hostsAt(plane.server);
  return [...policy.tags.values()].filter(
    tag =>
      hosts.includes(tag.host) &&
      tag.protocol === protocol &&
      tag.range.space === plane.space &&
      tag.range.area === plane.area &&
      (tag.station === plane.station || plane.station < 0),
  );
}
