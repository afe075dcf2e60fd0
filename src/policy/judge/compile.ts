/**
 * Compiles the conduits between a client and a controller into the tables that the judge reads, one for each verb.
 *
 * @module
 */

import { VERBS, Verb } from '../../operation/verb.ts';
import type { Conduit, Host, Rule, RuleObject } from '../model.ts';
import { Grant, Rank } from './grant.ts';
import { Segments, type Span } from './segments.ts';
import type { TagTable } from './tag-table.ts';

/** Tables of all conduits between the clients and the target. */
export function compile(
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
      // What loads programs is not allowed by its number: a conduit says it by `download`.
      const numbered = VERBS.map(v => v.verb).filter(verb => rule.list === 'deny' || verb !== Verb.download);
      const verbs = rule.verb === undefined ? numbered : [rule.verb];
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
  const numbered = session ? undefined : rule.numbered;
  return new Grant({
    rule: rule.index,
    rank: Rank[session ? 'allow' : rule.list],
    stations,
    kinds: Int32Array.from(numbered?.kinds ?? []),
    code: numbered?.code ?? -1,
    subcode: numbered?.subcode ?? -1,
    vendor: rule.vendor,
    from: object.range?.from ?? 0,
    to: object.range?.to ?? 0,
    form: object.limit?.form,
    limit: object.limit?.limit,
    slot: object.tag === undefined ? -1 : tags.slot(object.tag),
    rate: session ? undefined : rule.rate,
    session,
    permit: !session && rule.permit,
  });
}
