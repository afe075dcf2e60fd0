/**
 * A decision in a sentence for people.
 *
 * @module
 */

import type { Operation } from '../operation/operation.ts';
import { VERBS, VerbGroup } from '../operation/verb.ts';
import type { Protocol } from '../protocol/protocol.ts';
import { reasonOf, ruleOf, Verdict, verdictOf } from './decision.ts';
import { formatFunction } from './function-number.ts';
import { givenValue } from './judge/op-values.ts';
import { engineering, type Limit, within } from './limit.ts';
import type { Interlock, Rule, Tag } from './model.ts';
import type { Policy } from './policy.ts';
import { toNumber } from './ratio.ts';
import { REASON_NAMES, REASONS, Reason } from './reasons.ts';
import type { Route } from './route.ts';

/** Values that a sentence repeats at most. */
const MAX_VALUES = 8;

/**
 * Says what was decided and why: `denied: rotor.speed.setpoint = 1410 Hz is outside 807..1210 Hz (rule line 24)`.
 * With `route` the tags of its controller are named; without it those that the deciding rule can mean.
 */
export function describeDecision(policy: Policy, packed: number, op: Operation, route?: Route): string {
  const rule = policy.rules[ruleOf(packed)];
  const reason = reasonOf(packed);
  const tags = tagsOf(policy, op, rule, route);
  const where = rule === undefined ? '' : ` (rule line ${rule.line})`;
  const verdict = ['denied', 'allowed, with an alert', 'allowed'][verdictOf(packed)]!;
  if (
    reason === Reason.range ||
    reason === Reason.step ||
    reason === Reason.lastUnknown ||
    reason === Reason.partial
  ) {
    const said = describeLimit(op, rule, tags, reason);
    if (said !== undefined) return `${verdict}: ${said}${where}`;
  }
  const interlock =
    reason === Reason.interlock || reason === Reason.interlockUnknown
      ? interlocksOf(policy, tags).map(({ text, line }) => ` (${text}, line ${line})`)
      : [];
  const because =
    verdictOf(packed) === Verdict.deny || reason !== Reason.granted
      ? `: ${REASONS[REASON_NAMES[reason]!]}`
      : '';
  return `${verdict}: ${describeOperation(policy, op, tags, rule, route)}${because}${interlock.join('')}${where}`;
}

/** Interlocks that speak of a write of one of the tags. */
export function interlocksOf(policy: Policy, tags: readonly Tag[]): readonly Interlock[] {
  return policy.interlocks.filter(({ written }) => written.some(({ tag }) => tags.includes(tag)));
}

/** The operation as a policy would name it: `write rotor.speed.setpoint = 1210 Hz`. */
function describeOperation(
  policy: Policy,
  op: Operation,
  tags: readonly Tag[],
  rule: Rule | undefined,
  route: Route | undefined,
): string {
  const protocol = route?.protocol ?? rule?.conduit.protocol ?? policy.protocols[op.protocol];
  const row = protocol?.functions[op.fn];
  const verb = VERBS[op.verb]!.name;
  const number = `function ${formatFunction(protocol, op)}`;
  const name = verb === 'unknown' ? number : row?.vendor ? `${verb} by ${number}` : verb;
  const [tag, another] = tags;
  const unit = protocol?.spaces[op.space]?.bits ?? 0;
  const given = givesValues(op);
  if (tag !== undefined && another === undefined && tag.range.to - tag.range.from === op.extent * unit) {
    const raw = given ? rawOf(op, tag) : Number.NaN;
    const value = Number.isNaN(raw) ? '' : ` = ${withUnit(tag, raw)}`;
    return `${name} ${tag.name}${tag.station === op.station ? '' : stationOf(protocol, op)}${value}`;
  }
  const station = stationOf(protocol, op);
  const object = protocol?.objects.format(op) || op.name();
  if (object === '') return `${name}${row === undefined || op.fn === 0 ? '' : ` (${row.name})`}${station}`;
  if (!given || op.valueCount === 0) return `${name} ${object}${station}`;
  const values: string[] = [];
  for (let i = 0; i < Math.min(op.valueCount, MAX_VALUES); i++) values.push(String(op.value(i)).slice(0, 40));
  return `${name} ${object}${station} = ${values.join(', ')}${op.valueCount > MAX_VALUES ? ', …' : ''}`;
}

