import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { Anomaly } from '../operation/anomaly.ts';
import { Outcome, Phase } from '../operation/operation.ts';
import { Side } from '../operation/side.ts';
import { Verb } from '../operation/verb.ts';
import {
  exceptionResponse,
  readRequest,
  registersResponse,
  writeRegister,
  writeRegistersRequest,
} from '../protocol/modbus/encode.ts';
import { modbus } from '../protocol/modbus/modbus.ts';
import { decide, settle } from './decide.ts';
import { reasonOf } from './decision.ts';
import { RateWindow } from './judge/rate-window.ts';
import { REASON_NAMES } from './reasons.ts';
import { PolicyState } from './state.ts';
import { readStatement } from './statement.ts';
import { plantWith, Session } from './testing.ts';

const STEP = 'level: { at: plc modbus holding 1, type: uint16, step: 10, range: [0, 1000] }';
const RULES = 'allow: [{ read: anything }, { write: anything }]';

function controller(session: Session) {
  let transaction = 0;
  return {
    read(value: number): void {
      const to = { transaction: ++transaction, unit: 1 };
      session.message(0, readRequest(to, 3, 1, 1));
      session.message(1, registersResponse(to, 3, [value]));
    },
    /** Sends a write; the answer is given by calling what it returns. */
    write(value: number): { reason: string; yes(): void; no(): void } {
      const to = { transaction: ++transaction, unit: 1 };
      const { reason } = session.message(0, writeRegister(to, 1, value))[0]!;
      return {
        reason,
        yes: () => void session.message(1, writeRegister(to, 1, value)),
        no: () => void session.message(1, exceptionResponse(to, 6, 4)),
      };
    },
  };
}

test('a step is measured from the last value read or confirmed', () => {
  const session = new Session(plantWith(RULES, STEP));
  const plc = controller(session);
  assert.equal(plc.write(100).reason, 'lastUnknown');
  plc.read(100);
  assert.equal(plc.write(111).reason, 'step');
  const first = plc.write(110);
  assert.equal(first.reason, 'granted');
  first.yes();
  assert.equal(plc.write(121).reason, 'step');
  assert.equal(plc.write(100).reason, 'granted');
});

test('writes on their way count: pipelining does not add steps up', () => {
  const session = new Session(plantWith(RULES, STEP));
  const plc = controller(session);
  plc.read(100);
  const first = plc.write(110);
  assert.equal(plc.write(115).reason, 'step', 'the controller may still hold 100');
  const second = plc.write(105);
  assert.equal(second.reason, 'granted');
  first.yes();
  assert.equal(plc.write(116).reason, 'step', '105 is still on its way, and 100 may be there');
  second.yes();
  assert.equal(plc.write(115).reason, 'granted');
  assert.equal(plc.write(94).reason, 'step');
});

test('a write that failed may be half done', () => {
  const session = new Session(plantWith(RULES, STEP));
  const plc = controller(session);
  plc.read(100);
  plc.write(110).no();
  assert.equal(plc.write(120).reason, 'step');
  assert.equal(plc.write(90).reason, 'step');
  plc.read(100);
  assert.equal(plc.write(90).reason, 'granted');
});

test('an answer that never comes is waited for, not for ever', () => {
  const session = new Session(plantWith(RULES, STEP));
  const plc = controller(session);
  plc.read(100);
  plc.write(110);
  plc.read(110);
  assert.equal(plc.write(119).reason, 'step');
  session.now += 31;
  plc.read(110);
  assert.equal(plc.write(119).reason, 'granted');
});

test('an answer that may be to another request teaches nothing', () => {
  const session = new Session(plantWith(RULES, STEP));
  const plc = controller(session);
  const answer = (statement: string, verb: Verb, value: number) => {
    const said = readStatement(session.policy, 'plc', modbus, statement);
    assert.ok('op' in said);
    Object.assign(said.op, { side: Side.server, phase: Phase.response, outcome: Outcome.ok, verb });
    Object.assign(said.op, { anomalies: Anomaly.duplicate, time: session.now });
    said.op.valueView.setUint16(said.op.valueAt, value);
    settle(session.state, said.op);
  };
  answer('write level = 0', Verb.read, 500);
  assert.equal(plc.write(500).reason, 'lastUnknown', 'a late read is no value');
  plc.read(100);
  answer('write level = 0', Verb.read, 500);
  assert.equal(plc.write(500).reason, 'step');
  assert.equal(plc.write(110).reason, 'granted');
  answer('write level = 0', Verb.write, 110);
  assert.equal(plc.write(120).reason, 'step', 'the write is as good as unanswered');
  plc.read(110);
  assert.equal(plc.write(120).reason, 'step');
  session.now += 31;
  plc.read(110);
  assert.equal(plc.write(120).reason, 'granted');
});

test('requests with one identifier: neither a late answer nor a second one is believed', () => {
  const session = new Session(plantWith(RULES, STEP));
  const to = { transaction: 900, unit: 1 };
  const ask = () => session.message(Side.client, readRequest(to, 3, 1, 1));
  const answer = (value: number) => session.message(Side.server, registersResponse(to, 3, [value]));
  const plc = controller(session);
  plc.read(100);
  ask();
  session.conversation.abandonOldest(Side.client);
  ask();
  answer(500);
  assert.equal(plc.write(500).reason, 'step', 'the answer that was given up came late');
  ask();
  ask();
  answer(100);
  answer(500);
  assert.equal(plc.write(500).reason, 'step', 'two at once');
});

