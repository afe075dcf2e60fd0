/**
 * A million mutated messages of each protocol through the session machine: it never throws or hangs, passes on
 * nothing but whole allowed messages, and a session after it works.
 *
 * @module
 */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Side } from '../../src/operation/side.ts';
import { DIALECTS, type Dialect } from './conversations.ts';
import { mutate, random } from './random.ts';
import { assertSound } from './soundness.ts';
import { stand } from './stand.ts';

const { client, server } = Side;
const MESSAGES = 1_000_000;
/** Messages of one session, so that what they leave behind meets others. */
const SESSION = 40;
const SEED = 20_261_121;

for (const dialect of DIALECTS) {
  test(`${dialect.protocol}: ${MESSAGES} mutated messages, seed ${SEED}`, { timeout: 240_000 }, () => {
    const rnd = random(SEED);
    let sent = 0;
    let passed = 0;
    while (sent < MESSAGES) {
      const did = session(dialect, rnd);
      sent += did.sent;
      passed += did.passed;
    }
    // Some mutations are harmless, and between them goes what is not mutated.
    assert.ok(passed > MESSAGES / 100, `${passed} messages passed`);
    const { recorder, say } = opened(dialect);
    const [request, answer] = dialect.good;
    say(client, request);
    say(server, answer);
    assert.deepEqual(recorder.take(server), request);
    assert.deepEqual(recorder.take(client), answer);
  });
}

/** A session of mutated messages of both sides, with some good ones between them. */
function session(dialect: Dialect, rnd: (n: number) => number): { sent: number; passed: number } {
  const it = opened(dialect);
  const asked: Buffer[] = [];
  const back: Buffer[] = [];
  let sent = 0;
  while (sent < SESSION && !it.session.closed) {
    const which = rnd(dialect.requests.length);
    const side = rnd(5) < 3 ? client : server;
    const good = (side === client ? dialect.requests : dialect.answers)[which]!;
    const bytes = mutate(good, rnd);
    (side === client ? asked : back).push(bytes);
    it.say(side, bytes);
    sent++;
    if (rnd(4) === 0) {
      asked.push(dialect.requests[which]!);
      back.push(dialect.answers[which]!);
      it.say(client, dialect.requests[which]!);
      it.say(server, dialect.answers[which]!);
    }
  }
  it.wait(30);
  const toServer = it.recorder.take(server);
  const toClient = it.recorder.take(client);
  assertSound(dialect, Buffer.concat(asked), Buffer.concat(back), { toServer, toClient });
  return { sent, passed: it.counts.passed };
}

function opened(dialect: Dialect) {
  const it = stand({ protocol: dialect.protocol });
  dialect.opening.forEach((message, i) => {
    it.say(i % 2 === 0 ? client : server, message);
  });
  it.recorder.take(client);
  it.recorder.take(server);
  return it;
}