/** Are the values that the operation carries values of its object? Those of other verbs are settings and content. */
function givesValues({ verb }: Operation): boolean {
  const { group } = VERBS[verb]!;
  return group === VerbGroup.control || group === VerbGroup.file;
}

/** ` of unit 2`, where it is not the station that is meant where none is named. */
function stationOf(protocol: Protocol | undefined, op: Operation): string {
  if (protocol === undefined || op.station === protocol.stations.standard) return '';
  return ` of ${protocol.stations.word} ${protocol.stations.format(op.station)}`;
}

/** Which limit of which tag is not kept to. */
function describeLimit(
  op: Operation,
  rule: Rule | undefined,
  tags: readonly Tag[],
  reason: Reason,
): string | undefined {
  for (const tag of tags) {
    const ofRule = rule?.objects.find(object => object.tag === tag)?.limit?.limit;
    for (const limit of [ofRule, tag.limit]) {
      if (limit === undefined) continue;
      const raw = rawOf(op, tag);
      if (reason === Reason.range) {
        if (Number.isNaN(raw) || !within(limit, raw))
          return `${tag.name} = ${withUnit(tag, raw)} is outside ${allowed(tag, limit)}`;
      } else if (reason === Reason.partial) {
        return `${tag.name} is changed in a way that does not tell its new value, which must be within ${allowed(tag, limit)}`;
      } else if (limit.step !== Number.POSITIVE_INFINITY) {
        const step = `one step of ${stepOf(tag, limit)}`;
        if (reason === Reason.step)
          return `${tag.name} = ${withUnit(tag, raw)} is more than ${step} from its last value`;
        return `${tag.name} = ${withUnit(tag, raw)} may change by ${step}, and its last value is not known yet; let the client read it first`;
      }
    }
  }
  return undefined;
}

/** What a limit of a tag allows, in its unit: `807..1210 Hz`. */
export function allowed(tag: Tag, limit: Limit): string {
  const unit = tag.unit === '' ? '' : ` ${tag.unit}`;
  const parts: string[] = [];
  if (limit.values !== undefined) {
    parts.push([...limit.values].map(raw => engineering(tag.form, tag.scaling, raw)).join(', '));
  }
  if (limit.min !== Number.NEGATIVE_INFINITY || limit.max !== Number.POSITIVE_INFINITY) {
    const ends = [limit.min, limit.max].map(raw => engineering(tag.form, tag.scaling, raw));
    if (tag.scaling.scale.n < 0n) ends.reverse();
    parts.push(ends.join('..'));
  }
  return parts.length === 0 ? `what a ${tag.form.type} can be` : `${parts.join(' within ')}${unit}`;
}

/** The step of a limit in the tag's unit. */
export function stepOf(tag: Tag, limit: Limit): string {
  const { n, d } = tag.scaling.scale;
  const step = limit.step * Math.abs(toNumber({ n, d }));
  return `${Number(step.toPrecision(12))}${tag.unit === '' ? '' : ` ${tag.unit}`}`;
}

function withUnit(tag: Tag, raw: number): string {
  return `${engineering(tag.form, tag.scaling, raw)}${tag.unit === '' ? '' : ` ${tag.unit}`}`;
}

function rawOf(op: Operation, tag: Tag): number {
  const unit = tag.protocol.spaces[op.space]?.bits ?? 0;
  return givenValue(op, unit, tag.form, tag.range.from) ?? Number.NaN;
}

/** Tags that the operation touches. */
export function tagsOf(
  policy: Policy,
  op: Operation,
  rule: Rule | undefined,
  route: Route | undefined,
): Tag[] {
  return [...policy.tags.values()].filter(({ host, protocol, station, range }) => {
    if (route === undefined ? !rule?.conduit.to.includes(host) : host.name !== route.target) return false;
    if (protocol !== (route?.protocol ?? rule?.conduit.protocol)) return false;
    if (station !== op.station && op.station !== protocol.stations.broadcast) return false;
    const unit = protocol.spaces[op.space]?.bits ?? 0;
    const first = op.address * unit;
    return (
      op.space === range.space &&
      op.area === range.area &&
      range.from < first + op.extent * unit &&
      first < range.to
    );
  });
}
