/**
 * Why an operation is decided as it is: the way from the client to the deciding rule, for people and as data.
 *
 * @module
 */

import { type Operation, Outcome, Phase } from '../operation/operation.ts';
import { Side } from '../operation/side.ts';
import { VERBS, Verb } from '../operation/verb.ts';
import type { ObjectRange } from '../protocol/protocol.ts';
import { decide, settle } from './decide.ts';
import { reasonOf, ruleOf, VERDICTS, Verdict, verdictOf } from './decision.ts';
import { allowed, describeDecision, interlocksOf, stepOf, tagsOf } from './describe.ts';
import { isNumbered } from './function-number.ts';
import { givenValue } from './judge/op-values.ts';
import { within } from './limit.ts';
import type { Rule, Tag } from './model.ts';
import type { Policy } from './policy.ts';
import { overlaps } from './read/objects.ts';
import { REASON_NAMES, REASONS } from './reasons.ts';
import type { Route } from './route.ts';
import type { PolicyState } from './state.ts';

/** What a rule of the operation's verb, or about its function, says of it. */
export interface RuleOpinion {
  readonly line: number;
  readonly rule: string;
  readonly opinion: string;
  readonly decides: boolean;
}

export interface Explanation {
  readonly verdict: (typeof VERDICTS)[number];
  readonly reason: string;
  /** The decision in a sentence. */
  readonly sentence: string;
  readonly client: string;
  readonly hosts: readonly string[];
  readonly target: string;
  readonly protocol: string;
  readonly station: string;
  readonly verb: string;
  /** The object as policies write it, and in the numbering that engineers know; '' where there is none. */
  readonly object: string;
  readonly alias: string;
  readonly tags: readonly string[];
  /** Interlocks that speak of a write of one of the tags. */
  readonly interlocks: readonly string[];
  readonly conduits: readonly string[];
  readonly rules: readonly RuleOpinion[];
}

/** Decides an operation and tells all that had a part in it. */
export function explain(policy: Policy, route: Route, state: PolicyState, op: Operation): Explanation {
  const packed = decide(route, state, op);
  const protocol = route.protocol;
  const range = protocol && rangeOf(op, protocol.spaces[op.space]?.bits ?? 0);
  const rules = route.conduits.flatMap(conduit => conduit.rules).filter(rule => concerns(rule, op));
  const touched = tagsOf(policy, op, undefined, route);
  return {
    verdict: VERDICTS[verdictOf(packed)]!,
    reason: REASON_NAMES[reasonOf(packed)]!,
    sentence: describeDecision(policy, packed, op, route),
    client: route.client,
    hosts: route.clients,
    target: route.target,
    protocol: protocol?.name ?? '',
    station: protocol?.stations.format(op.station) ?? String(op.station),
    verb: VERBS[op.verb]!.name,
    object: protocol?.objects.format(op) ?? '',
    alias: range === undefined ? '' : protocol!.objects.alias(range),
    tags: touched.map(tag => describeTag(tag, op)),
    interlocks: interlocksOf(policy, touched).map(
      ({ line, text, age }) => `line ${line}: ${text} (age ${age}s)`,
    ),
    conduits: route.conduits.map(
      c =>
        `line ${c.line}: ${c.reason} (owner ${c.owner}, review ${c.review}, refuse ${c.refuse ?? 'answer'})`,
    ),
    rules: rules.map(rule => {
      const decides = rule.index === ruleOf(packed);
      const opinion = opinionOf(rule, route, op, range);
      const denied = decides && verdictOf(packed) === Verdict.deny && opinion.startsWith('allows it');
      const but = denied ? `, but ${REASONS[REASON_NAMES[reasonOf(packed)]!]}` : '';
      return { line: rule.line, rule: rule.text, opinion: `${opinion}${but}`, decides };
    }),
  };
}

/** Lets the state know a value as though the client had just read it. `op` carries it, and is changed. */
export function learn(route: Route, state: PolicyState, op: Operation): void {
  op.side = Side.server;
  op.verb = Verb.read;
  op.phase = Phase.response;
  op.outcome = Outcome.ok;
  state.known(op.protocol, route.tags, route.units);
  settle(state, op);
}

