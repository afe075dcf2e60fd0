/**
 * However a stream is cut into pieces on its way, the session puts out the same bytes, and those that were sent.
 *
 * @module
 */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { Side } from '../../src/operation/side.ts';
import { DIALECTS, type Dialect } from './conversations.ts';
import { mutate, random } from './random.ts';
import { assertSound } from './soundness.ts';
import { stand } from './stand.ts';

const { client, server } = Side;

for (const dialect of DIALECTS) {
  const { protocol, requests, answers } = dialect;

  test(`${protocol}: at every split of either stream the same comes out`, () => {
    const asked = Buffer.concat(requests);
    const whole = run(dialect, asked, [], () => answered(dialect), []);
    const passed = requests.filter(dialect.allowed);
    assert.ok(passed.length > 2 && passed.length < requests.length - 2);
    assert.deepEqual(whole.toServer, Buffer.concat(passed), 'what is allowed, unchanged and in order');
    const told = dialect.messages(whole.toClient);
    assert.equal(told.rest, 0);
    assert.equal(told.messages.length, requests.length, 'every request has its answer');
    told.messages.forEach((message, i) => {
      if (dialect.allowed(requests[i]!)) assert.deepEqual(message, answers[i], 'the answer, in its place');
      else assert.ok(dialect.refusal(message), 'the refusal, in its place');
    });
    for (let at = 1; at < asked.length; at++) {
      assert.deepEqual(
        run(dialect, asked, [at], () => answered(dialect), []),
        whole,
        `requests cut at ${at}`,
      );
    }
    for (let at = 1; at < answered(dialect).length; at++) {
      assert.deepEqual(
        run(dialect, asked, [], () => answered(dialect), [at]),
        whole,
        `answers cut at ${at}`,
      );
    }
    const bytes = (length: number) => Array.from({ length }, (_, i) => i);
    const single = run(
      dialect,
      asked,
      bytes(asked.length),
      () => answered(dialect),
      bytes(answered(dialect).length),
    );
    assert.deepEqual(single, whole, 'byte by byte');
  });

  test(`${protocol}: whatever comes in, cut anywhere, only whole allowed messages that were sent go on`, () => {
    fc.assert(
      fc.property(
        fc.integer(),
        fc.array(fc.nat({ max: 400 }), { maxLength: 12 }),
        fc.array(fc.nat({ max: 400 }), { maxLength: 12 }),
        (seed, cuts, answerCuts) => {
          const asked = spoilt(requests, seed);
          const back = spoilt(answers, seed + 1);
          const whole = run(dialect, asked, [], () => back, []);
          assert.deepEqual(
            run(dialect, asked, cuts, () => back, answerCuts),
            whole,
          );
          assertSound(dialect, asked, back, whole);
        },
      ),
      { numRuns: 400 },
    );
  });
}

interface Output {
  readonly toClient: Buffer;
  readonly toServer: Buffer;
  readonly verdicts: readonly string[];
  readonly closed: string;
}

/** Opens a session, sends the requests and then the answers, each in pieces cut at these offsets. */
function run(
  dialect: Dialect,
  asked: Buffer,
  cuts: readonly number[],
  back: () => Buffer,
  backCuts: readonly number[],
): Output {
  const { recorder, say } = stand({ protocol: dialect.protocol });
  dialect.opening.forEach((message, i) => {
    say(i % 2 === 0 ? client : server, message);
  });
  recorder.take(client);
  recorder.take(server);
  for (const piece of pieces(asked, cuts)) say(client, piece);
  for (const piece of pieces(back(), backCuts)) say(server, piece);
  const { verdicts, closed } = recorder;
  return { toClient: recorder.take(client), toServer: recorder.take(server), verdicts, closed };
}

function pieces(stream: Buffer, cuts: readonly number[]): Buffer[] {
  const at = [0, ...cuts.filter(cut => cut < stream.length).sort((a, b) => a - b), stream.length];
  return at.slice(1).map((end, i) => stream.subarray(at[i]!, end));
}

/** What a controller answers to those requests that reach it. */
function answered({ requests, answers, allowed }: Dialect): Buffer {
  return Buffer.concat(answers.filter((_, i) => allowed(requests[i]!)));
}

/** The messages in another order, some of them mutated. */
function spoilt(messages: readonly Buffer[], seed: number): Buffer {
  const rnd = random(seed);
  return Buffer.concat(
    Array.from({ length: 1 + rnd(8) }, () => {
      const message = messages[rnd(messages.length)]!;
      return rnd(2) === 0 ? message : mutate(message, rnd);
    }),
  );
}
