/**
 * The judge. Every operation of a message is decided, in the order of its items, before a byte of the message
 * moves; once the message went on each is committed, and once the answer went back each is settled.
 *
 * {@link decide} changes nothing that a later message could notice and allocates nothing. (In `state` it keeps a
 * draft of the message's earlier items, so that neither a rate nor a step can be got around by packing several
 * operations into one message; the first item of a message clears it.)
 *
 * @module
 */

import { Anomaly, MALFORMED } from '../operation/anomaly.ts';
import { type Operation, Outcome, Phase } from '../operation/operation.ts';
import { Side } from '../operation/side.ts';
import { VERBS, Verb, VerbGroup } from '../operation/verb.ts';
import { decision, reasonOf, ruleOf, Verdict, verdictOf } from './decision.ts';
import { type Grant, namesFunction, Rank, reachesStation } from './judge/grant.ts';
import { checkGuard } from './judge/interlock.ts';
import { valueGiven } from './judge/op-values.ts';
import { holds, type Limit } from './limit.ts';
import { Reason } from './reasons.ts';
import type { Route } from './route.ts';
import type { PolicyState } from './state.ts';
import type { ValueForm } from './value-form.ts';

/** By verb: 1 where it can change values. */
const CHANGES = Uint8Array.from(VERBS, ({ verb, group }) =>
  group === VerbGroup.session || group === VerbGroup.observe || verb === Verb.fileread || verb === Verb.upload
    ? 0
    : 1,
);

/** By verb: 1 where limits on values hold. A program that is loaded or deleted has rules of its own. */
const LIMITED = Uint8Array.from(VERBS, ({ verb, group }) =>
  group === VerbGroup.program ? 0 : CHANGES[verb]!,
);

/** By verb: 1 where a program is exchanged, begun or ended, which sets values anew: those known before are no longer. */
const RESETS = Uint8Array.from(VERBS, ({ verb, group }) =>
  group === VerbGroup.state || group === VerbGroup.program ? CHANGES[verb]! : 0,
);

/** The value that the operation gives to the place that is looked at. */
const GIVEN = new Float64Array(1);

const GRANTED = decision(Verdict.allow, Reason.granted, -1);

/** Whether the operation may pass, and why: see `verdictOf`, `reasonOf`, `ruleOf`. */
export function decide(route: Route, state: PolicyState, op: Operation): number {
  if ((op.anomalies & MALFORMED) !== 0) return decision(Verdict.deny, Reason.malformed, -1);
  // What a client answers may be a block that the controller fetches: that is decided like a request.
  if (op.phase === Phase.response && (op.side === Side.server || route.carries[op.fn] === 0)) {
    const asked = (op.anomalies & (Anomaly.unsolicited | Anomaly.mismatch)) === 0;
    return asked ? decision(Verdict.allow, Reason.answer, -1) : decision(Verdict.deny, Reason.unasked, -1);
  }
  if ((op.anomalies & Anomaly.opaque) !== 0) {
    return decision(route.opaque.includes(op.station) ? Verdict.allow : Verdict.deny, Reason.opaque, -1);
  }
  const now = state.tick(op);
  const message = state.begin(op.item);
  // From the first request on, answers are read for what they tell of these tags.
  state.known(op.protocol, route.tags, route.units);
  const granted = decideGrants(route, state, op, now, message);
  if (verdictOf(granted) === Verdict.deny || LIMITED[op.verb] === 0) return granted;
  const reason = checkTags(route, state, op, message);
  return reason === Reason.granted ? granted : decision(Verdict.deny, reason, ruleOf(granted));
}

