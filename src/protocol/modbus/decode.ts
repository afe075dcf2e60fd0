/**
 * Messages to operations: checks the message, says of it what holds for all its items, and has `request` or `response`
 * hand these out. Both read only what `check` found to lie within the message: a truncated one is handed out as bytes.
 *
 * @module
 */

import { Anomaly } from '../../operation/anomaly.ts';
import { type Operation, Outcome, Phase, type Sink } from '../../operation/operation.ts';
import { Side } from '../../operation/side.ts';
import { checkRequest, checkResponse, isWholeRequest } from './check.ts';
import { functionOf, PDU, transactionOf, unitOf } from './frame.ts';
import { EXCEPTION, Fc, rowOf, verbOf } from './functions.ts';
import { rest } from './items.ts';
import { answers } from './match.ts';
import { requestItems } from './request.ts';
import { responseItems } from './response.ts';

/** Hands the operations of the request `at..end` to `sink`; `anomalies` are those of its circumstances. */
export function decodeRequest(
  view: DataView,
  at: number,
  end: number,
  anomalies: number,
  op: Operation,
  sink: Sink,
): void {
  const found = checkRequest(view, at, end);
  op.clear(Side.client);
  begin(view, at, functionOf(view, at), op);
  op.anomalies = anomalies | found;
  name(op, subOf(view, at, end));
  if (found & Anomaly.truncated) {
    rest(op, view, at + PDU + 1, end);
    sink.operation(op);
  } else {
    requestItems(view, at, end, op, sink);
  }
}

/**
 * Hands the operations of the response `at..end` to `sink`; `anomalies` are those of its circumstances. Its request, in `asked`, stands at
 * `askedAt..askedEnd`; `askedAt` is -1 where none is known.
 */
export function decodeResponse(
  view: DataView,
  at: number,
  end: number,
  anomalies: number,
  asked: DataView,
  askedAt: number,
  askedEnd: number,
  op: Operation,
  sink: Sink,
): void {
  const found = checkResponse(view, at, end);
  const code = functionOf(view, at) & ~EXCEPTION;
  const failed = functionOf(view, at) >= EXCEPTION;
  op.clear(Side.server);
  begin(view, at, code, op);
  op.phase = Phase.response;
  op.outcome = failed ? Outcome.failed : Outcome.ok;
  op.anomalies = anomalies | found;
  // From here on a request that does not help to read this response counts as none.
  if (askedAt >= 0) {
    if (functionOf(asked, askedAt) !== code) {
      op.anomalies |= Anomaly.mismatch;
      askedAt = -1;
    } else if (!isWholeRequest(asked, askedAt, askedEnd)) askedAt = -1;
  }
  // Exceptions do not repeat the sub-function, and UMAS has its answer in its place.
  if (!failed && code !== Fc.umas) name(op, subOf(view, at, end));
  else name(op, askedAt < 0 ? -1 : subOf(asked, askedAt, askedEnd));

  if (found & Anomaly.truncated) {
    rest(op, view, at + PDU + 1, end);
    sink.operation(op);
  } else if (failed) {
    op.error = view.getUint8(at + PDU + 1);
    if (askedAt < 0) sink.operation(op);
    else requestItems(asked, askedAt, askedEnd, op, sink);
  } else {
    if (askedAt >= 0 && !answers(view, at, end, asked, askedAt)) op.anomalies |= Anomaly.mismatch;
    responseItems(view, at, end, asked, askedAt, askedEnd, op, sink);
  }
}

/** What the whole message says of itself. */
function begin(view: DataView, at: number, code: number, op: Operation): void {
  op.reference = transactionOf(view, at);
  op.station = unitOf(view, at);
  op.code = code;
}

function name(op: Operation, sub: number): void {
  op.subcode = sub;
  op.fn = rowOf(op.code, sub);
  op.verb = verbOf(op.fn);
}

/** The sub-function of a message that has one; -1 otherwise. */
function subOf(view: DataView, at: number, end: number): number {
  const pdu = at + PDU;
  switch (view.getUint8(pdu)) {
    case Fc.diagnostics:
      return end - pdu >= 3 ? view.getUint16(pdu + 1) : -1;
    case Fc.encapsulatedInterface:
      return end - pdu >= 2 ? view.getUint8(pdu + 1) : -1;
    case Fc.umas:
      return end - pdu >= 3 ? view.getUint8(pdu + 2) : -1;
    default:
      return -1;
  }
}
