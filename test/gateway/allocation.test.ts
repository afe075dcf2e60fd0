/**
 * The packet path of a session allocates nothing for a message that passes.
 *
 * @module
 */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Side } from '../../src/operation/side.ts';
import { bytesPerCall } from '../allocation.ts';
import { DIALECTS } from './conversations.ts';
import { Recorder, stand } from './stand.ts';

/** Records nothing. */
class Nowhere extends Recorder {
  override send(): void {}
}

const ROUNDS = 200_000;

for (const { protocol, opening, good } of DIALECTS) {
  test(`${protocol}: a request and its answer pass without an allocation`, () => {
    const it = stand({ protocol, recorder: new Nowhere() });
    opening.forEach((message, i) => {
      it.say(i % 2 === 0 ? Side.client : Side.server, message);
    });
    const [request, answer] = good;
    const now = 1_800_000_001;
    const exchange = (): void => {
      it.session.receive(Side.client, request, 0, request.length, now);
      it.session.receive(Side.server, answer, 0, answer.length, now);
    };
    const each = bytesPerCall(exchange, ROUNDS) / 2;
    assert.ok(each < 1, `${each} bytes a message`);
    assert.ok(it.counts.passed >= 2 * ROUNDS);
  });
}
