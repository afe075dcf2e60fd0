/** Interlocks: what a write requires of the last known values of other tags, across sessions and protocols. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  bitsResponse,
  readRequest,
  registersResponse,
  writeCoil,
  writeCoilsRequest,
  writeMultipleResponse,
  writeRegister,
} from '../protocol/modbus/encode.ts';
import { modbus } from '../protocol/modbus/modbus.ts';
import { connectionConfirm, connectionRequest } from '../protocol/osi/encode.ts';
import { Area, Size } from '../protocol/s7comm/areas.ts';
import { readRequest as readS7, readResponse as readS7Response } from '../protocol/s7comm/encode.ts';
import { DataSize, ItemCode } from '../protocol/s7comm/items.ts';
import { s7comm } from '../protocol/s7comm/s7comm.ts';
import { explain, formatExplanation } from './explain.ts';
import { parsePolicy } from './parse.ts';
import { formatProblem } from './problem.ts';
import { PolicyState } from './state.ts';
import { readStatement } from './statement.ts';
import { policyOf, Session } from './testing.ts';

const text = (interlocks: string): string => `cofferdam: 1
plant: P
zones:
  control: { hosts: { hmi: 10.0.0.1, eng: 10.0.0.2 } }
  hall: { hosts: { plc: 10.0.1.1, cpu: 10.0.1.2 } }
tags:
  inlet: { at: plc modbus coil 0, type: bool }
  drain: { at: plc modbus coil 1, type: bool }
  pump: { at: plc modbus coil 2, type: bool }
  level: { at: plc modbus holding 1, type: uint16, scale: 0.01, unit: m }
  depth: { at: plc modbus holding 2, type: int16, scale: -0.01 }
  ready: { at: plc s7comm DB1.DBX0.0, type: bool }
  far: { at: cpu modbus coil 0, type: bool }
interlocks:
${interlocks}
conduits:
  - { from: control, to: plc, protocol: modbus, reason: r, owner: o, review: 2027-01-01, allow: [{ read: anything }, { write: anything }] }
  - { from: control, to: plc, protocol: s7comm, reason: r, owner: o, review: 2027-01-01, allow: [{ read: anything }] }
`;

const NOT_BOTH = '  - { not both: [inlet, drain], age: 10s }';

/** A Modbus session that reads and writes coils and registers by their numbers. */
function station(policy: ReturnType<typeof policyOf>, state: PolicyState, from = '10.0.0.1', flow = 1) {
  const session = new Session(policy, from, modbus, state);
  session.flow = flow;
  let transaction = 0;
  const to = () => ({ transaction: ++transaction, unit: 1 });
  return {
    session,
    /** The controller says what the coils from 0 on are. */
    coils(...values: boolean[]): void {
      const it = to();
      session.message(0, readRequest(it, 1, 0, values.length));
      session.message(1, bitsResponse(it, 1, values));
    },
    register(address: number, value: number): void {
      const it = to();
      session.message(0, readRequest(it, 3, address, 1));
      session.message(1, registersResponse(it, 3, [value]));
    },
    /** Writes a coil; what was allowed is confirmed at once. */
    write(coil: number, on: boolean): string {
      const it = to();
      const [{ reason } = { reason: '' }] = session.message(0, writeCoil(it, coil, on));
      if (reason === 'granted') session.message(1, writeCoil(it, coil, on));
      return reason;
    },
    writeAll(first: number, values: boolean[]): string {
      const it = to();
      const [{ reason } = { reason: '' }] = session.message(0, writeCoilsRequest(it, first, values));
      if (reason === 'granted') session.message(1, writeMultipleResponse(it, 15, first, values.length));
      return reason;
    },
    writeRegister: (address: number, value: number): string =>
      session.message(0, writeRegister(to(), address, value))[0]!.reason,
  };
}

test('not both: one is not turned on while the other may be', () => {
  const policy = policyOf(text(NOT_BOTH));
  const plc = station(policy, new PolicyState(policy));
  assert.equal(plc.write(0, true), 'interlockUnknown');
  assert.equal(plc.write(0, false), 'granted', 'off needs nothing');
  plc.coils(false, false, false);
  assert.equal(plc.write(0, true), 'granted');
  assert.equal(plc.write(1, true), 'interlock');
  assert.equal(plc.write(0, false), 'granted');
  assert.equal(plc.write(1, true), 'granted');
  assert.equal(plc.write(0, true), 'interlock');
});

test('a value is known for its age, and no longer', () => {
  const policy = policyOf(text(NOT_BOTH));
  const plc = station(policy, new PolicyState(policy));
  plc.coils(false, false);
  plc.session.now += 10;
  assert.equal(plc.write(0, true), 'granted');
  plc.coils(false, false);
  plc.session.now += 10.1;
  assert.equal(plc.write(0, true), 'interlockUnknown');
});

test('what one session does holds for another, even before it is answered', () => {
  const policy = policyOf(text(NOT_BOTH));
  const state = new PolicyState(policy);
  const hmi = station(policy, state);
  const eng = station(policy, state, '10.0.0.2', 2);
  hmi.coils(false, false);
  hmi.session.message(0, writeCoil({ transaction: 99, unit: 1 }, 0, true));
  assert.equal(eng.write(1, true), 'interlockUnknown', 'on its way');
  hmi.session.message(1, writeCoil({ transaction: 99, unit: 1 }, 0, true));
  assert.equal(eng.write(1, true), 'interlock');
});

