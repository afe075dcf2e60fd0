/**
 * A protocol's decoders: conversations of which some messages are mutated, each read in two surroundings, as a gateway and
 * as a monitor reads.
 *
 * @module
 */

import assert from 'node:assert/strict';
import type { Random } from '../../bench/generate/random.ts';
import { Operation } from '../../src/operation/operation.ts';
import { Side } from '../../src/operation/side.ts';
import { Answer, type Conversation, type Protocol, Why } from '../../src/protocol/protocol.ts';
import type { Case } from '../case.ts';
import { MAX_PART } from '../mutate.ts';
import { Said } from '../said.ts';
import type { Subject } from '../target.ts';

const LIMITS = { requests: 8, bytes: 1024 };
const WHYS = Object.values(Why);
/** Bytes around a message. */
const AROUND = 300;

export class Decoding implements Subject {
  readonly #protocol: Protocol;
  /** Good messages that are decoded the same after everything. */
  readonly #good: Case;
  readonly #goodSaid: number;
  // In the midst of other bytes, and in a buffer that ends where the message does: who reads on reads outside the view.
  readonly #amid = new Uint8Array(MAX_PART + 2 * AROUND);
  readonly #amidView = new DataView(this.#amid.buffer);
  readonly #last = new Uint8Array(MAX_PART);
  readonly #op = new Operation();
  readonly #answer = new Answer();

  constructor(protocol: Protocol, good: Case) {
    this.#protocol = protocol;
    this.#good = good;
    this.#goodSaid = this.#sayGood();
  }

  run(parts: Case, random: Random): void {
    const protocol = this.#protocol;
    const fresh = random.chance(50);
    const one = new Reader(protocol, fresh, false);
    const other = new Reader(protocol, fresh, true);
    if (random.chance(25)) this.#use(other, parts);
    for (const { kind, bytes } of parts) {
      if (bytes.length === 0) continue;
      const side = (kind & 1) as Side;
      const length = bytes.length;
      const at = random.below(AROUND);
      this.#amid.fill(random.below(256), 0, at + length + AROUND);
      this.#amid.set(bytes, at);
      const from = MAX_PART - length;
      this.#last.set(bytes, from);
      const why = random.pick(WHYS);
      const followed = random.chance(80);
      const view = new DataView(this.#last.buffer);
      const first = one.read(side, this.#amidView, at, at + length, this.#op, this.#answer, why, followed);
      const second = other.read(side, view, from, MAX_PART, this.#op, this.#answer, why, followed);
      assert.equal(
        first,
        second,
        'what is said of a message hangs on what stands around it, or on who reads',
      );
    }
    if (random.below(64) === 0)
      assert.equal(this.#sayGood(), this.#goodSaid, 'a good message is read as before');
  }

  /** Has a conversation see all of it, and then forget it: nothing may be left. */
  #use(reader: Reader, parts: Case): void {
    for (const { kind, bytes } of parts) {
      if (bytes.length === 0) continue;
      const from = MAX_PART - bytes.length;
      this.#last.set(bytes, from);
      const view = new DataView(this.#last.buffer);
      reader.read((kind & 1) as Side, view, from, MAX_PART, this.#op, this.#answer, Why.denied, true);
    }
    reader.reset();
  }

  #sayGood(): number {
    const reader = new Reader(this.#protocol, true, false);
    let said = 0;
    for (const { kind, bytes } of this.#good) {
      const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
      said = reader.read(kind as Side, view, 0, bytes.length, this.#op, this.#answer, Why.denied, true);
    }
    assert.equal(reader.anomalies, 0, 'nothing is wrong with a good message');
    return said;
  }
}

/** One conversation as somebody reads it. */
class Reader {
  readonly #protocol: Protocol;
  readonly #conversation: Conversation;
  #said: Said;
  readonly #watches: boolean;
  #shown = 0;

  /** `watches`: as a monitor reads, which decodes and follows at once; else as a gateway. */
  constructor(protocol: Protocol, fresh: boolean, watches: boolean) {
    this.#watches = watches;
    this.#protocol = protocol;
    this.#conversation = protocol.open(LIMITS, fresh);
    this.#said = new Said(protocol);
  }

  /** Begins anew, with the same conversation. */
  reset(): void {
    this.#conversation.reset();
    this.#said = new Said(this.#protocol);
    this.#shown = 0;
  }

  get anomalies(): number {
    return this.#said.anomalies;
  }

  /** Everything that the protocol says of the bytes `from..end`, one message after the other, as one number. */
  read(
    side: Side,
    view: DataView,
    from: number,
    end: number,
    op: Operation,
    answer: Answer,
    why: Why,
    followed: boolean,
  ): number {
    const protocol = this.#protocol;
    const conversation = this.#conversation;
    const said = this.#said;
    said.add(protocol.recognise(side, view, from, end));
    const next = protocol.resync(side, view, from, end);
    assert.ok(next > from && next <= end, `resync from ${from} to ${end} goes to ${next}`);
    said.add(next - from);
    for (let at = from; at < end; ) {
      const length = protocol.frame(side, view, at, end);
      said.add(length);
      if (length <= 0 || length > end - at) break;
      said.begin();
      // Before it is decoded, since who watches has followed it at once.
      const refused = conversation.refuse(side, view, at, at + length, why, answer);
      if (followed && this.#watches) conversation.observe(side, view, at, at + length, op, said);
      else conversation.decode(side, view, at, at + length, op, said);
      assert.ok(said.items > 0, 'a message has at least one operation');
      assert.equal(said.items, op.items, 'as many operations as items');
      // An answer of a few bytes speaks of all that its request asked for.
      assert.ok(said.items <= length + LIMITS.bytes, 'no more operations than bytes');
      if ((this.#shown++ & 15) === 0) said.show(op);
      if (refused) {
        assert.ok(answer.length > 0 && answer.length <= answer.bytes.length);
        const framed = protocol.frame(answer.to, answer.view, 0, answer.length);
        assert.equal(framed, answer.length, 'a refusal is one whole message');
        for (let i = 0; i < answer.length; i++) said.add(answer.bytes[i]!);
      }
      if (followed && !this.#watches) conversation.follow(side, view, at, at + length);
      for (const asking of [Side.client, Side.server] as const) {
        const waiting = conversation.waiting(asking);
        assert.ok(waiting >= 0 && waiting <= LIMITS.requests, `${waiting} requests wait`);
        said.add(waiting);
        said.add(conversation.oldestTicket(asking));
      }
      at += length;
    }
    return said.value;
  }
}
