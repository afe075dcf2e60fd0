/**
 * The checked policy: what its owner wrote, with names resolved and places kept for messages.
 *
 * @module
 */

import type { Verb } from '../operation/verb.ts';
import type { ObjectRange, Protocol } from '../protocol/protocol.ts';
import type { Network } from './address.ts';
import type { FunctionNumber } from './function-number.ts';
import type { Limit, Scaling, WrittenLimits } from './limit.ts';
import type { ValueForm } from './value-form.ts';

/** A zone of IEC 62443-3-2. */
export interface Zone {
  readonly name: string;
  /** Level of the Purdue model, 0 to 5; undefined where not given. */
  readonly level: number | undefined;
  /** Target security level, 0 to 4; undefined where not given. */
  readonly target: number | undefined;
  readonly hosts: readonly Host[];
  readonly line: number;
}

/** A host, or a group of hosts given as a range of addresses. */
export interface Host {
  readonly name: string;
  readonly zone: string;
  readonly network: Network;
  readonly line: number;
}

/** An engineering name for an object of a host. */
export interface Tag {
  readonly name: string;
  readonly host: Host;
  readonly protocol: Protocol;
  readonly station: number;
  /** Bits that it occupies. */
  readonly range: ObjectRange;
  readonly form: ValueForm;
  readonly scaling: Scaling;
  readonly unit: string;
  /** Limits as written; undefined where there are none. */
  readonly written: WrittenLimits | undefined;
  readonly limit: Limit | undefined;
  readonly line: number;
}

/** How a condition compares. */
export const COMPARISONS = ['<', '<=', '>', '>=', '=', '!='] as const;
export type Comparison = (typeof COMPARISONS)[number];

/** A condition on a tag's value. */
export interface Condition {
  readonly tag: Tag;
  /** Undefined where any value meets it. */
  readonly op: Comparison | undefined;
  /** What it compares with, as the device holds values, perhaps a fraction. */
  readonly raw: number;
  /** As written. */
  readonly text: string;
}

/** What writes of some tags require of other tags' values, whichever conduit they come by. */
export interface Interlock {
  /** `not both`: the two of `written` must not hold together. `only when`: those of `needs` must hold for a write. */
  readonly kind: 'not both' | 'only when';
  readonly written: readonly Condition[];
  readonly needs: readonly Condition[];
  /** Seconds for which a value counts as known. */
  readonly age: number;
  /** As written, on one line. */
  readonly text: string;
  readonly line: number;
}

/** What to do with a denied request. */
export const REFUSALS = ['answer', 'drop', 'reset'] as const;
export type Refuse = (typeof REFUSALS)[number];

/** Lists of rules, the stronger first. */
export const LISTS = ['deny', 'alert', 'allow'] as const;
export type List = (typeof LISTS)[number];

/** One object of a rule: everything, or bits of a space, perhaps of one host and with limits on values. */
export interface RuleObject {
  /** Undefined for `anything`. */
  readonly range: ObjectRange | undefined;
  /** Undefined where the object is not named by a tag. */
  readonly tag: Tag | undefined;
  /** How a value lies at each of the object's places, and what it may be; undefined where any may be written. */
  readonly limit: { readonly form: ValueForm; readonly limit: Limit } | undefined;
}

/** At most `count` operations in any `seconds`. */
export interface Rate {
  readonly count: number;
  readonly seconds: number;
  /** As written. */
  readonly text: string;
}

/** A rule of a conduit. */
export interface Rule {
  /** Position in {@link Policy.rules}. */
  readonly index: number;
  readonly conduit: Conduit;
  readonly list: List;
  /** Undefined for a rule about a function by its number. */
  readonly verb: Verb | undefined;
  /** The function, for a rule about one by its number. */
  readonly numbered: FunctionNumber | undefined;
  /** Undefined where it holds for all that the conduit comes from. */
  readonly from: readonly Host[] | undefined;
  readonly objects: readonly RuleObject[];
  readonly rate: Rate | undefined;
  /** It speaks of functions of a vendor's own too, as denials do, what names them by number, and the key `download`. */
  readonly vendor: boolean;
  /** The rule is what `download: permit` means. */
  readonly permit: boolean;
  /** As written, on one line. */
  readonly text: string;
  readonly line: number;
}

/** A conduit of IEC 62443-3-2: who may do what, how, and why. */
export interface Conduit {
  readonly from: readonly Host[];
  readonly to: readonly Host[];
  readonly protocol: Protocol;
  readonly stations: readonly number[];
  readonly reason: string;
  readonly owner: string;
  /** `YYYY-MM-DD`. */
  readonly review: string;
  /** Undefined where not written: answer. */
  readonly refuse: Refuse | undefined;
  /** Undefined where not written: deny. */
  readonly opaque: 'deny' | 'allow' | undefined;
  readonly rules: Rule[];
  readonly line: number;
}

/** An address to listen on in place of a host. */
export interface Listener {
  readonly address: string;
  readonly port: number;
  /** Name of the host. */
  readonly target: string;
  readonly protocol: Protocol;
  readonly upstream: { readonly address: string; readonly port: number };
  readonly line: number;
}
