/**
 * A route: what one client may do at one controller in one protocol, compiled from all conduits between them into
 * tables that the judge reads.
 *
 * @module
 */

import { VERBS, Verb } from '../operation/verb.ts';
import type { Protocol } from '../protocol/protocol.ts';
import { Grant, Rank } from './grant.ts';
import type { Conduit, Host, Refuse, Rule, RuleObject } from './model.ts';
import { Reason } from './reasons.ts';
import { Segments, type Span } from './segments.ts';
import type { TagTable } from './tag-table.ts';

export class Route {
  readonly client: string;
  /** Names of the policy's hosts that the client's address stands for. */
  readonly clients: readonly string[];
  /** Name of the host it leads to. */
  readonly target: string;
  readonly protocol: Protocol | undefined;
  readonly conduits: readonly Conduit[];
  readonly refuse: Refuse;
  /** Rule of nothing: what hidden content is, `opaque:` says. */
  readonly opaque: 'deny' | 'allow';
  /** Why an operation is denied that no rule speaks of. */
  readonly reason: Reason;
  /** Grants by verb. */
  readonly verbs: readonly Segments[];
  readonly tags: TagTable;
  /** Bits of an address, by space. */
  readonly units: Int32Array;
  /** The station that means all of them, or -1. */
  readonly broadcast: number;

  constructor(
    client: string,
    hosts: readonly Host[],
    targetName: string,
    target: Host | undefined,
    protocol: Protocol | undefined,
    conduits: readonly Conduit[],
    tags: TagTable,
  ) {
    this.client = client;
    this.clients = hosts.map(host => host.name);
    this.target = targetName;
    this.protocol = protocol;
    this.conduits = conduits;
    this.refuse = conduits.find(c => c.refuse !== undefined)?.refuse ?? 'answer';
    const hidden = conduits.map(c => c.opaque).filter(o => o !== undefined);
    this.opaque = hidden.length > 0 && !hidden.includes('deny') ? 'allow' : 'deny';
    this.reason =
      hosts.length === 0 ? Reason.stranger : conduits.length === 0 ? Reason.noConduit : Reason.noRule;
    this.tags = tags;
    this.units = Int32Array.from(protocol?.spaces ?? [], space => space.bits);
    this.broadcast = protocol?.stations.broadcast ?? -1;
    this.verbs = compile(hosts, target, conduits, tags);
  }

  /** True where nothing at all is allowed. */
  get closed(): boolean {
    return this.opaque === 'deny' && this.verbs[Verb.connect]!.rest.every(grant => grant.rank === Rank.deny);
  }
}

function compile(
  hosts: readonly Host[],
  target: Host | undefined,
  conduits: readonly Conduit[],
  tags: TagTable,
): Segments[] {
  const spans: Span[][] = VERBS.map(() => []);
  const rest: Grant[][] = VERBS.map(() => []);
  for (const conduit of conduits) {
    const stations = Int32Array.from(conduit.stations);
    for (const rule of conduit.rules) {
      if (rule.from !== undefined && !rule.from.some(host => hosts.includes(host))) continue;
      if (rule.objects.every(({ tag }) => tag !== undefined && tag.host !== target)) continue;
      const verbs = rule.verb === undefined ? VERBS.map(v => v.verb) : [rule.verb];
      for (const object of rule.objects) {
        if (object.tag !== undefined && object.tag.host !== target) continue;
        const grant = grantOf(rule, object, stations, tags, false);
        for (const verb of verbs) {
          const { range } = object;
          if (range === undefined) rest[verb]!.push(grant);
          else spans[verb]!.push({ grant, space: range.space, area: range.area });
        }
      }
      if (rule.list === 'deny') continue;
      // Whatever is allowed needs its session; who may subscribe may be sent what was subscribed to.
      const anything = { range: undefined, tag: undefined, limit: undefined };
      rest[Verb.connect]!.push(grantOf(rule, anything, stations, tags, true));
      if (rule.verb === Verb.subscribe)
        rest[Verb.report]!.push(grantOf(rule, anything, stations, tags, true));
    }
  }
  return VERBS.map(({ verb }) => new Segments(spans[verb]!, rest[verb]!));
}

function grantOf(
  rule: Rule,
  object: RuleObject,
  stations: Int32Array,
  tags: TagTable,
  session: boolean,
): Grant {
  return new Grant({
    rule: rule.index,
    rank: Rank[session ? 'allow' : rule.list],
    stations,
    code: session ? -1 : rule.code,
    subcode: session ? -1 : rule.subcode,
    from: object.range?.from ?? 0,
    to: object.range?.to ?? 0,
    form: object.limit?.form,
    limit: object.limit?.limit,
    slot: object.tag === undefined ? -1 : tags.tags.indexOf(object.tag),
    rate: session ? undefined : rule.rate,
    session,
    permit: rule.permit,
  });
}
