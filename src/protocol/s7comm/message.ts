/**
 * One message on its way from bytes to operations: what the decoders of the several functions share.
 *
 * @module
 */

import { NO_BYTES, Operation, Outcome, Phase, type Sink } from '../../operation/operation.ts';
import { Side } from '../../operation/side.ts';
import type { ValueType } from '../../operation/value.ts';
import type { Verb } from '../../operation/verb.ts';
import { verbOf } from './functions.ts';
import { Values, Variables } from './items.ts';
import { Pdu } from './pdu.ts';
import { Transfers } from './transfers.ts';

const NOBODY: Sink = { operation() {} };
const NO_TRANSFERS = new Transfers();

/**
 * One record, reused for the messages of all conversations: none begins within another, and with thousands of them
 * there would otherwise be thousands of records to fetch. What a conversation remembers is its own.
 */
export class Message {
  side: Side = Side.client;
  /** The message. */
  readonly pdu = new Pdu();
  /** The request that it answers; read only where `answers`. */
  readonly request = new Pdu();
  answers = false;
  readonly variables = new Variables();
  readonly values = new Values();
  /** Uploads by id, and answers in parts by function and sequence number. */
  uploads = NO_TRANSFERS;
  parts = NO_TRANSFERS;

  /** The caller's record. */
  op = new Operation();
  sink: Sink = NOBODY;

  /** Begins with a message of `side`. */
  begin(side: Side, op: Operation, sink: Sink): void {
    this.side = side;
    // The same ones for thousands of messages: comparing them is cheaper than telling the collector.
    if (this.op !== op) this.op = op;
    if (this.sink !== sink) this.sink = sink;
    this.answers = false;
    op.clear(side);
  }

  /** Marks the message as the answer to a request, done or not as its error code says. */
  answered(error: number): void {
    const { op } = this;
    op.phase = Phase.response;
    op.error = error;
    op.outcome = error === 0 ? Outcome.ok : Outcome.failed;
  }

  /** Row of the function table, its code, and its verb. */
  is(row: number, code: number, verb: Verb = verbOf(row)): void {
    const { op } = this;
    op.fn = row;
    op.code = code;
    op.verb = verb;
  }

  /** Gives the operation its values: `count` of a type in `length` bytes. */
  carries(view: DataView, at: number, length: number, type: ValueType, count: number): void {
    const { op } = this;
    op.valueView = view;
    op.valueAt = at;
    op.valueLength = length;
    op.valueType = type;
    op.valueCount = count;
  }

  /** Names the object. */
  named(view: DataView, at: number, length: number): void {
    const { op } = this;
    op.nameView = length === 0 ? NO_BYTES : view;
    op.nameAt = at;
    op.nameLength = length;
  }

  /** Marks the operation with what is wrong. */
  flag(anomalies: number): void {
    this.op.anomalies |= anomalies;
  }

  /** Hands the operation on. */
  emit(): void {
    this.sink.operation(this.op);
  }
}

/** Marks the operation with what is wrong, and hands it on. */
export function broken(m: Message, anomalies: number): void {
  m.flag(anomalies);
  m.emit();
}
