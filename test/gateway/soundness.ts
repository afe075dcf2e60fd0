/**
 * The promise of a gateway, checked without its own decoders: what comes out on the other side is whole messages
 * that were sent and are allowed, in order, and beside them nothing but refusals.
 *
 * @module
 */

import assert from 'node:assert/strict';
import type { Dialect } from './conversations.ts';

/**
 * `asked` and `back` is what client and controller sent; `toServer` and `toClient` is what came out for them.
 * A controller may be refused too, so that refusals may go either way.
 */
export function assertSound(
  dialect: Dialect,
  asked: Buffer,
  back: Buffer,
  output: { readonly toServer: Buffer; readonly toClient: Buffer },
): void {
  const on = passed(dialect, output.toServer);
  assertAmong(on, dialect.messages(asked).messages);
  for (const message of on) assert.ok(dialect.allowed(message), `not allowed: ${message.toString('hex')}`);
  assertAmong(passed(dialect, output.toClient), dialect.messages(back).messages);
}

/** The messages of a stream, all of them whole, without refusals. */
function passed(dialect: Dialect, stream: Buffer): Buffer[] {
  const { messages, rest } = dialect.messages(stream);
  assert.equal(rest, 0, 'whole messages only');
  return messages.filter(message => !dialect.refusal(message));
}

/** `some` are among `all`, in the same order. */
function assertAmong(some: readonly Buffer[], all: readonly Buffer[]): void {
  let at = 0;
  for (const message of some) {
    while (at < all.length && !all[at]!.equals(message)) at++;
    if (at === all.length) assert.fail(`was not sent, or not in this place: ${message.toString('hex')}`);
    at++;
  }
}
