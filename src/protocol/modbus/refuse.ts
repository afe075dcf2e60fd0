/**
 * Refusals: the exception (MODBUS Application Protocol V1.1b3, 7) with which a server would turn the request
 * down, with its transaction and unit, so that the client's session goes on.
 *
 * @module
 */

import { Side } from '../../operation/side.ts';
import { type Answer, Why } from '../protocol.ts';
import { ExceptionCode } from './errors.ts';
import { functionOf, MIN_MESSAGE, PDU, transactionOf, unitOf, writeHeader } from './frame.ts';
import { EXCEPTION } from './functions.ts';

/** Exception codes by {@link Why}. */
const CODE_OF_WHY: Readonly<Record<Why, number>> = {
  // "Not an allowable action for the server": the function is not available to this client.
  [Why.denied]: ExceptionCode.illegalFunction,
  // "A fault in the structure … such as that the implied length is incorrect."
  [Why.malformed]: ExceptionCode.illegalDataValue,
  [Why.unsupported]: ExceptionCode.illegalFunction,
  [Why.busy]: ExceptionCode.serverDeviceBusy,
  [Why.unreachable]: ExceptionCode.gatewayTargetFailed,
  // "Not an allowable value": told apart from a function that is not there, so that the operator may try another.
  [Why.value]: ExceptionCode.illegalDataValue,
};

/**
 * Writes the exception that refuses the message `at..end` of `side` into `answer`. It always goes to the client:
 * where a response is withheld, the request that it answered fails as if the device had not answered. `asked` is the
 * function of that request, which a response that does not fit may not name; -1 where there is none.
 */
export function refuse(
  side: Side,
  view: DataView,
  at: number,
  end: number,
  why: Why,
  answer: Answer,
  asked = -1,
): boolean {
  if (end - at < MIN_MESSAGE) return false;
  const code = side === Side.client ? CODE_OF_WHY[why] : ExceptionCode.gatewayTargetFailed;
  const pdu = writeHeader(answer.view, 0, transactionOf(view, at), unitOf(view, at), 2);
  answer.view.setUint8(pdu, (asked < 0 ? functionOf(view, at) : asked) | EXCEPTION);
  answer.view.setUint8(pdu + 1, code);
  answer.length = PDU + 2;
  answer.to = Side.client;
  return true;
}
