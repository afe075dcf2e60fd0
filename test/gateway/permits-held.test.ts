/**
 * What changes while a use is being recorded; and what passes before it should.
 *
 * @module
 */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PolicyJudge } from '../../src/gateway/policy-judge.ts';
import { PolicyState } from '../../src/policy/state.ts';
import { HOUR } from '../../src/program/desk-testing.ts';
import * as modbus from '../../src/protocol/modbus/encode.ts';
import * as s7 from '../../src/protocol/s7comm/encode.ts';
import { S7COMM } from './conversations.ts';
import { Bench, bytesOf, client, server } from './permits-bench.ts';
import { HMI, policyOf, policyText, stand } from './stand.ts';

const CODE = bytesOf(300, 7);
const FILE = s7.blockFile('OB', 1);
const OB1 = s7.blockName('OB', 1);

/** A whole block, whose activation is held while `change` happens. */
async function heldWhile(change: (bench: Bench, party: ReturnType<Bench['s7']>) => void) {
  const bench = new Bench();
  bench.install({ OB1: CODE });
  const party = bench.s7();
  assert.equal(party.load(FILE, CODE), 'whole');
  const record = bench.permits.recordUse.bind(bench.permits);
  bench.permits.recordUse = async (permit, wanted) => {
    await new Promise(resolve => setImmediate(resolve));
    await record(permit, wanted);
    change(bench, party);
  };
  return await party.insert(OB1);
}

test('held: revoked meanwhile', async () => {
  const passed = await heldWhile(bench => {
    (bench.permits.installed[0] as { unusable: unknown }).unusable = { name: 'revoked', message: '' };
  });
  assert.equal(passed, false);
});

test('held: the window ends meanwhile', async () => {
  assert.equal(
    await heldWhile(bench => {
      bench.time.now += HOUR;
    }),
    false,
  );
});

test('held: another policy meanwhile', async () => {
  const denied = policyOf(policyText());
  const passed = await heldWhile((_, party) => {
    party.it.session.judge = new PolicyJudge(
      denied,
      denied.route(HMI, 'plc', 's7comm'),
      new PolicyState(denied),
    );
  });
  assert.equal(passed, false);
});

test('held: the session is closed meanwhile', async () => {
  assert.equal(await heldWhile((_, party) => party.it.session.close(true, 0 as never)), false);
});

test('held: the block is begun anew by another session meanwhile', async () => {
  const passed = await heldWhile(bench => {
    (bench.permits.installed[0] as { used: Map<string, number> }).used.clear();
    bench.s7().say(client, s7.requestDownload(1, FILE, 300, 300));
  });
  assert.equal(passed, false);
});

test('monitor mode uses nothing up, and passes all', async () => {
  const bench = new Bench();
  const { used } = bench.install({ OB1: CODE }, { actions: ['stop'] });
  const policy = policyOf(
    policyText().replace('      - write: DB1 0-9', '      - write: DB1 0-9\n    download: permit'),
  );
  const it = stand({ protocol: 's7comm', policy, desk: bench.desk, enforce: false });
  S7COMM.opening.forEach((message, i) => {
    it.say(i % 2 === 0 ? client : server, message);
  });
  it.recorder.take(server);
  it.say(client, s7.plcStop(5), s7.plcStop(6));
  await it.recorded();
  assert.equal(it.recorder.take(server).length, 2 * s7.plcStop(5).length);
  assert.equal(used.size, 0);
});

test('UMAS: the end of an application waits until the controller has taken all its parts', async () => {
  const bench = new Bench();
  bench.install({ application: CODE }, { protocol: 'modbus', station: '1' });
  const umas = bench.umas();
  assert.ok(await umas.ask(0x30, [0, 1]));
  assert.ok(await umas.part(1, CODE.subarray(0, 200)));
  const { it } = umas;
  const last = CODE.subarray(200);
  it.say(
    client,
    modbus.umas({ transaction: 50, unit: 1 }, 0x77, 0x31, [0, 1, 2, 0, last.length, 0, ...last]),
  );
  it.recorder.take(server);
  // The controller has not answered: it may say no, to a wrong pairing key for one.
  it.say(client, modbus.umas({ transaction: 51, unit: 1 }, 0, 0x32, [0, 1, 3, 0]));
  await it.recorded();
  assert.equal(it.recorder.take(server).length, 0, 'takes effect, and part 2 may not be in it');
});

test('UMAS: a part waits until the controller has taken the one before', async () => {
  const bench = new Bench();
  bench.install({ application: CODE }, { protocol: 'modbus', station: '1' });
  const umas = bench.umas();
  assert.ok(await umas.ask(0x30, [0, 1]));
  const { it } = umas;
  const part = (transaction: number, number: number, bytes: Uint8Array) =>
    modbus.umas({ transaction, unit: 1 }, 0, 0x31, [0, 1, number, 0, bytes.length, 0, ...bytes]);
  it.say(client, part(50, 1, CODE.subarray(0, 200)), part(51, 2, CODE.subarray(200)));
  assert.deepEqual(it.recorder.take(server), Buffer.from(part(50, 1, CODE.subarray(0, 200))));
  assert.equal(umas.reason(), 'unanswered');
  it.say(server, modbus.umas({ transaction: 50, unit: 1 }, 0, 0xfe, []));
  assert.ok(await umas.part(2, CODE.subarray(200)), 'the transfer goes on');
});
