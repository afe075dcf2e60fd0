/**
 * The messages of which a poll consists, quickly: Jobs that read S7ANY variables, and answers with as many values.
 * `isPollJob` and `isPollAnswer` tell whether a message is one of these, and has nothing wrong with it but, in an answer,
 * values of another length than was asked for; of them `readJob` and `readAnswer` say what `decode.ts` says, which reads
 * every message.
 *
 * @module
 */

import { Anomaly } from '../../operation/anomaly.ts';
import { type Operation, Outcome, Phase, type Sink } from '../../operation/operation.ts';
import { Verb } from '../../operation/verb.ts';
import { ANY, allPlain, anyBytes, anyObject, anySize, plainAnomalies } from './any.ts';
import { Fn, jobRow } from './functions.ts';
import { arePlainValues, bytesOf, ItemCode, itemValue, VALUE_HEADER } from './items.ts';
import { ACK_HEADER, HEADER, PROTOCOL_ID, Rosctr } from './pdu.ts';

/** Function code and number of items, before the items. */
const ITEMS = 2;
const VARIABLES = HEADER + ITEMS;
const VALUES = ACK_HEADER + ITEMS;

/** How a PDU begins: protocol id and kind. */
const JOB = (PROTOCOL_ID << 8) + Rosctr.job;
const ACK_DATA = (PROTOCOL_ID << 8) + Rosctr.ackData;

/** Where a PDU has the lengths of parameters and data, and an answer its error. */
const LENGTHS = 6;
const ERROR = HEADER;

/** Shortest of either: a Job with one variable, an answer with one value of no bytes. */
export const SHORTEST = VALUES + VALUE_HEADER;

/** Is the PDU that fills `at..end` a Job to read S7ANY variables that fill its parameters, and nothing else? */
function readsVariables(view: DataView, at: number, end: number): boolean {
  const parameters = end - at - HEADER;
  return (
    parameters > ITEMS &&
    view.getUint16(at) === JOB &&
    view.getInt32(at + LENGTHS) === parameters << 16 &&
    view.getUint8(at + HEADER) === Fn.readVar &&
    parameters === ITEMS + view.getUint8(at + HEADER + 1) * ANY
  );
}

/** Is the PDU that fills `at..end` a Job of a poll? */
export function isPollJob(view: DataView, at: number, end: number): boolean {
  return readsVariables(view, at, end) && plainAnomalies(view, at + VARIABLES, end) === 0;
}

/** Is the PDU that fills `at..end` an answer of a poll, to the Job `askedAt..askedEnd`? */
export function isPollAnswer(
  view: DataView,
  at: number,
  end: number,
  asked: DataView,
  askedAt: number,
  askedEnd: number,
): boolean {
  return (
    view.getUint16(at) === ACK_DATA &&
    view.getInt32(at + LENGTHS) === (ITEMS << 16) + (end - at - VALUES) &&
    view.getUint16(at + ERROR) === 0 &&
    view.getUint8(at + ACK_HEADER) === Fn.readVar &&
    readsVariables(asked, askedAt, askedEnd) &&
    view.getUint8(at + ACK_HEADER + 1) === asked.getUint8(askedAt + HEADER + 1) &&
    allPlain(asked, askedAt + VARIABLES, askedEnd) &&
    arePlainValues(view, at + VALUES, end, view.getUint8(at + ACK_HEADER + 1))
  );
}

/** The objects of a Job of a poll; `op` is cleared. */
export function readJob(view: DataView, at: number, end: number, op: Operation, sink: Sink): void {
  begin(Rosctr.job, view.getUint8(at + HEADER + 1), op);
  let item = 0;
  for (let next = at + VARIABLES; next < end; next += ANY) {
    op.item = item++;
    anyObject(view, next, false, op);
    sink.operation(op);
  }
}

/** The objects of the Job at `askedAt`, with what its answer, that of a poll, says of each; `op` is cleared. */
export function readAnswer(
  view: DataView,
  at: number,
  asked: DataView,
  askedAt: number,
  op: Operation,
  sink: Sink,
): void {
  const count = view.getUint8(at + ACK_HEADER + 1);
  begin(Rosctr.ackData, count, op);
  op.phase = Phase.response;
  let variable = askedAt + VARIABLES;
  let next = at + VALUES;
  for (let item = 0; item < count; item++) {
    const length = bytesOf(view.getUint8(next + 1), view.getUint16(next + 2));
    op.item = item;
    anyObject(asked, variable, false, op);
    readValue(view, next, length, anySize(asked, variable), op);
    sink.operation(op);
    variable += ANY;
    next += VALUE_HEADER + length + (length & 1);
  }
}

/** What became of the operation's object, of transport size `size`: the value at `at`, of `length` bytes. */
function readValue(view: DataView, at: number, length: number, size: number, op: Operation): void {
  const code = view.getUint8(at);
  if (code !== ItemCode.success) {
    op.outcome = Outcome.failed;
    op.error = code;
    op.anomalies = 0;
    op.clearValues();
    return;
  }
  const bytes = anyBytes(op, size);
  op.outcome = Outcome.ok;
  op.error = 0;
  op.anomalies = bytes < 0 || bytes === length ? 0 : Anomaly.mismatch;
  itemValue(op, view, at + VALUE_HEADER, length, size, bytes);
}

/** What the whole message says of itself. */
function begin(kind: number, count: number, op: Operation): void {
  op.kind = kind;
  op.fn = jobRow(Fn.readVar);
  op.code = Fn.readVar;
  op.verb = Verb.read;
  op.items = count;
}
