/**
 * The policy of a plant, checked and ready to be asked for routes.
 *
 * @module
 */

import type { Protocol } from '../protocol/protocol.ts';
import { contains, parseAddress } from './address.ts';
import { compile } from './judge/compile.ts';
import type { Guard, PlacedCondition } from './judge/interlock.ts';
import type { Segments } from './judge/segments.ts';
import { TagTable } from './judge/tag-table.ts';
import type { Condition, Conduit, Host, Interlock, Listener, Rule, Tag, Zone } from './model.ts';
import type { Problem } from './problem.ts';
import { Route } from './route.ts';

/** What a policy is made of. */
export interface PolicyParts {
  readonly file: string;
  readonly plant: string;
  /** By the number that operations carry. */
  readonly protocols: readonly Protocol[];
  readonly zones: ReadonlyMap<string, Zone>;
  readonly hosts: ReadonlyMap<string, Host>;
  readonly tags: ReadonlyMap<string, Tag>;
  readonly interlocks: readonly Interlock[];
  readonly conduits: readonly Conduit[];
  readonly rules: readonly Rule[];
  readonly listeners: readonly Listener[];
  readonly warnings: readonly Problem[];
}

export class Policy implements PolicyParts {
  readonly file: string;
  readonly plant: string;
  readonly protocols: readonly Protocol[];
  readonly zones: ReadonlyMap<string, Zone>;
  readonly hosts: ReadonlyMap<string, Host>;
  readonly tags: ReadonlyMap<string, Tag>;
  readonly interlocks: readonly Interlock[];
  readonly conduits: readonly Conduit[];
  readonly rules: readonly Rule[];
  readonly listeners: readonly Listener[];
  /** What is not wrong but wants looking at. */
  readonly warnings: readonly Problem[];
  readonly #tables = new Map<string, TagTable>();
  readonly #guards = new Map<TagTable, readonly (readonly Guard[])[]>();
  /** Tables of routes, for clients that are the same hosts. */
  readonly #compiled = new Map<string, readonly Segments[]>();

  constructor(parts: PolicyParts) {
    this.file = parts.file;
    this.plant = parts.plant;
    this.protocols = parts.protocols;
    this.zones = parts.zones;
    this.hosts = parts.hosts;
    this.tags = parts.tags;
    this.interlocks = parts.interlocks;
    this.conduits = parts.conduits;
    this.rules = parts.rules;
    this.listeners = parts.listeners;
    this.warnings = parts.warnings;
  }

  /** The hosts that an address stands for: the one with the address, and ranges that contain it. */
  hostsAt(address: string): Host[] {
    const parsed = parseAddress(address);
    if (parsed === undefined) return [];
    return [...this.hosts.values()].filter(host => contains(host.network, parsed));
  }

  /** What the client at `clientAddress` may do at the host named `target`. Allocates: ask once a session. */
  route(clientAddress: string, target: string, protocol: string): Route {
    const clients = this.hostsAt(clientAddress);
    const host = this.hosts.get(target);
    const conduits = this.conduits.filter(
      conduit =>
        conduit.protocol.name === protocol &&
        host !== undefined &&
        conduit.to.includes(host) &&
        conduit.from.some(from => clients.includes(from)),
    );
    const spoken = this.protocols.find(p => p.name === protocol);
    const tags = this.#table(host, protocol);
    const key = `${target} ${protocol} ${clients.map(client => client.name).join(' ')}`;
    const verbs = this.#compiled.get(key) ?? compile(clients, host, conduits, tags);
    this.#compiled.set(key, verbs);
    return new Route(clientAddress, clients, target, spoken, conduits, tags, verbs, this.#guardsOf(tags));
  }

  /** What the interlocks require for a write of each tag of the table. */
  #guardsOf(table: TagTable): readonly (readonly Guard[])[] {
    const made =
      this.#guards.get(table) ??
      table.tags.map(tag => this.interlocks.flatMap(one => this.#guardsBy(one, tag)));
    this.#guards.set(table, made);
    return made;
  }

  #guardsBy({ kind, written, needs, age }: Interlock, tag: Tag): Guard[] {
    return written.flatMap((condition, i) => {
      if (condition.tag !== tag) return [];
      const trigger = condition.op === undefined ? undefined : condition;
      const others = kind === 'not both' ? [written[1 - i]!] : needs;
      return [{ trigger, needs: others.map(one => this.#place(one)), holds: kind === 'only when', age }];
    });
  }

  #place(condition: Condition): PlacedCondition {
    const { tag } = condition;
    const table = this.#table(tag.host, tag.protocol.name);
    return { condition, protocol: this.protocols.indexOf(tag.protocol), table, slot: table.slot(tag) };
  }

  /** The one table of the host and protocol, which all routes to it and its state share. */
  #table(host: Host | undefined, protocol: string): TagTable {
    const key = `${host?.name ?? ''} ${protocol}`;
    const made = this.#tables.get(key);
    if (made !== undefined) return made;
    const tags = [...this.tags.values()].filter(tag => tag.host === host && tag.protocol.name === protocol);
    const stepped = new Set<Tag>();
    for (const rule of this.rules) {
      for (const { tag, limit } of rule.objects) {
        if (tag !== undefined && limit !== undefined && limit.limit.step !== Number.POSITIVE_INFINITY)
          stepped.add(tag);
      }
    }
    for (const { written, needs } of this.interlocks) {
      for (const { tag } of [...written, ...needs]) stepped.add(tag);
    }
    const table = new TagTable(tags, stepped);
    this.#tables.set(key, table);
    return table;
  }
}
