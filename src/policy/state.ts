/**
 * What the judge remembers of one controller, for all its sessions together: how often rules were used, and what
 * is known of its tags' values.
 *
 * @module
 */

import type { Operation } from '../operation/operation.ts';
import { KnownValues } from './judge/known-values.ts';
import { RateWindow } from './judge/rate-window.ts';
import type { TagTable } from './judge/tag-table.ts';
import type { Rule, Tag } from './model.ts';

/** Seconds by which a clock must jump back to have been set. */
const SET_BACK = 60;

export class PolicyState {
  /** By index of rule. */
  readonly windows: readonly (RateWindow | undefined)[];
  /** Tags, their values, and the units of the spaces, by index of protocol. */
  readonly tables: (TagTable | undefined)[] = [];
  readonly values: (KnownValues | undefined)[] = [];
  readonly units: Int32Array[] = [];
  #message = 0;
  #serial = 0;
  readonly #clock = new Float64Array(1);
  #last = Number.NaN;
  readonly #rules: readonly Rule[];
  /** What a state before this one knew, by index of protocol, until it is asked for. */
  readonly #before: (Knowledge | undefined)[] = [];

  /**
   * With `before`, the state of the same controller under an older policy: what is known lives on where the rule or
   * the tag still is what it was.
   */
  constructor(policy: { readonly rules: readonly Rule[] }, before?: PolicyState) {
    this.#rules = policy.rules;
    this.windows = policy.rules.map(rule =>
      rule.rate === undefined ? undefined : new RateWindow(rule.rate),
    );
    if (before === undefined) return;
    this.#clock.set(before.#clock);
    this.#last = before.#last;
    const windows = new Map(before.#rules.map((rule, i) => [sameness(rule), before.windows[i]]));
    for (const [i, window] of this.windows.entries()) {
      const old = windows.get(sameness(policy.rules[i]!));
      if (old !== undefined) window?.inherit(old);
    }
    for (let i = 0; i < Math.max(before.tables.length, before.#before.length); i++) {
      const table = before.tables[i];
      const values = before.values[i];
      this.#before[i] = table && values ? { table, values } : before.#before[i];
    }
  }

  /**
   * Seconds that have passed for this controller at the time of `op`, as the one element of an array, which stays the same:
   * V8 boxes a fraction that one function hands to another. Messages a little out of order do not
   * turn it back; a clock that is set back by more goes on from there, so that it neither frees what was used up
   * nor locks what is free.
   */
  tick({ time }: Pick<Operation, 'time'>): Float64Array {
    const passed = time - this.#last;
    if (passed > 0) this.#clock[0]! += passed;
    if (!(passed <= 0 && passed > -SET_BACK)) this.#last = time;
    return this.#clock;
  }

  /** The message being judged; its first item begins a new one. */
  begin(item: number): number {
    if (item === 0) this.#message = (this.#message + 1) & 0x3fff_ffff;
    return this.#message;
  }

  /** A number for the operation being committed. */
  next(): number {
    this.#serial = (this.#serial + 1) & 0x3fff_ffff;
    return this.#serial;
  }

  /** What is known of the tags in `table`; made when first asked for. `units` are those of the protocol's spaces. */
  known(protocol: number, table: TagTable, units: Int32Array): KnownValues {
    const known = this.values[protocol];
    if (known !== undefined && this.tables[protocol] === table) return known;
    const made = new KnownValues(table.count);
    const before = this.#before[protocol];
    if (before !== undefined) inheritValues(made, table, before);
    this.tables[protocol] = table;
    this.values[protocol] = made;
    this.units[protocol] = units;
    return made;
  }
}

/** Tags and what is known of their values. */
interface Knowledge {
  readonly table: TagTable;
  readonly values: KnownValues;
}

function inheritValues(made: KnownValues, table: TagTable, before: Knowledge): void {
  const slots = new Map(before.table.tags.map((tag, slot) => [sameObject(tag), slot]));
  for (const [slot, tag] of table.tags.entries()) {
    const from = slots.get(sameObject(tag));
    // What was not followed then is not known, and what is not followed now may be inherited later, stale.
    if (from === undefined || before.table.tracked[from] === 0 || table.tracked[slot] === 0) continue;
    made.inherit(slot, before.values, from);
  }
}

/** What makes two rules of an old and a new policy the same one. */
function sameness({ conduit, list, text, rate }: Rule): string {
  const { from, to, protocol, stations } = conduit;
  const names = [from, to].map(hosts => hosts.map(host => host.name));
  return JSON.stringify([names, protocol.name, stations, list, text, rate?.count, rate?.seconds]);
}

/** What makes two tags the same object of the same device, read the same way, whatever they are called. */
function sameObject({ host, station, range, form }: Tag): string {
  const { space, area, from, to } = range;
  return JSON.stringify([host.network.text, station, space, area, from, to, form]);
}
