/**
 * The packet path of a session allocates nothing for a message that passes.
 *
 * @module
 */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { Side } from '../../src/operation/side.ts';
import { DIALECTS } from './conversations.ts';
import { Recorder, stand } from './stand.ts';

/** Records nothing. */
class Nowhere extends Recorder {
  override send(): void {}
}

const ROUNDS = 100_000;
const WARM_UP = 20_000;

for (const { protocol, opening, good } of DIALECTS) {
  test(`${protocol}: a request and its answer pass without an allocation`, () => {
    const it = stand({ protocol, recorder: new Nowhere() });
    opening.forEach((message, i) => {
      it.say(i % 2 === 0 ? Side.client : Side.server, message);
    });
    const [request, answer] = good;
    let now = 1_800_000_001;
    const run = (rounds: number): void => {
      for (let i = 0; i < rounds; i++) {
        it.session.receive(Side.client, request, 0, request.length, now);
        it.session.receive(Side.server, answer, 0, answer.length, now);
      }
      now++;
    };
    setFlagsFromString('--expose-gc');
    const collect = runInNewContext('gc') as () => void;
    run(WARM_UP);
    run(WARM_UP);
    collect();
    const before = process.memoryUsage().heapUsed;
    run(ROUNDS);
    const each = (process.memoryUsage().heapUsed - before) / (2 * ROUNDS);
    assert.ok(each < 1, `${each} bytes a message`);
    assert.ok(it.counts.passed >= 2 * (ROUNDS + 2 * WARM_UP));
  });
}