/** Remembers an operation of a message that was passed on: rates, and values on their way. */
export function commit(route: Route, state: PolicyState, op: Operation, _decision: number): void {
  if (op.phase === Phase.response) return;
  const now = state.tick(op);
  const serial = state.next();
  const segments = route.verbs[op.verb]!;
  const unit = unitOf(route, op);
  if (unit === 0) {
    countRates(route, state, op, segments.unplaced, now, serial);
  } else {
    const end = (op.address + op.extent) * unit;
    countRates(route, state, op, segments.rest, now, serial);
    for (
      let i = segments.find(op.space, op.area, op.address * unit);
      segments.from(i, op.space, op.area) < end;
      i++
    ) {
      countRates(route, state, op, segments.grants(i), now, serial);
    }
  }
  if (RESETS[op.verb] === 1) forget(route, state, op);
  else if (CHANGES[op.verb] === 1 && unit !== 0) remember(route, state, op, unit, now);
}

/**
 * Learns from an operation of an answer that was passed back: values read, and writes confirmed. Nothing where it is
 * doubtful which request is answered: what an earlier one read or did says nothing of the value now.
 */
export function settle(state: PolicyState, op: Operation): void {
  const tags = state.tables[op.protocol];
  const known = state.values[op.protocol];
  if (tags === undefined || known === undefined || (op.anomalies & Anomaly.duplicate) !== 0) return;
  // Only the controller knows its values.
  if (op.side !== Side.server || op.phase === Phase.request || op.extent === 0) return;
  const unit = state.units[op.protocol]![op.space] ?? 0;
  const writes = CHANGES[op.verb] === 1;
  if (unit === 0 || (!writes && op.outcome === Outcome.failed)) return;
  const now = state.tick(op);
  const first = op.address * unit;
  const end = first + op.extent * unit;
  for (let s = 0; s < tags.stations.length; s++) {
    if (tags.stations[s] !== op.station) continue;
    const last = tags.starts[s + 1]!;
    for (let i = tags.find(tags.starts[s]!, last, op.space, op.area, first); i < last; i++) {
      if (!tags.touches(i, op.space, op.area, end)) break;
      if (tags.tracked[i] === 0) continue;
      valueGiven(op, unit, tags.forms[i]!, tags.froms[i]!, GIVEN);
      if (writes) known.answered(i, GIVEN, op.outcome === Outcome.ok, now);
      else if (!Number.isNaN(GIVEN[0]!)) known.read(i, GIVEN, now);
    }
  }
}

/** Every bit of the operation's object must be granted; of several segments' grants the weakest verdict counts. */
function decideGrants(
  route: Route,
  state: PolicyState,
  op: Operation,
  now: Float64Array,
  message: number,
): number {
  const segments = route.verbs[op.verb]!;
  const unit = unitOf(route, op);
  if (unit === 0) return judge(route, state, op, segments.unplaced, unit, now, message);
  const end = (op.address + op.extent) * unit;
  let at = op.address * unit;
  let i = segments.find(op.space, op.area, at);
  let result = GRANTED;
  let first = true;
  while (at < end) {
    const from = segments.from(i, op.space, op.area);
    const inside = from <= at;
    const found = judge(route, state, op, inside ? segments.grants(i) : segments.rest, unit, now, message);
    const verdict = verdictOf(found);
    // A permit can lift this one, but none that another part of the object meets with.
    if (verdict === Verdict.deny && reasonOf(found) !== Reason.permit) return found;
    if (first || verdict < verdictOf(result)) result = found;
    first = false;
    at = inside ? segments.to(i++) : from;
  }
  return result;
}

