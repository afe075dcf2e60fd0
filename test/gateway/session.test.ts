/**
 * The session machine on Modbus/TCP: what goes on, what is answered, and in which order.
 *
 * @module
 */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Side } from '../../src/operation/side.ts';
import * as modbus from '../../src/protocol/modbus/encode.ts';
import { policyOf, policyText, STRANGER, stand } from './stand.ts';

const { client, server } = Side;
const to = (transaction: number, unit = 1) => ({ transaction, unit });
const read = (transaction: number) => modbus.readRequest(to(transaction), 3, 100, 2);
const values = (transaction: number) => modbus.registersResponse(to(transaction), 3, [7, 8]);
const exception = (transaction: number, code: number, which: number, unit = 1) =>
  Buffer.from(modbus.exceptionResponse(to(transaction, unit), code, which));

test('an allowed request and its answer pass unchanged', () => {
  const { recorder, say, counts } = stand();
  say(client, read(1));
  assert.deepEqual(recorder.take(server), Buffer.from(read(1)));
  say(server, values(1));
  assert.deepEqual(recorder.take(client), Buffer.from(values(1)));
  assert.equal(counts.passed, 2);
});

test('a denied write is answered by the exception 1, and the session lives', () => {
  const { recorder, say } = stand();
  say(client, modbus.writeRegister(to(1), 50, 1));
  assert.equal(recorder.take(server).length, 0);
  // Function 6 with its highest bit set, exception 1 (illegal function), same transaction and unit.
  assert.deepEqual(recorder.take(client), Buffer.from([0, 1, 0, 0, 0, 3, 1, 0x86, 1]));
  assert.deepEqual(recorder.verdicts, ['6 50 policy answered']);
  say(client, modbus.writeRegister(to(2), 49, 1));
  assert.deepEqual(recorder.take(server), Buffer.from(modbus.writeRegister(to(2), 49, 1)));
  assert.equal(recorder.closed, '');
});

test('a value that is not allowed is exception 3, one too many in a minute exception 6', () => {
  const ranged = stand({ policy: policyOf(policyText({ within: 'range: [0, 10]' })) });
  ranged.say(client, modbus.writeRegister(to(1), 40, 11));
  assert.deepEqual(ranged.recorder.take(client), exception(1, 6, 3));
  ranged.say(client, modbus.writeRegister(to(2), 50, 5));
  assert.deepEqual(ranged.recorder.take(client), exception(2, 6, 1), 'not allowed with any value');
  const rated = stand({ policy: policyOf(policyText({ within: 'rate: 1/min' })) });
  rated.say(client, modbus.writeRegister(to(1), 40, 1), modbus.writeRegister(to(2), 40, 2));
  rated.say(server, modbus.writeRegister(to(1), 40, 1));
  assert.deepEqual(
    rated.recorder.take(client),
    Buffer.concat([modbus.writeRegister(to(1), 40, 1), exception(2, 6, 6)]),
  );
});

test('unit 1 allowed says nothing of unit 2, and a stranger may do nothing', () => {
  const { recorder, say } = stand();
  say(client, modbus.readRequest(to(1, 2), 3, 100, 2));
  assert.deepEqual(recorder.take(client), exception(1, 3, 1, 2));
  const other = stand({ client: STRANGER });
  other.say(client, read(1));
  assert.equal(other.recorder.take(server).length, 0);
  assert.deepEqual(other.recorder.take(client), exception(1, 3, 1));
});

test('a refusal between pipelined requests arrives in its place', () => {
  const { recorder, say } = stand();
  say(client, read(1), modbus.writeRegister(to(2), 50, 1), read(3), modbus.writeRegister(to(4), 51, 1));
  assert.deepEqual(recorder.take(server), Buffer.concat([read(1), read(3)]));
  assert.equal(recorder.take(client).length, 0, 'the refusals wait');
  say(server, values(1));
  assert.deepEqual(recorder.take(client), Buffer.concat([values(1), exception(2, 6, 1)]));
  say(server, values(3));
  assert.deepEqual(recorder.take(client), Buffer.concat([values(3), exception(4, 6, 1)]));
});

test('answers that arrive together are parted by the refusal between them', () => {
  const { recorder, say } = stand();
  say(client, read(1), modbus.writeRegister(to(2), 50, 1), read(3));
  say(server, values(1), values(3));
  assert.deepEqual(recorder.take(client), Buffer.concat([values(1), exception(2, 6, 1), values(3)]));
});

