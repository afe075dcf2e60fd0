/**
 * The operation: what one item of one message asks of, or reports about, a plant. The one vocabulary to which
 * all protocols reduce.
 *
 * There is one record for a pipeline, filled anew for each item and handed to a {@link Sink}. All fields are
 * numbers of a fixed shape, so that filling it allocates nothing; values and names stay bytes in the message
 * until somebody asks. **Whoever keeps an operation beyond the call copies it**, bytes included.
 *
 * @module
 */

import type { Side } from './side.ts';
import { readValue, type Value, ValueType } from './value.ts';
import { Verb } from './verb.ts';

/** Whether an operation is asked for, answered, or told unasked. */
export const Phase = { request: 0, response: 1, notice: 2 } as const;
export type Phase = (typeof Phase)[keyof typeof Phase];
export const PHASES = ['request', 'response', 'notice'] as const;

/** What became of it, as far as this message tells. */
export const Outcome = {
  /** Asked, not answered here. */
  asked: 0,
  /** The device says that it did it. */
  ok: 1,
  /** The device says that it did not; `error` says why, in the protocol's own code. */
  failed: 2,
} as const;
export type Outcome = (typeof Outcome)[keyof typeof Outcome];
export const OUTCOMES = ['asked', 'ok', 'failed'] as const;

/** What stands in a message's bytes when nothing does. */
export const NO_BYTES: DataView = new DataView(new ArrayBuffer(0));

export class Operation {
  // --- where and when: set by the pipeline, not by decoders ---
  /** Seconds since 1970-01-01 UTC, with fraction. */
  time = 0.1;
  /** Number of the flow (monitor) or session (gateway). */
  flow = 0;
  /** Index of the protocol in the registry. */
  protocol = 0;

  // --- the message ---
  /** Who sent this message. */
  side: Side = 0;
  phase: Phase = Phase.request;
  /** The protocol's own message type, as on the wire (S7 ROSCTR); 0 where it has none. */
  kind = 0;
  /** The identifier that pairs request and response, as on the wire. */
  reference = 0;
  /** The addressee behind the address, in the protocol's own encoding. Always the device, also in responses. */
  station = 0;
  /** Row of the protocol's function table; 0 is the row for what is not in it. */
  fn = 0;
  /** Function code as on the wire. */
  code = 0;
  /** Sub-function as on the wire, or -1. */
  subcode = -1;
  verb: Verb = Verb.unknown;
  /** Position among the message's items, and how many there are; a message without items has one operation. */
  item = 0;
  items = 1;
  outcome: Outcome = Outcome.asked;
  /** The protocol's error code where `outcome` is failed; 0 otherwise. */
  error = 0;
  /** Bits of {@link Anomaly}. */
  anomalies = 0;

  // --- the object ---
  /** Row of the protocol's table of spaces; 0 is none. */
  space = 0;
  /** Which one of several spaces of the kind: DB number, file number; 0 otherwise. */
  area = 0;
  /** First address, in the space's own unit, zero-based as on the wire. */
  address = 0;
  /** How many units from there; 0 where no range is meant. */
  extent = 0;
  /** The object's name, where it has one: bytes in `nameView`. */
  nameView: DataView = NO_BYTES;
  nameAt = 0;
  nameLength = 0;

  // --- the values: bytes in `valueView`, not decoded yet ---
  valueView: DataView = NO_BYTES;
  valueAt = 0;
  valueLength = 0;
  valueType: ValueType = ValueType.none;
  valueCount = 0;

  /** Everything that decoders set as new, for the next message. */
  clear(side: Side): void {
    this.side = side;
    this.phase = Phase.request;
    this.kind = 0;
    this.reference = 0;
    this.station = 0;
    this.fn = 0;
    this.code = 0;
    this.subcode = -1;
    this.verb = Verb.unknown;
    this.item = 0;
    this.items = 1;
    this.outcome = Outcome.asked;
    this.error = 0;
    this.anomalies = 0;
    this.clearItem();
  }

  /** The object and the values as new, for the next item of the same message. */
  clearItem(): void {
    this.space = 0;
    this.area = 0;
    this.address = 0;
    this.extent = 0;
    this.nameAt = 0;
    this.nameLength = 0;
    this.clearValues();
  }

  /** The values as new. */
  clearValues(): void {
    this.valueAt = 0;
    this.valueLength = 0;
    this.valueType = ValueType.none;
    this.valueCount = 0;
  }

  /** Value `index`, 0 to `valueCount` - 1. */
  value(index: number): Value {
    return readValue(this.valueView, this.valueAt, this.valueLength, this.valueType, index);
  }

  /** All values, decoded. Allocates. */
  values(): Value[] {
    const values: Value[] = [];
    for (let i = 0; i < this.valueCount; i++) values.push(this.value(i));
    return values;
  }

  /** The object's name as ISO 8859-1 text, or ''. */
  name(): string {
    if (this.nameLength === 0) return '';
    const { buffer, byteOffset } = this.nameView;
    return Buffer.from(buffer, byteOffset + this.nameAt, this.nameLength).toString('latin1');
  }
}

/** Receives each operation of a message, in the order of its items. The record is reused: copy what is kept. */
export interface Sink {
  operation(op: Operation): void;
}