/** What a list of grants, the stronger first, says of the operation. */
function judge(
  route: Route,
  state: PolicyState,
  op: Operation,
  grants: readonly Grant[],
  unit: number,
  now: Float64Array,
  message: number,
): number {
  let reason: Reason = route.reason;
  let rule = -1;
  let permit = -1;
  for (let i = 0; i < grants.length; i++) {
    const grant = grants[i]!;
    if (!namesFunction(grant, op, route.vendor)) continue;
    const here = reachesStation(grant, op.station);
    if (grant.rank === Rank.deny) {
      // A denial at one station also denies what is said to all of them.
      if (!here && op.station !== route.broadcast) continue;
      if (!deniesValues(route, state, op, grant, unit, message)) continue;
      if (!grant.permit) return decision(Verdict.deny, Reason.denied, grant.rule);
      if (permit < 0) permit = grant.rule;
      continue;
    }
    // Denials come first: none of them is one that a permit cannot lift.
    if (permit >= 0) break;
    let failed: Reason = here ? grantsValues(route, state, op, grant, unit, message) : Reason.station;
    if (failed === Reason.granted && grant.permit) failed = Reason.permit;
    if (failed === Reason.granted) {
      const window = grant.rate === undefined ? undefined : state.windows[grant.rule];
      if (window === undefined || window.admits(now, message, op.item)) {
        const verdict = grant.rank === Rank.alert ? Verdict.alert : Verdict.allow;
        return decision(verdict, grant.session ? Reason.session : Reason.granted, grant.rule);
      }
      failed = Reason.rate;
    }
    // Told is the rule that came nearest to allowing it: reasons are numbered in that order.
    if (failed > reason) {
      reason = failed;
      rule = grant.rule;
    }
  }
  return permit < 0 ? decision(Verdict.deny, reason, rule) : decision(Verdict.deny, Reason.permit, permit);
}

/** Are the values that the operation gives to a grant's object those that it allows? Every one must be. */
function grantsValues(
  route: Route,
  state: PolicyState,
  op: Operation,
  grant: Grant,
  unit: number,
  message: number,
): Reason {
  const { limit, form } = grant;
  if (limit === undefined || form === undefined) return Reason.granted;
  if (unit === 0) return Reason.partial;
  const end = placesEnd(grant, form, op, unit);
  for (let place = placesStart(grant, form, op, unit); place < end; place += form.bits) {
    const reason = checkValue(route, state, op, limit, form, place, unit, grant.slot, message);
    if (reason !== Reason.granted) return reason;
  }
  return Reason.granted;
}

/** Is one of the values those that a denial names? One that is not known may be. */
function deniesValues(
  route: Route,
  state: PolicyState,
  op: Operation,
  grant: Grant,
  unit: number,
  message: number,
): boolean {
  const { limit, form } = grant;
  if (limit === undefined || form === undefined || unit === 0) return true;
  const end = placesEnd(grant, form, op, unit);
  for (let place = placesStart(grant, form, op, unit); place < end; place += form.bits) {
    if (checkValue(route, state, op, limit, form, place, unit, -1, message) !== Reason.range) return true;
  }
  return false;
}

/** A tag is one place, which the operation may touch in part; of a range of units, those that it touches count. */
function placesStart(grant: Grant, form: ValueForm, op: Operation, unit: number): number {
  const from = op.address * unit;
  return grant.to - grant.from === form.bits || grant.from > from ? grant.from : from;
}

function placesEnd(grant: Grant, form: ValueForm, op: Operation, unit: number): number {
  const to = (op.address + op.extent) * unit;
  return grant.to - grant.from === form.bits || grant.to < to ? grant.to : to;
}

/** Is the value that the operation gives to the place within the limit? `slot` is the tag's, where a step matters. */
function checkValue(
  route: Route,
  state: PolicyState,
  op: Operation,
  limit: Limit,
  form: ValueForm,
  place: number,
  unit: number,
  slot: number,
  message: number,
): Reason {
  if (!valueGiven(op, unit, form, place, GIVEN)) return Reason.partial;
  if (!holds(limit, GIVEN)) return Reason.range;
  if (slot < 0 || limit.step === Number.POSITIVE_INFINITY) return Reason.granted;
  const known = state.known(op.protocol, route.tags, route.units);
  const small = known.isStep(slot, message, GIVEN, limit);
  if (small === undefined) return Reason.lastUnknown;
  return small ? Reason.granted : Reason.step;
}