test('a refusal waits for a lost answer no longer than the answer time', () => {
  const it = stand({ limits: { answer: 10 } });
  it.say(client, read(1), modbus.writeRegister(to(2), 50, 1));
  for (let i = 0; i < 39; i++) it.wait(0.25);
  assert.equal(it.recorder.take(client).length, 0);
  for (let i = 0; i < 5; i++) it.wait(0.25);
  assert.deepEqual(it.recorder.take(client), exception(2, 6, 1));
  assert.deepEqual(it.recorder.notes, ['0 unanswered 1']);
  it.say(server, values(1));
  assert.equal(it.recorder.take(client).length, 0, 'too late');
});

test('when the controller ends, nothing is waited for', () => {
  const { recorder, say, session } = stand();
  say(client, read(1), modbus.writeRegister(to(2), 50, 1));
  session.finish(server);
  assert.deepEqual(recorder.take(client), exception(2, 6, 1));
  assert.deepEqual(recorder.ended, [client]);
  session.finish(client);
  assert.equal(recorder.closed, 'closed ended');
});

test('an answer that nobody asked for is dropped and told', () => {
  const { recorder, say, counts } = stand();
  say(client, read(1));
  say(server, values(9), values(1), values(1));
  assert.deepEqual(recorder.take(client), Buffer.from(values(1)));
  assert.deepEqual(recorder.verdicts, ['3 0 unsolicited dropped', '3 0 unsolicited dropped']);
  assert.equal(counts.unpaired, 2);
});

test('a malformed answer never reaches the client: its request fails as unreachable', () => {
  const { recorder, say, session } = stand();
  say(client, read(1), read(2));
  // A byte count of 3 before four bytes.
  say(server, modbus.message(to(1), [3, 3, 0, 7, 0, 8]), values(2));
  assert.deepEqual(recorder.take(client), Buffer.concat([exception(1, 3, 11), values(2)]));
  assert.ok(session.quiet);
});

test('an answer to another function than was asked fails the request that was', () => {
  const { recorder, say } = stand();
  say(client, read(1));
  say(server, modbus.registersResponse(to(1), 4, [7, 8]));
  assert.deepEqual(recorder.take(client), exception(1, 3, 11));
  assert.deepEqual(recorder.verdicts, ['4 0 mismatch answered']);
});

test('a malformed request is answered, and not passed on', () => {
  const { recorder, say } = stand();
  say(client, modbus.message(to(1), [3, 0, 0, 0, 1, 0]), read(2));
  assert.deepEqual(recorder.take(server), Buffer.from(read(2)));
  say(server, values(2));
  assert.deepEqual(recorder.take(client), Buffer.concat([exception(1, 3, 3), values(2)]));
  assert.deepEqual(recorder.verdicts, ['3 0 malformed answered']);
});

test('lost framing ends the session, and what came before it passed', () => {
  const { recorder, say } = stand();
  say(client, read(1), Buffer.from('GET / HTTP/1.1\r\n\r\n'), read(2));
  assert.deepEqual(recorder.take(server), Buffer.from(read(1)));
  assert.equal(recorder.closed, 'closed framing');
  say(client, read(3));
  assert.equal(recorder.take(server).length, 0);
});

test('a message longer than the limit ends the session before it is all there', () => {
  const { recorder, say } = stand({ limits: { message: 100 } });
  say(client, modbus.writeRegistersRequest(to(1), 0, new Array(100).fill(1)).subarray(0, 6));
  assert.equal(recorder.closed, 'closed oversize');
});

test('refuse: drop says nothing, refuse: reset ends the session', () => {
  const drop = stand({ policy: policyOf(policyText({ refuse: 'drop' })) });
  drop.say(client, modbus.writeRegister(to(1), 50, 1), read(2));
  assert.equal(drop.recorder.take(client).length, 0);
  assert.deepEqual(drop.recorder.take(server), Buffer.from(read(2)));
  const reset = stand({ policy: policyOf(policyText({ refuse: 'reset' })) });
  reset.say(client, read(1), modbus.writeRegister(to(2), 50, 1), read(3));
  assert.deepEqual(reset.recorder.take(server), Buffer.from(read(1)));
  assert.equal(reset.recorder.closed, 'reset refused');
});

test('more requests than may wait are answered as busy', () => {
  const { recorder, say } = stand({ limits: { pending: 4 } });
  for (let i = 1; i <= 6; i++) say(client, read(i));
  assert.deepEqual(recorder.take(server), Buffer.concat([1, 2, 3, 4].map(read)));
  for (let i = 1; i <= 4; i++) say(server, values(i));
  // Exception 6: server device busy.
  const refusals = [exception(5, 3, 6), exception(6, 3, 6)];
  assert.deepEqual(recorder.take(client), Buffer.concat([...[1, 2, 3, 4].map(values), ...refusals]));
});