test('sessions of one controller know the same values, and their writes at once leave them open', () => {
  const policy = plantWith(RULES, STEP);
  const one = new Session(policy);
  const other = new Session(policy, '10.0.0.2', undefined, one.state);
  other.flow = 2;
  const a = controller(one);
  const b = controller(other);
  a.read(100);
  const first = a.write(110);
  const second = b.write(105);
  assert.equal(second.reason, 'granted');
  second.yes();
  first.yes();
  assert.equal(b.write(119).reason, 'step', 'which of the two the controller did last is not known');
  b.read(110);
  assert.equal(b.write(119).reason, 'granted');
});

test('a step of a rule', () => {
  const rules =
    'allow: [{ read: anything }, { write: level, step: 5, from: hmi }, { write: level, from: eng }]';
  const policy = plantWith(rules, STEP);
  const hmi = new Session(policy);
  const eng = new Session(policy, '10.0.0.2', undefined, hmi.state);
  controller(hmi).read(100);
  assert.equal(controller(hmi).write(106).reason, 'step');
  assert.equal(controller(eng).write(106).reason, 'granted');
});

test('steps of floats are not refused for their rounding', () => {
  const tag = 'level: { at: plc modbus holding 1, type: float32, step: 0.1 }';
  const session = new Session(plantWith(RULES, tag));
  const words = (value: number) => {
    const view = new DataView(new ArrayBuffer(4));
    view.setFloat32(0, value);
    return [view.getUint16(0), view.getUint16(2)];
  };
  let reference = 0;
  for (let tenths = -50; tenths < 50; tenths++) {
    const to = { transaction: ++reference, unit: 1 };
    session.message(0, readRequest(to, 3, 1, 2));
    session.message(1, registersResponse(to, 3, words(tenths / 10)));
    const next = { transaction: ++reference, unit: 1 };
    assert.equal(
      session.message(0, writeRegistersRequest(next, 1, words((tenths + 2) / 10)))[0]!.reason,
      'step',
    );
    assert.equal(
      session.message(0, writeRegistersRequest(next, 1, words((tenths + 1) / 10)))[0]!.reason,
      'granted',
    );
    session.now += 60;
  }
});

test('a rate holds in every stretch of its time', () => {
  const times = fc.array(fc.integer({ min: 0, max: 400 }), { minLength: 1, maxLength: 60 });
  fc.assert(
    fc.property(times, fc.integer({ min: 1, max: 5 }), (steps, count) => {
      const window = new RateWindow({ count, seconds: 1000, text: '' });
      const passed: number[] = [];
      let now = 0;
      for (const [i, step] of steps.entries()) {
        now += step;
        const recent = passed.filter(time => time > now - 1000).length;
        const admitted = window.admits(Float64Array.of(now), i, 0);
        assert.equal(admitted, recent < count);
        if (!admitted) continue;
        window.count(Float64Array.of(now), i);
        passed.push(now);
      }
    }),
  );
});

test('items of one message count one by one', () => {
  const START = new Float64Array(1);
  const window = new RateWindow({ count: 3, seconds: 60, text: '' });
  assert.deepEqual(
    [0, 1, 2, 3].map(item => window.admits(START, 1, item)),
    [true, true, true, false],
  );
  assert.equal(window.admits(START, 2, 0), true, 'what was not sent does not count');
  for (let serial = 1; serial <= 2; serial++) window.count(START, serial);
  assert.deepEqual(
    [0, 1].map(item => window.admits(START, 3, item)),
    [true, false],
  );
});

test('a rate is kept per rule, for all sessions of the controller', () => {
  const policy = plantWith('allow: [{ write: holding 1-9, rate: 2/min }, { write: holding 20 }]');
  const one = new Session(policy);
  const other = new Session(policy, '10.0.0.2', undefined, one.state);
  const write = (session: Session, address: number) =>
    session.message(0, writeRegister({ transaction: 1, unit: 1 }, address, 1))[0]!.reason;
  assert.deepEqual([write(one, 1), write(other, 2), write(one, 3)], ['granted', 'granted', 'rate']);
  assert.equal(write(one, 20), 'granted');
  one.now += 59.9;
  assert.equal(write(one, 3), 'rate');
  one.now += 0.1;
  assert.equal(write(one, 3), 'granted');
});

test('a clock that is set back neither locks nor frees', () => {
  const state = new PolicyState({ rules: [] });
  const began = state.tick({ time: 5000 })[0]!;
  assert.equal(state.tick({ time: 5010 })[0]! - began, 10);
  assert.equal(state.tick({ time: 5009.5 })[0]! - began, 10, 'a little out of order');
  assert.equal(state.tick({ time: 5010 })[0]! - began, 10);
  assert.equal(state.tick({ time: 1000 })[0]! - began, 10, 'set back by an hour');
  assert.equal(state.tick({ time: 1005 })[0]! - began, 15);
  assert.equal(state.tick({ time: Number.NaN })[0]! - began, 15);
  assert.equal(state.tick({ time: 1006 })[0]! - began, 15);
  assert.equal(state.tick({ time: 1007 })[0]! - began, 16);
});

test('the same tag twice in one message: each step counts from the one before too', () => {
  const session = new Session(plantWith(RULES, STEP));
  controller(session).read(100);
  const item = (position: number, value: number) => {
    const said = readStatement(session.policy, 'plc', modbus, `write level = ${value}`);
    assert.ok('op' in said);
    Object.assign(said.op, { item: position, items: 2, time: session.now });
    return REASON_NAMES[reasonOf(decide(session.route, session.state, said.op))];
  };
  assert.deepEqual([item(0, 110), item(1, 105)], ['granted', 'granted']);
  assert.deepEqual([item(0, 110), item(1, 95)], ['granted', 'step']);
  assert.deepEqual(
    [item(0, 95), item(0, 105)],
    ['granted', 'granted'],
    'a message that was not sent left nothing',
  );
});
