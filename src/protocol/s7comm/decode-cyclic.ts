/**
 * Cyclic services: variables that the controller is to send from now on, and what it sends.
 *
 * @module
 */

import { Pending } from '../pending.ts';
import { looseValues, readObjects } from './decode-variable.ts';
import { Group } from './functions.ts';
import type { Message } from './message.ts';
import type { Pdu } from './pdu.ts';
import { DATA_HEADER, groupOf, LONG, SEQUENCE, sameFunction, subOf, Type, typeOf } from './userdata.ts';

const TRANSFER = 1;
const UNSUBSCRIBE = 4;
/** Where the error code is in the long parameters. */
const ERROR = 10;
/** Subscriptions of a session, and bytes of their requests; with more, the oldest is forgotten. */
const REQUESTS = 32;
const BYTES = 16_384;

/** A request: one operation for each variable. False where it names none. */
export function decodeCyclicRequest(m: Message, sub: number): boolean {
  if (!startVariables(m, m.pdu, sub)) return false;
  objects(m);
  return true;
}

/** A response: the variables of its request, with their values where there are as many. */
export function decodeCyclicResponse(m: Message, sub: number): boolean {
  const { request } = m;
  if (!startVariables(m, request, sub)) return false;
  const count = m.op.error === 0 ? startValues(m) : 0;
  if (count > 0 && count === request.view.getUint16(request.data + DATA_HEADER)) readObjects(m);
  else objects(m);
  return true;
}

/**
 * A push: its values, and the variables of the request that subscribed to them where that is known (`m.answers`) and
 * as many. False where it carries none.
 */
export function decodeCyclicPush(m: Message, sub: number): boolean {
  const { request } = m;
  const count = startValues(m);
  if (count === 0) return false;
  const known = m.answers && startVariables(m, request, sub);
  if (known && count === request.view.getUint16(request.data + DATA_HEADER)) readObjects(m);
  else looseValues(m, count);
  return true;
}

/**
 * Cyclic transfers under way: the requests, by the subfunction and the job number that the controller gave them in its
 * answer. Its pushes name no more than these. Change driven transfers are left out: their pushes mark what did not
 * change, in a way that is not publicly described, so that their values cannot be told apart.
 */
export class Subscriptions {
  #requests: Pending | undefined;

  /** Remembers what the response `pdu` to the request `at..end` in `view` began or ended. */
  follow(pdu: Pdu, view: DataView, at: number, end: number, request: Pdu): void {
    if (groupOf(pdu) !== Group.cyclic || !sameFunction(pdu, request)) return;
    const { param, paramEnd } = pdu;
    if (paramEnd - param !== LONG || pdu.view.getUint16(param + ERROR) !== 0) return;
    // cold: once a subscription
    this.#requests ??= new Pending(REQUESTS, BYTES);
    const named = request.data + DATA_HEADER;
    if (subOf(pdu) === TRANSFER) {
      this.#end(keyOf(pdu));
      this.#requests.add(keyOf(pdu), view, at, end);
    } else if (subOf(pdu) === UNSUBSCRIBE && request.dataEnd - named === 2)
      this.#end(request.view.getUint16(named));
  }

  /** Forgets all. */
  reset(): void {
    this.#requests = undefined;
  }

  /** Reads the request whose subscription sends the push `pdu` into `request`; false where it is not known. */
  recall(pdu: Pdu, request: Pdu): boolean {
    const requests = this.#requests;
    if (requests === undefined || typeOf(pdu) !== Type.push || groupOf(pdu) !== Group.cyclic) return false;
    const slot = requests.find(keyOf(pdu));
    if (slot < 0) return false;
    request.read(requests.view, requests.at(slot), requests.end(slot));
    return request.anomalies === 0;
  }

  #end(key: number): void {
    const slot = this.#requests === undefined ? -1 : this.#requests.find(key);
    if (slot >= 0) this.#requests!.remove(slot);
  }
}

/** Subfunction and job number, which is where other answers have their sequence number. */
function keyOf({ view, param }: Pdu): number {
  return view.getUint16(param + SEQUENCE - 1);
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

function objects(m: Message): void {
  const { op, variables } = m;
  for (op.item = 0; variables.next(op); op.item++) m.emit();
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
