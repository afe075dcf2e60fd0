/**
 * The messages of which a poll consists, quickly: requests to read coils, inputs or registers, and answers that are as
 * long as was asked for. Each function says of the messages for which it returns true what `decode.ts` says, which reads
 * every message; it returns false, and touches nothing, where a message is any other than these.
 *
 * @module
 */

import { type Operation, Outcome, Phase } from '../../operation/operation.ts';
import { Side } from '../../operation/side.ts';
import { ValueType } from '../../operation/value.ts';
import { Verb } from '../../operation/verb.ts';
import { MAX_READ_BITS, MAX_READ_REGISTERS } from './check.ts';
import { functionOf, isHeaderOf, PDU, transactionOf, unitOf } from './frame.ts';
import { Fc, rowOf } from './functions.ts';
import { object, values } from './items.ts';
import { spaceOf } from './spaces.ts';

/** Bytes of a request: its PDU is function, address (2) and quantity (2). */
const REQUEST = PDU + 5;
const ADDRESS = PDU + 1;
const QUANTITY = PDU + 3;
/** Where an answer has the number of its bytes of values, and these. */
const BYTES = PDU + 1;
const VALUES = PDU + 2;

/** Most objects that one request may read, by function code; 0 for other functions. */
const MOST = new Uint16Array(256);
MOST[Fc.readCoils] = MOST[Fc.readDiscreteInputs] = MAX_READ_BITS;
MOST[Fc.readHoldingRegisters] = MOST[Fc.readInputRegisters] = MAX_READ_REGISTERS;

/**
 * Reads the request `at..end` into `op`. It has no anomaly: header, length, quantity and address, which are all that
 * `checkRequest` looks at in these functions, are compared here.
 */
export function pollRequest(view: DataView, at: number, end: number, op: Operation): boolean {
  if (end - at !== REQUEST || !isHeaderOf(view, at, end)) return false;
  const code = functionOf(view, at);
  const address = view.getUint16(at + ADDRESS);
  const quantity = view.getUint16(at + QUANTITY);
  if (quantity === 0 || quantity > MOST[code]! || address + quantity > 65_536) return false;
  op.clear(Side.client);
  begin(view, at, code, op);
  object(op, spaceOf(code), address, quantity);
  return true;
}

/**
 * Reads the answer `at..end` to the request `askedAt..askedEnd` into `op`. It has no anomaly: its function is that of the
 * request, which is whole, and the bytes of values are as many as it says, as there are, as were asked for, and as the
 * standard allows (no more than 250 for either kind, which is also the most that fits).
 */
export function pollAnswer(
  view: DataView,
  at: number,
  end: number,
  asked: DataView,
  askedAt: number,
  askedEnd: number,
  op: Operation,
): boolean {
  const bytes = end - at - VALUES;
  if (bytes <= 0 || bytes > MAX_READ_BITS / 8 || askedEnd - askedAt < REQUEST) return false;
  const code = functionOf(view, at);
  const quantity = asked.getUint16(askedAt + QUANTITY);
  if (MOST[code] === 0 || functionOf(asked, askedAt) !== code || !isHeaderOf(view, at, end)) return false;
  const bits = code <= Fc.readDiscreteInputs;
  if (view.getUint8(at + BYTES) !== bytes || bytes !== (bits ? (quantity + 7) >> 3 : quantity * 2))
    return false;
  op.clear(Side.server);
  op.phase = Phase.response;
  op.outcome = Outcome.ok;
  begin(view, at, code, op);
  object(op, spaceOf(code), asked.getUint16(askedAt + ADDRESS), quantity);
  values(op, view, at + VALUES, bytes, bits ? ValueType.bits : ValueType.u16, quantity);
  return true;
}

function begin(view: DataView, at: number, code: number, op: Operation): void {
  op.reference = transactionOf(view, at);
  op.station = unitOf(view, at);
  op.code = code;
  op.fn = rowOf(code, -1);
  op.verb = Verb.read;
}
