/**
 * Which of several permits is taken: an approved change must not fail, nor one that is over live on, because another
 * permit is there too.
 *
 * @module
 */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as s7 from '../../src/protocol/s7comm/encode.ts';
import { Bench, bytesOf } from './permits-bench.ts';

const OLD = bytesOf(300, 7);
const NEW = bytesOf(420, 5);
const OB1 = s7.blockName('OB', 1);
const FILE = s7.blockFile('OB', 1);
const REVOKED = { name: 'revoked', message: 'it was revoked' };

test('a change and its roll-back are both permitted: each can be loaded', async () => {
  const bench = new Bench();
  bench.install({ OB1: NEW }, { ticket: 'CHG-1' });
  bench.install({ OB1: OLD }, { ticket: 'CHG-1-rollback' });
  assert.equal(bench.s7().load(FILE, OLD), 'whole', 'the roll-back, though the change is permitted too');
});

test('a permit for what cannot be seen does not keep an approved application out', async () => {
  const bench = new Bench();
  bench.install({}, { protocol: 'modbus', station: '1', unseen: true, ticket: 'preload' });
  const application = bytesOf(200, 3);
  bench.install({ application }, { protocol: 'modbus', station: '1', ticket: 'application' });
  const umas = bench.umas();
  assert.ok(await umas.ask(0x30, [0, 1]), umas.reason() ?? '');
});

test('a session does not go on under a revoked permit because another one is used up', async () => {
  const bench = new Bench();
  const first = bench.install({}, { protocol: 'modbus', station: '1', unseen: true, ticket: 'A' });
  const one = bench.umas();
  assert.ok(await one.ask(0x37, [1]));
  const second = bench.install({}, { protocol: 'modbus', station: '1', unseen: true, ticket: 'B' });
  first.unusable = REVOKED;
  second.used.set('transfer', 1);
  assert.equal(await one.ask(0x37, [2]), false, 'A is revoked, B is used up');
});

test('what goes on under another permit is counted under that one', async () => {
  const bench = new Bench();
  const first = bench.install({}, { protocol: 'modbus', station: '1', unseen: true, ticket: 'A' });
  const one = bench.umas();
  assert.ok(await one.ask(0x37, [1]));
  first.unusable = REVOKED;
  const second = bench.install({}, { protocol: 'modbus', station: '1', unseen: true, ticket: 'B' });
  assert.ok(await one.ask(0x37, [2]));
  assert.equal(second.used.get('transfer'), 1, 'A is revoked: only B can have covered it');
});

test('a block whose activation failed is not activated under a permit that was revoked meanwhile', async () => {
  const bench = new Bench();
  const first = bench.install({ OB1: NEW }, { ticket: 'A' });
  const party = bench.s7();
  assert.equal(party.load(FILE, NEW), 'whole');
  assert.ok(await party.held(r => s7.blockService(r, '_INSE', [OB1]), 0xd209));
  first.unusable = REVOKED;
  assert.equal(await party.insert(OB1), false, 'revoked');
  assert.equal(party.reason, 'revoked');
  const second = bench.install({ OB1: NEW }, { ticket: 'B' });
  second.used.set('OB1', 1);
  assert.equal(await party.insert(OB1), false, 'A is revoked, B is used up');
});

test('the same after the window of the first has ended', async () => {
  const bench = new Bench();
  const first = bench.install({ OB1: NEW }, { ticket: 'A' });
  const party = bench.s7();
  assert.equal(party.load(FILE, NEW), 'whole');
  assert.ok(await party.held(r => s7.blockService(r, '_INSE', [OB1]), 0xd209));
  const second = bench.install({ OB1: NEW }, { ticket: 'B', notAfter: first.permit.notAfter + 3_600_000 });
  second.used.set('OB1', 1);
  bench.time.now = first.permit.notAfter;
  assert.equal(await party.insert(OB1), false, 'A is over, B is used up');
});
