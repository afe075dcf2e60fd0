/**
 * Readings of a policy's tags from operations: whoever is answered a read has read the tags in it, and a write that the
 * device confirms is a command.
 *
 * @module
 */

import { type Operation, Outcome, Phase, type Sink } from '../operation/operation.ts';
import { Verb } from '../operation/verb.ts';
import { isSingle } from '../policy/address.ts';
import { givenValue } from '../policy/judge/op-values.ts';
import type { Tag } from '../policy/model.ts';
import type { Policy } from '../policy/policy.ts';
import { toNumber } from '../policy/ratio.ts';
import type { TagInfo } from '../process/profile.ts';

/** Pairs of which it is remembered who they are; with more, all are looked up anew. */
const MOST_PAIRS = 1 << 14;
/** The station of an operation whose message does not tell it. */
const UNKNOWN = -1;

/** Who is told of readings and commands. */
export interface Receiver {
  observe(tag: string, time: number, value: number, source: string): void;
  command(tag: string, time: number, value: number): void;
}

/** Whose operation it is. */
interface Parties {
  readonly session: {
    readonly clientAddress: string;
    readonly serverAddress: string;
    /** Name of the server's host in the policy, where it is known otherwise than by its address. */
    readonly serverHost?: string;
  };
}

/** A tag with its scaling as numbers. */
interface Scaled {
  readonly tag: Tag;
  readonly unit: number;
  readonly scale: number;
  readonly offset: number;
}

/** What is known of a client and a server. */
interface Pair {
  readonly client: string;
  /** Tags of the server, by protocol, station, space and area. */
  readonly tags: ReadonlyMap<string, readonly Scaled[]>;
}

export class ReadingsOf implements Sink {
  readonly #policy: Policy;
  readonly #current: Parties;
  readonly #to: Receiver;
  readonly #pairs = new Map<string, Pair>();

  constructor(policy: Policy, current: Parties, to: Receiver) {
    this.#policy = policy;
    this.#current = current;
    this.#to = to;
  }

  operation(op: Operation): void {
    if (op.valueLength === 0 || op.phase === Phase.request || op.outcome === Outcome.failed) return;
    const command = op.verb === Verb.write || op.verb === Verb.operate;
    if (!command && op.verb !== Verb.read && op.verb !== Verb.report) return;
    const pair = this.#pair();
    const tags = pair.tags.get(`${op.protocol} ${op.station} ${op.space} ${op.area}`);
    if (tags === undefined) return;
    for (const { tag, unit, scale, offset } of tags) {
      const raw = givenValue(op, unit, tag.form, tag.range.from);
      if (raw === undefined) continue;
      const value = raw * scale + offset;
      if (command) this.#to.command(tag.name, op.time, value);
      else this.#to.observe(tag.name, op.time, value, pair.client);
    }
  }

  #pair(): Pair {
    const { clientAddress: client, serverAddress: server, serverHost } = this.#current.session;
    const key = `${client} ${serverHost ?? server}`;
    const known = this.#pairs.get(key);
    if (known !== undefined) return known;
    const policy = this.#policy;
    const name = (address: string) => policy.hostsAt(address).find(({ network }) => isSingle(network))?.name;
    const tags = new Map<string, Scaled[]>();
    const host = serverHost ?? name(server);
    const own = [...policy.tags.values()].filter(tag => tag.host.name === host);
    for (const tag of own) {
      const { space, area } = tag.range;
      const protocol = policy.protocols.indexOf(tag.protocol);
      const unit = tag.protocol.spaces[space]!.bits;
      const scale = toNumber(tag.scaling.scale);
      const offset = toNumber(tag.scaling.offset);
      // A capture that begins within a connection does not tell the station; it is known where there is only one.
      const alone = own.every(one => one.protocol !== tag.protocol || one.station === tag.station);
      for (const station of alone ? [tag.station, UNKNOWN] : [tag.station]) {
        const place = `${protocol} ${station} ${space} ${area}`;
        tags.set(place, [...(tags.get(place) ?? []), { tag, unit, scale, offset }]);
      }
    }
    const pair = { client: name(client) ?? client, tags };
    if (this.#pairs.size >= MOST_PAIRS) this.#pairs.clear();
    this.#pairs.set(key, pair);
    return pair;
  }
}

/** A policy's tags as the process room knows them. */
export function tagInfos(policy: Policy): TagInfo[] {
  return [...policy.tags.values()].map(({ name, unit, written, host, protocol, station }) => {
    const range = written?.range;
    return {
      name,
      unit,
      ...(range === undefined ? {} : { range: [toNumber(range[0]), toNumber(range[1])] as const }),
      at: { server: host.name, protocol: protocol.name, station: protocol.stations.format(station) },
    };
  });
}