/** A change of a tag keeps to the tag's limits, whichever rule grants it and however it is addressed. */
function checkTags(route: Route, state: PolicyState, op: Operation, message: number): Reason {
  const { tags } = route;
  if (tags.count === 0) return Reason.granted;
  const unit = unitOf(route, op);
  const first = op.address * unit;
  const end = first + op.extent * unit;
  for (let s = 0; s < tags.stations.length; s++) {
    if (tags.stations[s] !== op.station && op.station !== route.broadcast) continue;
    // Without an address it may be any of the tags; only what changes values is meant.
    if (unit === 0) {
      if (op.verb === Verb.write || op.verb === Verb.operate) return Reason.partial;
      continue;
    }
    const last = tags.starts[s + 1]!;
    for (let i = tags.find(tags.starts[s]!, last, op.space, op.area, first); i < last; i++) {
      if (!tags.touches(i, op.space, op.area, end)) break;
      const reason = checkTag(route, state, op, i, unit, message);
      if (reason !== Reason.granted) return reason;
    }
  }
  return Reason.granted;
}

function checkTag(
  route: Route,
  state: PolicyState,
  op: Operation,
  slot: number,
  unit: number,
  message: number,
): Reason {
  const { tags } = route;
  const limit = tags.limits[slot];
  const form = tags.forms[slot]!;
  const place = tags.froms[slot]!;
  if (limit !== undefined) {
    const reason = checkValue(route, state, op, limit, form, place, unit, slot, message);
    if (reason !== Reason.granted) return reason;
  }
  if (tags.tracked[slot] === 0) return Reason.granted;
  valueGiven(op, unit, form, place, GIVEN);
  const guards = route.guards[slot]!;
  const now = state.tick(op);
  for (let i = 0; i < guards.length; i++) {
    const reason = checkGuard(guards[i]!, state, GIVEN, now, message);
    if (reason !== Reason.granted) return reason;
  }
  // One that cannot be known leaves the tag unknown for the rest of the message.
  state.known(op.protocol, route.tags, route.units).drafted(slot, message, GIVEN);
  return Reason.granted;
}

/** Puts the values that the operation writes to tracked tags on their way. */
function remember(route: Route, state: PolicyState, op: Operation, unit: number, now: Float64Array): void {
  const { tags } = route;
  if (tags.count === 0) return;
  const known = state.known(op.protocol, tags, route.units);
  const first = op.address * unit;
  const end = first + op.extent * unit;
  for (let s = 0; s < tags.stations.length; s++) {
    if (tags.stations[s] !== op.station && op.station !== route.broadcast) continue;
    const last = tags.starts[s + 1]!;
    for (let i = tags.find(tags.starts[s]!, last, op.space, op.area, first); i < last; i++) {
      if (!tags.touches(i, op.space, op.area, end)) break;
      if (tags.tracked[i] === 0) continue;
      valueGiven(op, unit, tags.forms[i]!, tags.froms[i]!, GIVEN);
      known.sent(i, GIVEN, op.flow, now);
    }
  }
}

/** What the tags of the station hold is not known any more. */
function forget(route: Route, state: PolicyState, op: Operation): void {
  const { tags } = route;
  if (tags.count === 0) return;
  const known = state.known(op.protocol, tags, route.units);
  for (let s = 0; s < tags.stations.length; s++) {
    if (tags.stations[s] !== op.station && op.station !== route.broadcast) continue;
    for (let i = tags.starts[s]!; i < tags.starts[s + 1]!; i++) known.forget(i);
  }
}

/** Counts the operation for every rule with a rate that speaks of it, whether or not another rule let it pass. */
function countRates(
  route: Route,
  state: PolicyState,
  op: Operation,
  grants: readonly Grant[],
  now: Float64Array,
  serial: number,
): void {
  for (let i = 0; i < grants.length; i++) {
    const grant = grants[i]!;
    if (grant.rate === undefined || !namesFunction(grant, op, route.vendor)) continue;
    if (reachesStation(grant, op.station) || op.station === route.broadcast) {
      state.windows[grant.rule]?.count(now, serial);
    }
  }
}

/** Bits of one address of the operation's object, or 0 where it has no address. */
function unitOf(route: Route, op: Operation): number {
  return op.extent > 0 ? (route.units[op.space] ?? 0) : 0;
}
