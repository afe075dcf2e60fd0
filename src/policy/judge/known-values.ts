/**
 * What is known of the values of the tags of one host and protocol: for each, the interval in which its value
 * must lie. A write that is on its way widens the interval; the controller's yes, or a read when no write is on
 * its way, collapses it.
 *
 * @module
 */

import type { Limit } from '../limit.ts';

/** A write without an answer for so many seconds will get none: the next read is believed again. */
const LAPSE = 30;
/** Writes of several sessions are on their way together: which comes last is not known. */
const SEVERAL = -1;
/** A value that is not known. */
const ANY = Float64Array.of(Number.NaN);

export class KnownValues {
  /** NaN where nothing is known. */
  readonly #low: Float64Array;
  readonly #high: Float64Array;
  /** Writes on their way, the time of the last, and the session that sent them. */
  readonly #waiting: Int32Array;
  readonly #since: Float64Array;
  readonly #flow: Int32Array;
  /** When the controller last said what the value is. */
  readonly #confirmed: Float64Array;
  // What the message being judged has written so far.
  readonly #message: Float64Array;
  readonly #messageLow: Float64Array;
  readonly #messageHigh: Float64Array;

  constructor(count: number) {
    this.#low = new Float64Array(count).fill(Number.NaN);
    this.#high = new Float64Array(count).fill(Number.NaN);
    this.#waiting = new Int32Array(count);
    this.#since = new Float64Array(count);
    this.#flow = new Int32Array(count);
    this.#confirmed = new Float64Array(count).fill(Number.NEGATIVE_INFINITY);
    this.#message = new Float64Array(count).fill(-1);
    this.#messageLow = new Float64Array(count);
    this.#messageHigh = new Float64Array(count);
  }

  /** Takes over what `before` knows of the tag in its slot `from`. */
  inherit(slot: number, before: KnownValues, from: number): void {
    this.#low[slot] = before.#low[from]!;
    this.#high[slot] = before.#high[from]!;
    this.#waiting[slot] = before.#waiting[from]!;
    this.#since[slot] = before.#since[from]!;
    this.#flow[slot] = before.#flow[from]!;
    this.#confirmed[slot] = before.#confirmed[from]!;
  }

  /** When the controller last read the value out, or confirmed a write of it; -Infinity where it never did. */
  confirmed(slot: number): number {
    return this.#confirmed[slot]!;
  }

  /** Least value that the tag may have now, NaN where not known. */
  low(slot: number): number {
    return this.#low[slot]!;
  }

  /** Greatest value that the tag may have now, NaN where not known. */
  high(slot: number): number {
    return this.#high[slot]!;
  }

  /** Least value that the message being judged has written, or `value` where it has written none. */
  messageLow(slot: number, message: number, value: number): number {
    return this.#message[slot] === message ? this.#messageLow[slot]! : value;
  }

  messageHigh(slot: number, message: number, value: number): number {
    return this.#message[slot] === message ? this.#messageHigh[slot]! : value;
  }

  /**
   * Is `given[0]` at most a step of the limit from any value that the tag may have, and from those that the message being
   * judged has written? Undefined where it is not known which it may have.
   */
  isStep(slot: number, message: number, given: Float64Array, { step, slack }: Limit): boolean | undefined {
    const value = given[0]!;
    let low = this.#low[slot]!;
    let high = this.#high[slot]!;
    if (Number.isNaN(low) || Number.isNaN(high)) return undefined;
    if (this.#message[slot] === message) {
      low = Math.min(low, this.#messageLow[slot]!);
      high = Math.max(high, this.#messageHigh[slot]!);
    }
    const size = Math.abs(value);
    return (
      Math.abs(low - value) <= step + (Math.abs(low) + size) * slack &&
      Math.abs(high - value) <= step + (Math.abs(high) + size) * slack
    );
  }

  /** The message being judged writes `given[0]`. */
  drafted(slot: number, message: number, given: Float64Array): void {
    const value = given[0]!;
    const first = this.#message[slot] !== message;
    this.#messageLow[slot] = first ? value : Math.min(this.#messageLow[slot]!, value);
    this.#messageHigh[slot] = first ? value : Math.max(this.#messageHigh[slot]!, value);
    this.#message[slot] = message;
  }

  /** A write of `given[0]` (NaN where it cannot be known) went on its way. */
  sent(slot: number, given: Float64Array, flow: number, now: Float64Array): void {
    this.#lapse(slot, now);
    this.#flow[slot] = this.#waiting[slot] === 0 || this.#flow[slot] === flow ? flow : SEVERAL;
    this.#waiting[slot]!++;
    this.#since[slot] = now[0]!;
    this.#widen(slot, given);
  }

  /** The answer to a write of `given[0]` came: done or not. */
  answered(slot: number, given: Float64Array, done: boolean, now: Float64Array): void {
    this.#lapse(slot, now);
    if (this.#waiting[slot]! > 0) this.#waiting[slot]!--;
    if (done) this.#confirmed[slot] = now[0]!;
    // Not done may still mean half done, so a failure leaves the interval as wide as it is.
    if (done && this.#waiting[slot] === 0 && this.#flow[slot] !== SEVERAL) this.#collapse(slot, given);
  }

  /** The controller says that the value is `given[0]`. */
  read(slot: number, given: Float64Array, now: Float64Array): void {
    this.#lapse(slot, now);
    this.#confirmed[slot] = now[0]!;
    if (this.#waiting[slot] === 0) this.#collapse(slot, given);
    else this.#widen(slot, given);
  }

  /** The value may be any from now on, and what is on its way then says nothing of it. */
  forget(slot: number): void {
    this.#collapse(slot, ANY);
    this.#flow[slot] = SEVERAL;
  }

  #collapse(slot: number, given: Float64Array): void {
    this.#low[slot] = given[0]!;
    this.#high[slot] = given[0]!;
  }

  /** With NaN on either side the interval becomes, or stays, unknown. */
  #widen(slot: number, given: Float64Array): void {
    this.#low[slot] = Math.min(this.#low[slot]!, given[0]!);
    this.#high[slot] = Math.max(this.#high[slot]!, given[0]!);
  }

  #lapse(slot: number, now: Float64Array): void {
    if (this.#waiting[slot]! > 0 && now[0]! - this.#since[slot]! > LAPSE) this.#waiting[slot] = 0;
  }
}