test('one message that turns both on is refused', () => {
  const policy = policyOf(text(NOT_BOTH));
  const plc = station(policy, new PolicyState(policy));
  plc.coils(false, false);
  assert.notEqual(plc.writeAll(0, [true, true]), 'granted');
  assert.equal(plc.writeAll(0, [true, false]), 'granted');
});

test('only when: a value of the tag, or any, needs what is known to hold', () => {
  const rules = `  - write: pump = on
    only when: [inlet, level > 0.4, level <= 2.5]
  - { write: drain, only when: level != 0 }`;
  const policy = policyOf(text(rules));
  const plc = station(policy, new PolicyState(policy));
  assert.equal(plc.write(2, false), 'granted');
  assert.equal(plc.write(2, true), 'interlockUnknown');
  plc.coils(true, false, false);
  assert.equal(plc.write(2, true), 'interlockUnknown', 'the level is not known');
  for (const [level, reason] of [
    [40, 'interlock'],
    [41, 'granted'],
    [250, 'granted'],
    [251, 'interlock'],
  ] as const) {
    plc.register(1, level);
    assert.equal(plc.write(2, true), reason, `level ${level}`);
  }
  assert.equal(plc.write(1, false), 'granted');
  plc.register(1, 0);
  assert.equal(plc.write(1, false), 'interlock', 'any value');
  const { sentence } = plc.session.message(0, writeCoil({ transaction: 500, unit: 1 }, 1, true))[0]!;
  assert.match(
    sentence,
    /^denied: write drain = 1: an interlock forbids it as things are \(write: drain, only when: level != 0, line 17\)/,
  );
});

test('a scale that turns values round turns the comparison too', () => {
  const policy = policyOf(text('  - { write: pump, only when: depth < -3 }'));
  const plc = station(policy, new PolicyState(policy));
  plc.register(2, 301);
  assert.equal(plc.write(2, true), 'granted');
  plc.register(2, 300);
  assert.equal(plc.write(2, true), 'interlock');
});

test('what another protocol of the controller has read counts', () => {
  const policy = policyOf(text('  - { write: level, only when: ready }'));
  const state = new PolicyState(policy);
  const plc = station(policy, state);
  assert.equal(plc.writeRegister(1, 5), 'interlockUnknown');
  const s7 = new Session(policy, '10.0.0.1', s7comm, state);
  const tsaps = { calling: Uint8Array.of(1, 0), called: Uint8Array.of(1, 2) };
  s7.message(0, connectionRequest({ source: 1, ...tsaps }));
  s7.message(1, connectionConfirm({ source: 2, destination: 1, ...tsaps }));
  const ready = { area: Area.DB, db: 1, address: 0, size: Size.bit };
  for (const [value, reason] of [
    [0, 'interlock'],
    [1, 'granted'],
  ] as const) {
    s7.message(0, readS7(value + 1, [ready]));
    const item = { code: ItemCode.success, size: DataSize.bit, bytes: [value] };
    s7.message(1, readS7Response(value + 1, [item]));
    assert.equal(plc.writeRegister(1, 5), reason);
  }
});

test('explain tells the interlocks of a write', () => {
  const policy = policyOf(text(NOT_BOTH));
  const route = policy.route('10.0.0.1', 'plc', 'modbus');
  const said = readStatement(policy, 'plc', modbus, 'write inlet = on');
  assert.ok('op' in said);
  const lines = formatExplanation(explain(policy, route, new PolicyState(policy), said.op));
  assert.match(lines, /interlock line 15: not both: \[inlet, drain\] \(age 10s\)/);
});

test('mistakes', () => {
  const mistakes = text(`  - { not both: [inlet, drain, pump] }
  - { not both: [inlet, level] }
  - { not both: [inlet, far] }
  - { not both: [inlet, drian] }
  - { not both: [inlet, drain = maybe] }
  - { write: pump }
  - { write: pump, only when: inlet, age: soon }
  - { write: pump, only wen: inlet }`);
  assert.deepEqual(parsePolicy(mistakes, 'p.yaml').problems.map(formatProblem), [
    'p.yaml:15:17: not both names 3; write the two that must not be together',
    "p.yaml:16:25: not both: 'level' is a uint16; say when, such as `level > 0`",
    "p.yaml:17:17: tag 'far' is at cpu and 'inlet' at plc; name tags of one host",
    "p.yaml:18:25: not both: no tag 'drian'; did you mean 'drain'?",
    "p.yaml:19:25: not both: 'maybe' is no value; write a number, on or off",
    'p.yaml:20:5: the interlock is neither of the two; write `- not both: [valve.inlet, valve.drain]` or `- { write: pump.run, only when: valve.inlet = on }`',
    "p.yaml:21:43: age is 'soon'; write for how long a value counts as known, such as 10s, 5min or 1h",
    'p.yaml:22:5: the interlock is neither of the two; write `- not both: [valve.inlet, valve.drain]` or `- { write: pump.run, only when: valve.inlet = on }`',
    "p.yaml:22:20: unknown key 'only wen' in the interlock; did you mean 'only when'?",
  ]);
});
