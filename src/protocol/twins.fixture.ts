/**
 * For tests of protocols: two conversations that see the same messages, one as a monitor does and one as a gateway does.
 * They must say the same of them, whatever is quick about the one.
 *
 * @module
 */

import assert from 'node:assert/strict';
import { Operation } from '../operation/operation.ts';
import { Side } from '../operation/side.ts';
import type { Conversation, ConversationLimits, Protocol } from './protocol.ts';

export class Twins {
  readonly #observed: Conversation;
  readonly #decoded: Conversation;

  constructor(protocol: Protocol, limits: ConversationLimits) {
    this.#observed = protocol.open(limits);
    this.#decoded = protocol.open(limits);
  }

  /** Both see `message`; what they say of it, and remember of requests, is the same. */
  see(side: Side, message: Uint8Array): void {
    const view = new DataView(message.buffer, message.byteOffset, message.byteLength);
    const end = message.length;
    const observed: string[] = [];
    const decoded: string[] = [];
    this.#observed.observe(side, view, 0, end, used(), { operation: op => observed.push(all(op)) });
    this.#decoded.decode(side, view, 0, end, used(), { operation: op => decoded.push(all(op)) });
    this.#decoded.follow(side, view, 0, end);
    assert.deepEqual(observed, decoded);
    assert.deepEqual(requests(this.#observed), requests(this.#decoded));
  }
}

/** A record in which another message has been. */
function used(): Operation {
  return Object.assign(new Operation(), {
    kind: 9,
    item: 3,
    items: 7,
    error: 7,
    outcome: 2,
    area: 5,
    valueCount: 1,
  });
}

/** All that an operation says; where its bytes lie may differ. */
function all(op: Operation): string {
  const { valueView, valueAt, nameView, nameAt, ...fields } = op;
  return JSON.stringify({ ...fields, values: op.values().map(String), name: op.name() });
}

function requests(conversation: Conversation): number[] {
  return [Side.client, Side.server].flatMap(side => [
    conversation.waiting(side),
    conversation.nextTicket(side),
    conversation.oldestTicket(side),
  ]);
}
