/** What is known of a controller lives on when its policy is exchanged for another. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readRequest, registersResponse, writeRegister } from '../protocol/modbus/encode.ts';
import type { Policy } from './policy.ts';
import { PolicyState } from './state.ts';
import { plantWith, policyOf, Session } from './testing.ts';

const RULES = 'allow: [{ read: anything }, { write: anything }]';
const tag = (name: string, more: string) => `${name}: { at: plc modbus holding 1, type: uint16, ${more} }`;
const STEP = tag('level', 'step: 10, range: [0, 1000]');

let transaction = 0;
function read(session: Session, value: number): void {
  const to = { transaction: ++transaction, unit: 1 };
  session.message(0, readRequest(to, 3, 1, 1));
  session.message(1, registersResponse(to, 3, [value]));
}

/** Sends a write, and unless `answered` is false the controller's yes. */
function write(session: Session, value: number, address = 1, answered = true): string {
  const to = { transaction: ++transaction, unit: 1 };
  const [decided] = session.message(0, writeRegister(to, address, value));
  if (answered) session.message(1, writeRegister(to, address, value));
  return decided!.reason;
}

/** The same client's session after the policy was exchanged. */
function reloaded(before: Session, policy: Policy): Session {
  const after = new Session(policy, '10.0.0.1', undefined, new PolicyState(policy, before.state));
  after.now = before.now;
  return after;
}

/** A session that knows the value 100. */
function knowing(tags = STEP): Session {
  const session = new Session(plantWith(RULES, tags));
  read(session, 100);
  return session;
}

test('a value is known under a new policy, even where the one between was never asked', () => {
  const twice = reloaded(reloaded(knowing(), plantWith(RULES, STEP)), plantWith(RULES, STEP));
  assert.equal(write(twice, 111), 'step');
  assert.equal(write(twice, 110), 'granted');
});

test('a tag with a new name, range, step or unit is the same object', () => {
  for (const [name, more] of [
    ['height', 'step: 10, range: [0, 1000]'],
    ['level', 'step: 10, range: [0, 105]'],
    ['level', 'step: 5, range: [0, 1000]'],
    ['level', 'step: 1, scale: 0.1, unit: m, range: [0, 100]'],
  ] as const) {
    const session = reloaded(knowing(), plantWith(RULES, tag(name, more)));
    assert.equal(write(session, 105), 'granted', `${name} ${more}`);
    assert.notEqual(write(session, 116), 'granted', `${name} ${more}`);
  }
  const narrower = reloaded(knowing(), plantWith(RULES, tag('level', 'step: 10, range: [0, 105]')));
  assert.equal(write(narrower, 106), 'range', 'the new range holds at once');
});

test('a tag that is read in another way, or elsewhere, is another', () => {
  for (const other of [
    tag('level', 'step: 10').replace('uint16', 'int16'),
    tag('level', 'step: 10').replace('holding 1', 'holding 2'),
    tag('level', 'step: 10').replace('modbus holding', 'modbus unit 2 holding'),
  ]) {
    const session = reloaded(knowing(), plantWith(`station: [1, 2]\n${RULES}`, other));
    assert.equal(session.ask('write level = 100').reason, 'lastUnknown', other);
  }
});

test('a host with another address is another device', () => {
  const plant = (address: string) =>
    policyOf(`cofferdam: 1
plant: P
zones: { z: { hosts: { hmi: 10.0.0.1, plc: ${address} } } }
tags: { ${STEP} }
conduits:
  - { from: hmi, to: plc, protocol: modbus, reason: r, owner: o, review: 2027-01-01, ${RULES} }
`);
  const session = new Session(plant('10.0.1.1'));
  read(session, 100);
  assert.equal(write(reloaded(session, plant('10.0.1.1')), 105), 'granted');
  assert.equal(write(reloaded(session, plant('10.0.1.9')), 105), 'lastUnknown');
});

test('what was not followed under the policy between is not known after it', () => {
  const without = reloaded(knowing(), plantWith(RULES, tag('level', 'range: [0, 1000]')));
  assert.equal(write(without, 500), 'granted');
  assert.equal(write(reloaded(without, plantWith(RULES, STEP)), 105), 'lastUnknown');
});

test('a write on its way still counts', () => {
  const before = knowing();
  assert.equal(write(before, 110, 1, false), 'granted');
  const after = reloaded(before, plantWith(RULES, STEP));
  assert.equal(write(after, 115), 'step', 'the controller may still hold 100');
  assert.equal(write(after, 105), 'granted');
});

test('how often a rule was used is remembered where the rule is the same, wherever it stands', () => {
  const rated = '{ write: holding 1-9, rate: 2/min }';
  const used = () => {
    const session = new Session(plantWith(`allow: [{ read: anything }, ${rated}]`));
    assert.deepEqual(
      [write(session, 1), write(session, 1), write(session, 1)],
      ['granted', 'granted', 'rate'],
    );
    return session;
  };
  const same = reloaded(used(), plantWith(`allow: [{ read: anything }, ${rated}]`));
  assert.equal(write(same, 1), 'rate');
  same.now += 60;
  assert.equal(write(same, 1), 'granted');
  const moved = plantWith(`deny: { stop: anything }\nallow: [{ write: holding 20 }, ${rated}]`);
  assert.equal(write(reloaded(used(), moved), 1), 'rate', 'moved');
  const removed = reloaded(used(), plantWith('allow: { read: anything }'));
  assert.equal(write(removed, 1), 'noRule', 'removed');
  const again = reloaded(removed, plantWith(`allow: ${rated}`));
  assert.equal(write(again, 1), 'granted', 'and written again: it is a new rule');
  const other = plantWith('allow: { write: holding 1-9, rate: 3/min }');
  assert.equal(write(reloaded(used(), other), 1), 'granted', 'with another rate it is another rule');
});

test('the clock goes on', () => {
  const before = knowing();
  before.state.tick({ time: 5000 })[0]!;
  const after = new PolicyState(before.policy, before.state);
  assert.equal(after.tick({ time: 5010 })[0]! - before.state.tick({ time: 5000 })[0]!, 10);
});
