/**
 * Cyclic services: variables that the controller is to send from now on, and what it sends.
 *
 * @module
 */

import { looseValues, nextObject, readObjects } from './decode-variable.ts';
import type { Message } from './message.ts';
import type { Pdu } from './pdu.ts';
import { DATA_HEADER } from './userdata.ts';

/** A request: one operation for each variable. False where it names none. */
export function decodeCyclicRequest(m: Message, sub: number): boolean {
  if (!startVariables(m, m.pdu, sub)) return false;
  objects(m, m.pdu);
  return true;
}

/** A response: the variables of its request, with their values where there are as many. */
export function decodeCyclicResponse(m: Message, sub: number): boolean {
  const { request } = m;
  if (!startVariables(m, request, sub)) return false;
  const count = m.op.error === 0 ? startValues(m) : 0;
  if (count > 0 && count === request.view.getUint16(request.data + DATA_HEADER)) readObjects(m);
  else objects(m, request);
  return true;
}

/** A push: its values. False where it carries none. */
export function decodeCyclicPush(m: Message): boolean {
  const count = startValues(m);
  if (count === 0) return false;
  looseValues(m, count);
  return true;
}

/** Cyclic transfer: number of variables, time base, factor, variables. False where the data are none. */
function startVariables(m: Message, pdu: Pdu, sub: number): boolean {
  const at = pdu.data + DATA_HEADER;
  if ((sub !== 1 && sub !== 5 && sub !== 7) || pdu.dataEnd - at < 4) return false;
  const count = pdu.view.getUint16(at);
  const objects = m.variables.check(pdu.view, at + 4, pdu.dataEnd, count);
  if (pdu === m.pdu) m.flag(m.variables.anomalies);
  if (objects < 1) return false;
  m.variables.rewind();
  m.op.items = objects;
  return true;
}

function objects(m: Message, pdu: Pdu): void {
  const { op } = m;
  for (op.item = 0; nextObject(m, pdu.view); op.item++) m.emit();
}

/** Begins with the values of a cyclic answer or push; returns how many they are, or 0. */
function startValues(m: Message): number {
  const { view, data, dataEnd } = m.pdu;
  const at = data + DATA_HEADER;
  if (dataEnd - at < 2) return 0;
  const count = view.getUint16(at);
  if (count === 0 || !m.values.check(view, at + 2, dataEnd, count, true)) return 0;
  m.values.rewind();
  return count;
}
