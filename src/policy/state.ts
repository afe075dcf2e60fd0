/**
 * What the judge remembers of one controller, for all its sessions together: how often rules were used, and what
 * is known of its tags' values.
 *
 * @module
 */

import { KnownValues } from './known-values.ts';
import type { Rule } from './model.ts';
import { RateWindow } from './rate-window.ts';
import type { TagTable } from './tag-table.ts';

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
  #clock = 0;
  #last = Number.NaN;

  constructor(policy: { readonly rules: readonly Rule[] }) {
    this.windows = policy.rules.map(rule =>
      rule.rate === undefined ? undefined : new RateWindow(rule.rate),
    );
  }

  /**
   * Seconds that have passed for this controller when the clock shows `time`. Messages a little out of order do not
   * turn it back; a clock that is set back by more goes on from there, so that it neither frees what was used up
   * nor locks what is free.
   */
  tick(time: number): number {
    const passed = time - this.#last;
    if (passed > 0) this.#clock += passed;
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
    this.tables[protocol] = table;
    this.values[protocol] = made;
    this.units[protocol] = units;
    return made;
  }
}
