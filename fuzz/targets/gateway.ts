/**
 * The gateway's session machine: what it puts out is whole messages that were sent and are allowed, in order, and
 * refusals; a session after it works. Judged by readers of the streams that share nothing with its decoders.
 *
 * @module
 */

import assert from 'node:assert/strict';
import type { Random } from '../../bench/generate/random.ts';
import { Side } from '../../src/operation/side.ts';
import type { Dialect } from '../../test/gateway/conversations.ts';
import { assertSound } from '../../test/gateway/soundness.ts';
import { type Stand, stand } from '../../test/gateway/stand.ts';
import type { Case, Part } from '../case.ts';
import type { Subject } from '../target.ts';

const { client, server } = Side;

export class GatewaySession implements Subject {
  readonly #dialect: Dialect;

  constructor(dialect: Dialect) {
    this.#dialect = dialect;
  }

  run(parts: Case, random: Random): void {
    const dialect = this.#dialect;
    const it = opened(dialect);
    const asked: Uint8Array[] = [];
    const back: Uint8Array[] = [];
    const say = (side: Side, bytes: Uint8Array) => {
      if (it.session.closed || bytes.length === 0) return;
      (side === client ? asked : back).push(bytes);
      const at = random.chance(30) ? random.below(bytes.length) : 0;
      if (at > 0) it.say(side, bytes.subarray(0, at));
      it.say(side, bytes.subarray(at));
    };
    for (const { kind, bytes } of parts) {
      say((kind & 1) as Side, bytes);
      if (!random.chance(25)) continue;
      const which = random.below(dialect.requests.length);
      say(client, dialect.requests[which]!);
      say(server, dialect.answers[which]!);
    }
    it.wait(30);
    const toServer = it.recorder.take(server);
    const toClient = it.recorder.take(client);
    assertSound(dialect, Buffer.concat(asked), Buffer.concat(back), { toServer, toClient });
    if (random.below(64) === 0) works(dialect);
  }
}

/** The exchanges of the dialect, a few to a case. */
export function seedsOf(dialect: Dialect): Case[] {
  const seeds: Part[][] = [];
  for (let from = 0; from < dialect.requests.length; from += 4) {
    const parts: Part[] = [];
    for (let i = from; i < Math.min(from + 6, dialect.requests.length); i++) {
      parts.push({ kind: client, bytes: dialect.requests[i]! }, { kind: server, bytes: dialect.answers[i]! });
    }
    seeds.push(parts);
  }
  return seeds;
}

/** A good request comes through, and so does its answer. */
function works(dialect: Dialect): void {
  const { recorder, say } = opened(dialect);
  const [request, answer] = dialect.good;
  say(client, request);
  say(server, answer);
  assert.deepEqual(recorder.take(server), request);
  assert.deepEqual(recorder.take(client), answer);
}

function opened(dialect: Dialect): Stand {
  const it = stand({ protocol: dialect.protocol });
  dialect.opening.forEach((message, i) => {
    it.say(i % 2 === 0 ? client : server, message);
  });
  it.recorder.take(client);
  it.recorder.take(server);
  return it;
}
