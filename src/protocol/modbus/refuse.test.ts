import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Side } from '../../operation/side.ts';
import { Answer, Why } from '../protocol.ts';
import { message } from './encode.ts';
import { FUNCTIONS } from './functions.ts';
import { modbus } from './modbus.ts';
import { Exchange, viewOf } from './testing.ts';

const REASONS: readonly (readonly [Why, number])[] = [
  [Why.denied, 1],
  [Why.malformed, 3],
  [Why.unsupported, 1],
  [Why.busy, 6],
  [Why.unreachable, 11],
  [Why.value, 3],
];

test('a request of any function is refused by the exception of that function, transaction and unit', () => {
  const { conversation } = new Exchange();
  const answer = new Answer();
  for (let code = 1; code < 128; code++) {
    const bytes = message({ transaction: 0xabcd, unit: 0xef }, [code, 1, 2, 3]);
    for (const [why, exception] of REASONS) {
      assert.ok(conversation.refuse(Side.client, viewOf(bytes), 0, bytes.length, why, answer));
      assert.equal(answer.to, Side.client);
      assert.deepEqual(
        [...answer.bytes.subarray(0, answer.length)],
        [0xab, 0xcd, 0, 0, 0, 3, 0xef, code | 0x80, exception],
      );
      assert.equal(modbus.frame(Side.server, answer.view, 0, answer.length), answer.length);
    }
  }
});

test('the client reads a refusal as the failure of what it asked for', () => {
  for (const { code, sub } of FUNCTIONS.slice(1)) {
    const exchange = new Exchange();
    const body = sub < 0 ? [] : code === 8 ? [0, sub] : code === 90 ? [0, sub] : [sub];
    const bytes = message({ transaction: 1, unit: 1 }, [code, ...body, ...new Array(12).fill(0)]);
    exchange.see(Side.client, bytes);
    const answer = new Answer();
    exchange.conversation.refuse(Side.client, viewOf(bytes), 0, bytes.length, Why.denied, answer);
    const said = exchange.see(Side.server, answer.bytes.slice(0, answer.length));
    for (const line of said) assert.match(line, /failed illegal function$/, `${code}/${sub}`);
    assert.equal(exchange.conversation.waiting(Side.client), 0);
  }
});

test('a response that is withheld leaves its client with a device that did not answer', () => {
  const { conversation } = new Exchange();
  const answer = new Answer();
  const bytes = message({ transaction: 7, unit: 9 }, [3, 2, 0, 1]);
  assert.ok(conversation.refuse(Side.server, viewOf(bytes), 0, bytes.length, Why.malformed, answer));
  assert.equal(answer.to, Side.client);
  assert.deepEqual([...answer.bytes.subarray(0, answer.length)], [0, 7, 0, 0, 0, 3, 9, 0x83, 11]);
});