test('refusals that wait are bounded: more are dropped', () => {
  const { recorder, say } = stand({ limits: { held: 2 } });
  say(client, read(1));
  for (let i = 2; i <= 5; i++) say(client, modbus.writeRegister(to(i), 50, 1));
  assert.deepEqual(
    recorder.verdicts.map(v => v.split(' ')[3]),
    ['answered', 'answered', 'dropped', 'dropped'],
  );
  say(server, values(1));
  assert.deepEqual(recorder.take(client), Buffer.concat([values(1), exception(2, 6, 1), exception(3, 6, 1)]));
});

test('an unreachable controller: what would go on is answered so, what is denied is denied', () => {
  const { recorder, say, session } = stand();
  session.unreachable();
  say(client, read(1), modbus.writeRegister(to(2), 50, 1));
  assert.deepEqual(recorder.take(client), Buffer.concat([exception(1, 3, 11), exception(2, 6, 1)]));
  assert.equal(recorder.take(server).length, 0);
});

test('monitor mode passes what it would have denied, and says so', () => {
  const { recorder, say, counts } = stand({ enforce: false });
  const write = modbus.writeRegister(to(1), 50, 1);
  const malformed = modbus.message(to(2), [3, 0, 0, 0, 1, 0]);
  say(client, write, malformed);
  assert.deepEqual(recorder.take(server), Buffer.concat([write, malformed]));
  assert.deepEqual(recorder.verdicts, ['6 50 policy passed', '3 0 malformed passed']);
  assert.equal(counts.denied, 1);
  assert.equal(counts.malformed, 1);
});

test('monitor mode stays out of the way where it can read no further', () => {
  const { recorder, say } = stand({ enforce: false });
  say(server, values(1).subarray(0, 5));
  say(client, read(1), Buffer.from('GET / HTTP/1.1\r\n\r\n'));
  say(client, Buffer.from('more'));
  say(server, Buffer.from('answer'));
  assert.deepEqual(
    recorder.take(server),
    Buffer.concat([read(1), Buffer.from('GET / HTTP/1.1\r\n\r\nmore')]),
  );
  assert.deepEqual(recorder.take(client), Buffer.concat([values(1).subarray(0, 5), Buffer.from('answer')]));
  assert.deepEqual(recorder.notes, ['0 framing 18', '0 blind 0']);
  assert.equal(recorder.closed, '');
});

test('a message that does not get finished, and a session without traffic, are ended', () => {
  const slow = stand({ limits: { partial: 10 } });
  const message = read(1);
  for (const byte of message.subarray(0, 11)) {
    slow.say(client, Buffer.from([byte]));
    slow.wait(1.2);
  }
  assert.equal(slow.recorder.closed, 'closed partial');
  const idle = stand({ limits: { idle: 60 } });
  idle.say(client, read(1));
  idle.wait(59);
  assert.equal(idle.recorder.closed, '');
  idle.wait(2);
  assert.equal(idle.recorder.closed, 'closed idle');
});

test('a message cut off by the end of its side is dropped', () => {
  const { recorder, say, session } = stand();
  say(client, read(1), read(2).subarray(0, 9));
  session.finish(client);
  assert.deepEqual(recorder.take(server), Buffer.from(read(1)));
  assert.deepEqual(recorder.notes, ['0 truncated 9']);
  say(server, values(1));
  assert.deepEqual(recorder.take(client), Buffer.from(values(1)));
});

test('allowed writes are reported, reads only where all is wanted', () => {
  const some = stand();
  some.say(client, read(1), modbus.writeRegister(to(2), 40, 1));
  assert.deepEqual(some.recorder.verdicts, ['6 40 policy passed']);
  const all = stand({ reports: 'all' });
  all.say(client, read(1), modbus.writeRegister(to(2), 40, 1));
  assert.deepEqual(all.recorder.verdicts, ['3 100 policy passed', '6 40 policy passed']);
});

test('a flood of refusals is counted, but not all of it is told', () => {
  const it = stand({ limits: { reports: 5 } });
  for (let i = 0; i < 100; i++) it.say(client, modbus.writeRegister(to(i), 50, 1));
  assert.equal(it.recorder.verdicts.length, 5);
  assert.equal(it.counts.denied, 100);
  it.wait(1.5);
  assert.deepEqual(it.recorder.notes, ['0 suppressed 95']);
});
