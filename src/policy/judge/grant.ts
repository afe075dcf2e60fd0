/**
 * A grant: one object of one rule, as the judge looks at it. Denials are grants of nothing.
 *
 * @module
 */

import type { Operation } from '../../operation/operation.ts';
import type { Limit } from '../limit.ts';
import type { Rate } from '../model.ts';
import type { ValueForm } from '../value-form.ts';

/** The stronger first: lists of grants are in this order. */
export const Rank = { deny: 0, alert: 1, allow: 2 } as const;
export type Rank = (typeof Rank)[keyof typeof Rank];

export class Grant {
  readonly rule: number;
  readonly rank: Rank;
  readonly stations: Int32Array;
  /** Kinds of message in which the function code is meant; none where it means one thing only. */
  readonly kinds: Int32Array;
  /** Function code and sub-function, or -1 for any. */
  readonly code: number;
  readonly subcode: number;
  /** Speaks of functions of a vendor's own too. */
  readonly vendor: boolean;
  /** Bits of its space; 0 and 0 for anything. */
  readonly from: number;
  readonly to: number;
  /** What values may be, at each place of the form's width; undefined where any. */
  readonly form: ValueForm | undefined;
  readonly limit: Limit | undefined;
  /** The tag's slot in the table of tags, where a step of the rule needs its last value; else -1. */
  readonly slot: number;
  readonly rate: Rate | undefined;
  /** Stands for the session set-up that another grant needs. */
  readonly session: boolean;
  readonly permit: boolean;

  constructor(fields: {
    rule: number;
    rank: Rank;
    stations: Int32Array;
    kinds: Int32Array;
    code: number;
    subcode: number;
    vendor: boolean;
    from: number;
    to: number;
    form: ValueForm | undefined;
    limit: Limit | undefined;
    slot: number;
    rate: Rate | undefined;
    session: boolean;
    permit: boolean;
  }) {
    this.rule = fields.rule;
    this.rank = fields.rank;
    this.stations = fields.stations;
    this.kinds = fields.kinds;
    this.code = fields.code;
    this.subcode = fields.subcode;
    this.vendor = fields.vendor;
    this.from = fields.from;
    this.to = fields.to;
    this.form = fields.form;
    this.limit = fields.limit;
    this.slot = fields.slot;
    this.rate = fields.rate;
    this.session = fields.session;
    this.permit = fields.permit;
  }
}

/** True where the grant speaks of this station. */
export function reachesStation(grant: Grant, station: number): boolean {
  const { stations } = grant;
  for (let i = 0; i < stations.length; i++) if (stations[i] === station) return true;
  return false;
}

/** True where the grant speaks of the operation's function; `vendor` has 1 for rows of a vendor's own. */
export function namesFunction(grant: Grant, op: Operation, vendor: Uint8Array): boolean {
  if (grant.code < 0) return grant.vendor || vendor[op.fn] === 0;
  if (grant.code !== op.code || (grant.subcode >= 0 && grant.subcode !== op.subcode)) return false;
  const { kinds } = grant;
  for (let i = 0; i < kinds.length; i++) if (kinds[i] === op.kind) return true;
  return kinds.length === 0;
}
