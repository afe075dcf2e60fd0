/**
 * An application loaded over UMAS under a permit: it takes effect by the end of its transfer, so that waits for its use
 * to be recorded; and its parts are numbered, so that their order is checked.
 *
 * @module
 */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Side } from '../../src/operation/side.ts';
import { Desk } from '../../src/program/desk.ts';
import { NOON, PermitsInMemory, permitFor } from '../../src/program/desk-testing.ts';
import type { Permit } from '../../src/program/permit.ts';
import * as modbus from '../../src/protocol/modbus/encode.ts';
import { policyOf, policyText, stand } from './stand.ts';

const { client, server } = Side;
const APPLICATION = Buffer.from(Array.from({ length: 700 }, (_, i) => (i * 3) & 0xff));
const PART = 240;
/** Programs under a permit, and `rules` besides. */
const policyWith = (rules: readonly string[]) =>
  policyOf(
    policyText({ within: '' }).replace(
      '      - write: holding 40-49\n',
      `      - write: holding 40-49\n${rules.map(rule => `      - ${rule}\n`).join('')}    download: permit\n`,
    ),
  );

function open(terms: Partial<Permit> = {}, rules: readonly string[] = []) {
  const permits = new PermitsInMemory();
  const permit = permitFor({ application: APPLICATION }, { protocol: 'modbus', station: '1', ...terms });
  permits.install(permit, [APPLICATION]);
  const desk = new Desk('plc', permits, () => NOON);
  const it = stand({ policy: policyWith(rules), desk });
  let transaction = 0;
  /** Whether the function passed; the controller says yes to it then. */
  const ask = async (fn: number, data: readonly number[]): Promise<boolean> => {
    const to = { transaction: ++transaction, unit: 1 };
    const message = Buffer.from(modbus.umas(to, 0, fn, data));
    it.say(client, message);
    await it.recorded();
    const passed = it.recorder.take(server).equals(message);
    if (passed) it.say(server, modbus.umas(to, 0, 0xfe, []));
    it.recorder.take(client);
    return passed;
  };
  const part = (number: number, bytes: Uint8Array) =>
    ask(0x31, [0, 1, number & 0xff, number >> 8, bytes.length & 0xff, bytes.length >> 8, ...bytes]);
  return { it, permits, ask, part, begin: () => ask(0x30, [0, 1]), end: () => ask(0x32, [0, 1, 4, 0]) };
}

const parts = [0, 1, 2].map(i => APPLICATION.subarray(i * PART, (i + 1) * PART));

test('an approved application is loaded, and its use is counted when its end is told', async () => {
  const { permits, part, begin, end, it } = open();
  assert.ok(await begin());
  for (const [i, bytes] of parts.entries()) assert.ok(await part(i + 1, bytes));
  assert.equal(permits.installed[0]!.used.size, 0);
  assert.ok(await end());
  assert.deepEqual([...permits.installed[0]!.used], [['application', 1]]);
  assert.equal(await begin(), false);
  assert.equal(it.recorder.permissions.at(-1), 'used-up');
});

test('parts out of order, though their bytes come in order, are refused', async () => {
  const { part, begin, it } = open();
  assert.ok(await begin());
  assert.ok(await part(1, parts[0]!));
  assert.equal(await part(3, parts[1]!), false);
  assert.equal(it.recorder.permissions.at(-1), 'other-part');
});

test('another byte, and an end before the last part, are refused', async () => {
  const { part, begin, end, it } = open();
  assert.ok(await begin());
  assert.equal(await part(1, parts[0]!.with(100, 1)), false);
  assert.equal(it.recorder.permissions.at(-1), 'other-content');
  assert.equal(await part(1, parts[0]!), false, 'the transfer is over');
  assert.equal(it.recorder.permissions.at(-1), 'not-begun');
  assert.ok(await begin());
  assert.ok(await part(1, parts[0]!));
  assert.equal(await end(), false);
  assert.equal(it.recorder.permissions.at(-1), 'too-short');
});

test('a part whose length disagrees is taken as it lies there, and does not fit', async () => {
  const { ask, begin, it } = open();
  assert.ok(await begin());
  assert.equal(await ask(0x31, [0, 1, 1, 0, 9, 0, ...parts[0]!]), false);
  assert.equal(it.recorder.permissions.at(-1), 'other-part');
});

test('what hides its content needs a permit that says so, counted once a session', async () => {
  const plain = open();
  assert.equal(await plain.ask(0x37, [1, 2, 3]), false);
  assert.equal(plain.it.recorder.permissions.at(-1), 'unseen');
  const unseen = open({ unseen: true, blocks: [] });
  assert.ok(await unseen.ask(0x37, [1, 2, 3]));
  assert.ok(await unseen.ask(0x37, [4, 5, 6]));
  assert.deepEqual([...unseen.permits.installed[0]!.used], [['transfer', 1]]);
  assert.equal(await unseen.begin(), false, 'what can be seen is not let through unseen');
});

test('what can load although its verb does not say so needs such a permit too, although a rule allows it', async () => {
  const allow = [0x21, 0x38, 0x23].map(sub => `function: 0x5a/${sub}`);
  const plain = open({}, allow);
  for (const sub of [0x21, 0x38]) {
    assert.equal(await plain.ask(sub, [1, 2, 3]), false);
    assert.equal(plain.it.recorder.permissions.at(-1), 'unseen');
  }
  assert.ok(await plain.ask(0x23, [1, 2, 3]), 'what writes variables is under the rule alone');
  const unseen = open({ unseen: true, blocks: [] }, allow);
  assert.ok(await unseen.ask(0x38, [1, 2, 3]));
  assert.ok(await unseen.ask(0x21, [1, 2, 3]));
  assert.deepEqual([...unseen.permits.installed[0]!.used], [['transfer', 1]]);
});
