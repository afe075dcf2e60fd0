/**
 * Whose the links are: for each asset those of which it is the client, and those of which it is the server, by numbers.
 *
 * @module
 */

import { sortKey } from './grouping.ts';
import type { CollectedLink, LinkList } from './link-list.ts';

/** Links by one of their ends: those of end `e` stand from `starts[e]` to before `starts[e + 1]`, in the list's order. */
interface ByEnd {
  readonly starts: Int32Array;
  readonly links: Int32Array;
}

export class Ends {
  readonly #links: LinkList;
  /** Ids of the ends by number, and the numbers. */
  readonly #ids: string[] = [];
  readonly #numbers = new Map<string, number>();
  readonly #clients: Int32Array;
  readonly #servers: Int32Array;
  readonly #out: ByEnd;
  readonly #into: ByEnd;

  /** `idOf` gives the id of the asset that has an address. */
  constructor(links: LinkList, idOf: (address: string) => string) {
    this.#links = links;
    this.#clients = new Int32Array(links.size);
    this.#servers = new Int32Array(links.size);
    for (let i = 0; i < links.size; i++) {
      const { client, server } = links.at(i);
      this.#clients[i] = this.#number(idOf(client));
      this.#servers[i] = this.#number(idOf(server));
    }
    this.#out = this.#by(this.#clients);
    this.#into = this.#by(this.#servers);
  }

  /** Links of which the asset with that id is the client. */
  uses(id: string): CollectedLink[] {
    return this.#of(this.#out, id);
  }

  /** Those of which it is the server. */
  serves(id: string): CollectedLink[] {
    return this.#of(this.#into, id);
  }

  /** All of them by client, server and port, with the ids of the two. */
  *sorted(): Iterable<{ readonly link: CollectedLink; readonly client: string; readonly server: string }> {
    const keys = this.#ids.map(sortKey);
    const byKey = Uint32Array.from(keys.keys()).sort((a, b) =>
      keys[a]! < keys[b]! ? -1 : keys[a]! > keys[b]! ? 1 : a - b,
    );
    const ranks = new Uint32Array(byKey.length);
    for (const [rank, end] of byKey.entries()) ranks[end] = rank;
    const [clients, servers] = [this.#clients, this.#servers];
    const ports = Uint16Array.from(clients, (_, i) => this.#links.at(i).port);
    const order = Uint32Array.from(clients.keys()).sort(
      (a, b) =>
        ranks[clients[a]!]! - ranks[clients[b]!]! ||
        ranks[servers[a]!]! - ranks[servers[b]!]! ||
        ports[a]! - ports[b]! ||
        a - b,
    );
    for (const i of order) {
      yield {
        link: this.#links.at(i),
        client: this.#ids[clients[i]!]!,
        server: this.#ids[servers[i]!]!,
      };
    }
  }

  #number(id: string): number {
    const known = this.#numbers.get(id);
    if (known !== undefined) return known;
    const number = this.#ids.push(id) - 1;
    this.#numbers.set(id, number);
    return number;
  }

  #by(ends: Int32Array): ByEnd {
    const starts = new Int32Array(this.#ids.length + 1);
    for (const end of ends) starts[end + 1]!++;
    for (let end = 1; end < starts.length; end++) starts[end]! += starts[end - 1]!;
    const next = starts.slice();
    const links = new Int32Array(ends.length);
    for (const [link, end] of ends.entries()) links[next[end]!++] = link;
    return { starts, links };
  }

  #of({ starts, links }: ByEnd, id: string): CollectedLink[] {
    const end = this.#numbers.get(id);
    if (end === undefined) return [];
    return Array.from(links.subarray(starts[end], starts[end + 1]), link => this.#links.at(link));
  }
}
