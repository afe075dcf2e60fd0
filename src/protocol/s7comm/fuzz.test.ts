/**
 * Bytes that nobody meant: mutated messages end in operations, never in an exception, a hang or a look at what
 * lies around them, and `observe` says what `decode` does.
 */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { anomalyNames } from '../../operation/anomaly.ts';
import { Operation, type Sink } from '../../operation/operation.ts';
import { Side } from '../../operation/side.ts';
import { DATA } from '../osi/cotp.ts';
import { Answer, type Conversation, Why } from '../protocol.ts';
import { s7comm } from './s7comm.ts';
import { Exchange, RECORDED, type Recorded, recorded } from './testing.ts';

const SEEDS = [1, 20260, 77_777, 4_000_037];
const ROUNDS = 250_000;
const NAMES = Object.keys(RECORDED) as Recorded[];
const MESSAGES = NAMES.map(recorded);
const WHYS = Object.values(Why);

/** Numbers in 0..limit - 1, the same for the same seed (xorshift32). */
class Dice {
  #state: number;
  constructor(seed: number) {
    this.#state = seed;
  }
  roll(limit: number): number {
    this.#state ^= this.#state << 13;
    this.#state ^= this.#state >>> 17;
    this.#state ^= this.#state << 5;
    return (this.#state >>> 0) % limit;
  }
}

/** A digest of all that operations say, so that two runs can be compared. */
class Digest implements Sink {
  value = 0;
  count = 0;
  operation(op: Operation): void {
    this.count++;
    this.#add(op.fn);
    this.#add(op.verb);
    this.#add(op.phase);
    this.#add(op.anomalies);
    this.#add(op.space);
    this.#add(op.area);
    this.#add(op.address);
    this.#add(op.extent);
    this.#add(op.item);
    this.#add(op.items);
    this.#add(op.error);
    this.#add(op.valueLength);
    this.#add(op.valueCount);
    for (let i = 0; i < op.valueLength; i++) this.#add(op.valueView.getUint8(op.valueAt + i));
    for (let i = 0; i < op.nameLength; i++) this.#add(op.nameView.getUint8(op.nameAt + i));
    if (op.valueCount > 0) op.value(op.valueCount - 1);
  }
  #add(number: number): void {
    this.value = (Math.imul(this.value, 31) + number) | 0;
  }
}

/** Changes bytes, cuts or extends; the headers' lengths are mended half of the time, to get further in. */
function mutate(dice: Dice, view: DataView, length: number): number {
  const bytes = new Uint8Array(view.buffer);
  const changes = dice.roll(4);
  for (let i = 0; i < changes; i++) {
    const at = dice.roll(length);
    bytes[at] = dice.roll(3) === 0 ? dice.roll(256) : bytes[at]! ^ (1 << dice.roll(8));
  }
  let end = length;
  if (dice.roll(4) === 0) end = Math.max(1, length - dice.roll(12));
  else if (dice.roll(8) === 0) end = length + dice.roll(12);
  if (dice.roll(2) === 0 && end > DATA + 10) {
    view.setUint16(2, end);
    if (dice.roll(2) === 0) view.setUint16(DATA + 8, Math.max(0, end - DATA - 10 - view.getUint16(DATA + 6)));
  }
  return end;
}

for (const seed of SEEDS) {
  test(`${ROUNDS} mutated messages, seed ${seed}`, () => {
    const dice = new Dice(seed);
    const plain = new DataView(new ArrayBuffer(512));
    const framed = new DataView(new ArrayBuffer(1024));
    const around = new Uint8Array(framed.buffer);
    const op = new Operation();
    const answer = new Answer();
    let pair: [Conversation, Conversation] = open();
    let operations = 0;
    for (let round = 0; round < ROUNDS; round++) {
      if (round % 50 === 0) pair = open();
      const message = MESSAGES[dice.roll(MESSAGES.length)]!;
      new Uint8Array(plain.buffer).set(message);
      const end = mutate(dice, plain, message.length);
      const side = dice.roll(2) as Side;
      s7comm.recognise(side, plain, 0, end);
      const length = s7comm.frame(side, plain, 0, end);
      if (length <= 0 || length > end) continue;

      // The same message among other bytes says the same.
      const at = dice.roll(400);
      around.fill(dice.roll(256));
      around.set(new Uint8Array(plain.buffer, 0, length), at);
      assert.equal(s7comm.frame(side, framed, at, at + end), length);
      const one = new Digest();
      const other = new Digest();
      pair[0].decode(side, plain, 0, length, op, one);
      pair[1].observe(side, framed, at, at + length, op, other);
      assert.ok(one.count > 0, 'at least one operation');
      assert.equal(one.value, other.value, `round ${round}: ${NAMES[MESSAGES.indexOf(message)]}`);
      operations += one.count;

      const why = WHYS[dice.roll(WHYS.length)]!;
      if (pair[0].refuse(side, plain, 0, length, why, answer)) {
        assert.equal(s7comm.frame(answer.to, answer.view, 0, answer.length), answer.length);
      }
      pair[0].follow(side, plain, 0, length);
    }
    assert.ok(operations > ROUNDS / 4);
  });
}

test('after all of that a good message in a new conversation is understood', () => {
  const exchange = new Exchange();
  assert.equal(exchange.see(Side.client, recorded('read')).length, 8);
  assert.deepEqual(exchange.see(Side.server, recorded('readAck'))[0], 'read DB1.DBX2.0 = true ok');
});

test('no recorded message is called malformed', () => {
  for (const name of NAMES) {
    const op = new Operation();
    const bytes = recorded(name);
    const side =
      /Ack|Push|No$|Confirm|downloadBlock$|downloadEnded$|^szl$|^clock$/.test(name) &&
      !/^download\w+Ack$/.test(name)
        ? Side.server
        : Side.client;
    s7comm.open({ requests: 4, bytes: 1024 }).decode(side, new DataView(bytes.buffer), 0, bytes.length, op, {
      operation: ({ anomalies }) =>
        assert.deepEqual(
          anomalyNames(anomalies).filter(bit => bit !== 'unsolicited'),
          [],
          name,
        ),
    });
  }
});

function open(): [Conversation, Conversation] {
  const limits = { requests: 8, bytes: 1024 };
  return [s7comm.open(limits), s7comm.open(limits)];
}
