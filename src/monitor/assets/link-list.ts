/**
 * The links that one or several threads collected, as a list whose items are looked up in columns when they are asked for.
 *
 * @module
 */

import type { Verb } from '../../operation/verb.ts';
import { DoneColumn, LinkColumn, type LinkData, LinkKeys, ProofColumn, StationColumn } from './links.ts';
import type { Proof } from './proof.ts';

/** What was done of one verb. */
export interface Done {
  readonly verb: Verb;
  readonly asked: number;
  readonly done: number;
  readonly firstAsked: Proof | undefined;
  readonly firstDone: Proof | undefined;
}

/** One link. What it says is made each time that it is asked. */
export class CollectedLink {
  readonly #of: Columns;
  readonly #link: number;

  constructor(of: Columns, link: number) {
    this.#of = of;
    this.#link = link;
  }

  get client(): string {
    return this.#of.keys.client(this.#link);
  }

  get server(): string {
    return this.#of.keys.server(this.#link);
  }

  get port(): number {
    return this.#of.keys.port(this.#link);
  }

  /** Index of the protocol. */
  get protocol(): number {
    return this.#of.keys.protocol(this.#link);
  }

  get operations(): number {
    return this.#number(LinkColumn.operations);
  }

  get failed(): number {
    return this.#number(LinkColumn.failed);
  }

  get first(): number {
    return this.#number(LinkColumn.first);
  }

  get last(): number {
    return this.#number(LinkColumn.last);
  }

  /** By rising number of the verb. */
  get verbs(): readonly Done[] {
    const { numbers } = this.#of.data.done;
    const all: Done[] = [];
    for (let at = this.#number(LinkColumn.verbs) - 1; at >= 0; at = numbers[at + DoneColumn.next]! - 1) {
      const [asked, done] = [numbers[at + DoneColumn.asked]!, numbers[at + DoneColumn.done]!];
      all.push({
        verb: numbers[at + DoneColumn.verb]! as Verb,
        asked,
        done,
        firstAsked: asked === 0 ? undefined : this.#of.proof(numbers, at + DoneColumn.firstAsked),
        firstDone: done === 0 ? undefined : this.#of.proof(numbers, at + DoneColumn.firstDone),
      });
    }
    return all.sort((a, b) => a.verb - b.verb);
  }

  /** Stations that answered with yes, with the first packet. */
  get stations(): ReadonlyMap<number, Proof> {
    const { numbers } = this.#of.data.stations;
    const all = new Map<number, Proof>();
    for (let at = this.#number(LinkColumn.stations) - 1; at >= 0; ) {
      all.set(numbers[at + StationColumn.station]!, this.#of.proof(numbers, at + StationColumn.first));
      at = numbers[at + StationColumn.next]! - 1;
    }
    return all;
  }

  #number(column: number): number {
    return this.#of.data.links.numbers[this.#link * LinkColumn.columns + column]!;
  }
}

/** What one thread collected. */
class Columns {
  readonly data: LinkData;
  readonly keys: LinkKeys;

  constructor(data: LinkData) {
    this.data = data;
    this.keys = new LinkKeys(data.keys);
  }

  proof(numbers: Float64Array, at: number): Proof {
    return {
      packet: numbers[at + ProofColumn.packet]!,
      time: numbers[at + ProofColumn.time]!,
      file: this.data.files[numbers[at + ProofColumn.file]!]!,
    };
  }
}

export class LinkList implements Iterable<CollectedLink> {
  readonly size: number;
  readonly #parts: readonly Columns[];
  /** Part and number of each, in the order of the list; undefined where it is that of the only part. */
  readonly #order: Float64Array | undefined;

  /** Where several threads have some, in the order in which they began: a link is one thread's. */
  constructor(parts: readonly LinkData[]) {
    this.#parts = parts.map(data => new Columns(data));
    this.size = parts.reduce((sum, { links }) => sum + links.size, 0);
    if (parts.length === 1) return;
    const order = parts.flatMap(({ links }, part) =>
      Array.from({ length: links.size }, (_, link) => part * PART + link),
    );
    this.#order = Float64Array.from(order.sort((a, b) => this.#at(a).first - this.#at(b).first));
  }

  at(index: number): CollectedLink {
    return this.#at(this.#order?.[index] ?? index);
  }

  *[Symbol.iterator](): Iterator<CollectedLink> {
    for (let i = 0; i < this.size; i++) yield this.at(i);
  }

  #at(place: number): CollectedLink {
    return new CollectedLink(this.#parts[Math.floor(place / PART)]!, place % PART);
  }
}

/** More than there are links in a part. */
const PART = 2 ** 32;
