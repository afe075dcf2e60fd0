/**
 * What a Modbus/TCP session must remember: the requests that await their answer. They are paired by transaction
 * and unit, because a gateway to several serial lines may reuse a transaction identifier for each of them;
 * requests with the same identifier are taken to be answered in order, and their answers are marked as uncertain.
 *
 * @module
 */

import { Anomaly } from '../../operation/anomaly.ts';
import type { Operation, Sink } from '../../operation/operation.ts';
import { Side } from '../../operation/side.ts';
import { Pending } from '../pending.ts';
import type { Answer, Conversation, ConversationLimits, Why } from '../protocol.ts';
import { decodeRequest, decodeResponse } from './decode.ts';
import { functionOf, MAX_STANDARD, PDU, transactionOf, unitOf } from './frame.ts';
import { Fc, UmasAnswer } from './functions.ts';
import { pollAnswer, pollRequest } from './poll.ts';
import { refuse } from './refuse.ts';

export class ModbusConversation implements Conversation {
  readonly #fresh: boolean;
  readonly #pending: Pending;
  /** Whether the server may know UMAS, and with it messages that are longer than the standard's. */
  #umas: boolean;

  constructor(limits: ConversationLimits, fresh: boolean) {
    this.#fresh = fresh;
    this.#umas = !fresh;
    this.#pending = new Pending(limits.requests, limits.bytes);
  }

  decode(side: Side, view: DataView, at: number, end: number, op: Operation, sink: Sink): void {
    const pending = this.#pending;
    const slot = pending.find(keyOf(view, at));
    // One that does not know UMAS may end the message where the standard does, and read the rest as another.
    const long = end - at > MAX_STANDARD && !this.#umas ? Anomaly.oversize : 0;
    if (side === Side.server) {
      if (slot < 0) {
        decodeResponse(view, at, end, long | Anomaly.unsolicited, view, -1, -1, op, sink);
        return;
      }
      const whose = pending.uncertain(slot) ? long | Anomaly.duplicate : long;
      decodeResponse(view, at, end, whose, pending.view, pending.at(slot), pending.end(slot), op, sink);
      return;
    }
    const full = pending.hasRoom(end - at) ? long : long | Anomaly.evicted;
    decodeRequest(view, at, end, slot < 0 ? full : full | Anomaly.duplicate, op, sink);
  }

  follow(side: Side, view: DataView, at: number, end: number): void {
    const pending = this.#pending;
    const key = keyOf(view, at);
    if (side === Side.client) {
      pending.add(key, view, at, end);
      return;
    }
    const slot = pending.answer(key);
    if (slot >= 0 && isUmasAnswer(view, at, end)) this.#umas = true;
  }

  observe(side: Side, view: DataView, at: number, end: number, op: Operation, sink: Sink): void {
    if (!this.#poll(side, view, at, end, op)) {
      this.decode(side, view, at, end, op, sink);
      this.follow(side, view, at, end);
      return;
    }
    sink.operation(op);
    if (side === Side.client) this.#pending.add(keyOf(view, at), view, at, end);
    else this.#pending.answer(keyOf(view, at));
  }

  /** Reads a message of a poll, about which there is nothing odd; false where it is any other. */
  #poll(side: Side, view: DataView, at: number, end: number, op: Operation): boolean {
    const pending = this.#pending;
    const slot = pending.find(keyOf(view, at));
    if (side === Side.client) return slot < 0 && pending.hasRoom(end - at) && pollRequest(view, at, end, op);
    if (slot < 0 || pending.uncertain(slot)) return false;
    return pollAnswer(view, at, end, pending.view, pending.at(slot), pending.end(slot), op);
  }

  refuse(side: Side, view: DataView, at: number, end: number, why: Why, answer: Answer): boolean {
    const pending = this.#pending;
    const slot = side === Side.server ? pending.find(keyOf(view, at)) : -1;
    const asked = slot < 0 ? -1 : functionOf(pending.view, pending.at(slot));
    return refuse(side, view, at, end, why, answer, asked);
  }

  reset(): void {
    this.#umas = !this.#fresh;
    this.#pending.reset();
  }

  waiting(side: Side): number {
    return side === Side.client ? this.#pending.waiting : 0;
  }

  nextTicket(side: Side): number {
    return side === Side.client ? this.#pending.nextTicket : 1;
  }

  oldestTicket(side: Side): number {
    return side === Side.client ? this.#pending.oldestTicket : 0;
  }

  abandonOldest(side: Side): void {
    if (side === Side.client) this.#pending.abandonOldest();
  }
}

function isUmasAnswer(view: DataView, at: number, end: number): boolean {
  return (
    end - at > PDU + 2 && functionOf(view, at) === Fc.umas && view.getUint8(at + PDU + 2) === UmasAnswer.ok
  );
}

function keyOf(view: DataView, at: number): number {
  return (transactionOf(view, at) << 8) | unitOf(view, at);
}