/** An explanation as lines of text. */
export function formatExplanation(e: Explanation): string {
  const hosts = e.hosts.length > 0 ? e.hosts.join(', ') : 'no host of the policy';
  const lines = [
    e.sentence,
    '',
    `  from      ${e.client} (${hosts})`,
    `  to        ${e.target}, ${e.protocol}, station ${e.station}`,
    `  operation ${e.verb}${e.object === '' ? '' : ` ${e.object}`}${e.alias === '' ? '' : ` (${e.alias} in the one-based numbering)`}`,
    ...e.tags.map(tag => `  tag       ${tag}`),
    ...e.interlocks.map(interlock => `  interlock ${interlock}`),
    ...(e.conduits.length > 0 ? e.conduits : ['none leads there']).map(conduit => `  conduit   ${conduit}`),
    ...e.rules.map(r => `  ${r.decides ? '→' : ' '} line ${r.line}: ${r.rule}: ${r.opinion}`),
  ];
  if (e.rules.length === 0 && e.conduits.length > 0)
    lines.push(`    no rule of these speaks of ${e.verb}; what is not written is denied`);
  return lines.join('\n');
}

function rangeOf(op: Operation, unit: number): ObjectRange | undefined {
  if (unit === 0 || op.extent === 0) return undefined;
  const from = op.address * unit;
  return { space: op.space, area: op.area, from, to: from + op.extent * unit, sized: true };
}

function concerns(rule: Rule, op: Operation): boolean {
  if (rule.numbered !== undefined) return isNumbered(rule.numbered, op);
  if (op.verb === Verb.connect) return rule.list !== 'deny' || rule.verb === op.verb;
  return rule.verb === op.verb;
}

/** Where the rule and the operation part, in the order in which one would ask. */
function opinionOf(rule: Rule, route: Route, op: Operation, range: ObjectRange | undefined): string {
  const { protocol, stations } = rule.conduit;
  if (rule.from !== undefined && !rule.from.some(host => route.clients.includes(host.name))) {
    return `not for ${route.clients.join(', ')}`;
  }
  if (!stations.includes(op.station)) {
    return `for station ${stations.map(s => protocol.stations.format(s)).join(', ')} only`;
  }
  if (!rule.vendor && protocol.functions[op.fn]?.vendor) {
    return "not for functions of a vendor's own, which are allowed by number";
  }
  if (rule.verb === undefined && op.verb === Verb.download && rule.list !== 'deny') {
    return 'for no downloads, which have a key of the conduit';
  }
  if (rule.verb !== undefined && rule.verb !== op.verb) return 'allows the session that it needs';
  const objects = rule.objects.filter(({ tag }) => tag === undefined || tag.host.name === route.target);
  const met = objects.filter(
    object => object.range === undefined || (range !== undefined && overlaps(object.range, range)),
  );
  if (met.length === 0) return range === undefined ? 'for named objects only' : 'for other objects';
  for (const { tag, limit } of met) {
    if (tag === undefined || limit === undefined) continue;
    const unit = protocol.spaces[op.space]!.bits;
    if (!within(limit.limit, givenValue(op, unit, tag.form, tag.range.from) ?? Number.NaN))
      return `for values within ${allowed(tag, limit.limit)}`;
  }
  const covered = met.some(
    ({ range: r }) => r === undefined || (range !== undefined && r.from <= range.from && r.to >= range.to),
  );
  const part = covered ? '' : ' (a part of it)';
  if (rule.list === 'deny') return rule.permit ? 'needs a permit' : 'denies it';
  return `allows it${part}${rule.list === 'alert' ? ', with an alert' : ''}${rule.rate === undefined ? '' : `, ${rule.rate.text} at most`}`;
}

function describeTag(tag: Tag, op: Operation): string {
  const { form, limit } = tag;
  const unit = tag.protocol.spaces[op.space]?.bits ?? 0;
  const parts = [`${tag.name}: ${form.type} at ${tag.protocol.objects.formatRange(tag.range)}`];
  if (limit !== undefined) {
    parts.push(`must be within ${allowed(tag, limit)}`);
    if (limit.step !== Number.POSITIVE_INFINITY) parts.push(`step ${stepOf(tag, limit)}`);
  }
  if (op.valueCount > 0 && givenValue(op, unit, form, tag.range.from) === undefined) {
    parts.push('changed in part');
  }
  return parts.join(', ');
}
