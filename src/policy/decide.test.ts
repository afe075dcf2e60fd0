import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Anomaly } from '../operation/anomaly.ts';
import {
  readRequest,
  registersResponse,
  umas,
  writeRegister,
  writeRegistersRequest,
} from '../protocol/modbus/encode.ts';
import { modbus } from '../protocol/modbus/modbus.ts';
import { s7comm } from '../protocol/s7comm/s7comm.ts';
import { decide } from './decide.ts';
import { VERDICTS, verdictOf } from './decision.ts';
import { readPolicy } from './read/policy.ts';
import { plantWith, policyOf, Session } from './testing.ts';

const TO = { transaction: 1, unit: 1 };

/** Rules, tags, then `statement → verdict reason` a line. */
const TABLES: readonly (readonly [title: string, rules: string, tags: string, verdicts: string])[] = [
  [
    'what is not written is denied',
    'allow: [{ read: holding 0-9 }]',
    '{}',
    `read holding 0 → allow granted
     read holding 9 → allow granted
     read holding 0-9 → allow granted
     read holding 9-10 → deny noRule
     read holding 10 → deny noRule
     read input 0 → deny noRule
     write holding 0 = 1 → deny noRule
     read unit 2 holding 0 → deny station
     connect → allow session
     authenticate → deny noRule
     stop → deny noRule
     download → deny noRule
     function 90/5 → deny noRule`,
  ],
  [
    'a conduit without rules allows nothing, not even a session',
    'refuse: drop',
    '{}',
    `connect → deny noRule
     read holding 0 → deny noRule`,
  ],
  [
    'several rules may cover an object together, but no gap',
    'allow: [{ read: [holding 0-4, holding 5-9] }, { read: holding 8-20 }, { read: holding 22 }]',
    '{}',
    `read holding 0-20 → allow granted
     read holding 3-7 → allow granted
     read holding 0-21 → deny noRule
     read holding 20-22 → deny noRule`,
  ],
  [
    'deny wins over alert and alert over allow',
    'allow: [{ write: anything }]\nalert: [{ write: holding 5-9 }]\ndeny: [{ write: holding 9-12 }]',
    '{}',
    `write holding 4 = 1 → allow granted
     write holding 5 = 1 → alert granted
     write holding 4-5 = 1, 2 → alert granted
     write holding 9 = 1 → deny denied
     write holding 8-9 = 1, 2 → deny denied
     write holding 12-13 = 1, 2 → deny denied
     write holding 13 = 1 → allow granted`,
  ],
  [
    'alert alone lets through',
    'alert: [{ diagnose: anything }]',
    '{}',
    `diagnose → alert granted
     identify → deny noRule
     connect → allow session`,
  ],
  [
    'denials by value deny those values, and what may be one of them',
    'allow: [{ write: holding 0-9 }]\ndeny: [{ write: holding 3, range: [100, 200] }]',
    '{}',
    `write holding 3 = 99 → allow granted
     write holding 3 = 100 → deny denied
     write holding 2-4 = 1, 150, 1 → deny denied
     write holding 3.0 = 1 → deny denied`,
  ],
  [
    'values of registers without a tag',
    'allow: [{ write: holding 0-9, range: [0, 100] }, { write: coil 3, values: [on] }]',
    '{}',
    `write holding 0 = 100 → allow granted
     write holding 0 = 101 → deny range
     write holding 0-2 = 1, 2, 101 → deny range
     write holding 0.1 = 1 → deny partial
     write coil 3 = 1 → allow granted
     write coil 3 = 0 → deny range`,
  ],
  [
    'stations',
    'station: [3, 5]\nallow: [{ read: anything }]',
    '{}',
    `read unit 3 holding 0 → allow granted
     read unit 5 holding 0 → allow granted
     read unit 4 holding 0 → deny station
     read unit 1 holding 0 → deny station
     read unit 0 holding 0 → deny station`,
  ],
  [
    'functions by number',
    'allow: [{ function: 0x42 }, { function: 8 }, { function: 90/0x10 }]\ndeny: [{ function: 8/4 }]',
    '{}',
    `function 0x42 → allow granted
     function 8/1 → allow granted
     function 8/4 → deny denied
     function 90/16 → allow granted
     function 90/17 → deny noRule
     read holding 0 → deny noRule`,
  ],
  [
    'a function by number is no download',
    'allow: { function: 90 }',
    '{}',
    `function 90/0x20 → allow granted
     function 90/0x30 → deny noRule`,
  ],
  [
    'functions of a vendor are allowed by number only, and denied by verb too',
    'allow: [{ read: anything }, { write: anything }, { function: 90/0x41 }]',
    '{}',
    `function 90/0x20 → deny noRule
     function 90/0x23 → deny noRule
     function 90/0x41 → allow granted
     function 90/0x12 → allow session
     function 3 → allow granted
     function 90/0x30 → deny noRule`,
  ],
  [
    'a session that only a vendor has is no part of a standard one',
    'allow: [{ read: anything }, { function: 16 }]',
    '{}',
    `connect → allow session
     function 90/1 → deny noRule`,
  ],
  [
    'a verb denies functions of a vendor',
    'allow: [{ function: 90 }]\ndeny: [{ stop: anything }]',
    '{}',
    `function 90/0x40 → allow granted
     function 90/0x41 → deny denied`,
  ],
  [
    'downloads of a vendor have the key download',
    'download: allow',
    '{}',
    `function 90/0x30 → allow granted
     function 90/0x43 → allow granted
     function 90/1 → allow session
     function 90/0x33 → deny noRule`,
  ],
  [
    'downloads',
    'allow: [{ identify: anything }]\ndownload: permit',
    '{}',
    'download → deny permit\nidentify → allow granted\nactivate → deny permit',
  ],
  [
    'downloads allowed',
    'download: allow',
    '{}',
    'download → allow granted\nactivate → allow granted\ndelete → deny noRule\nconnect → allow session',
  ],
  ['downloads denied', 'download: deny', '{}', 'download → deny denied\nconnect → deny noRule'],
  [
    'limits of a tag hold whatever grants the write',
    'allow: [{ write: anything }, { configure: anything }, { read: anything }]',
    `speed: { at: plc modbus holding 40, type: uint16, scale: 0.1, unit: Hz, range: [807, 1210] }
level: { at: plc modbus holding 50, type: float32, range: [0.1, 99.9] }
lamp: { at: plc modbus holding 60.3, type: bool, values: [on] }
mode: { at: plc modbus coil 7, type: bool, values: [off] }
free: { at: plc modbus holding 70, type: uint16 }`,
    `write speed = 807 → allow granted
     write speed = 806.9 → deny range
     write speed = 1210 → allow granted
     write speed = 1210.1 → deny range
     write holding 40 = 12100 → allow granted
     write holding 40 = 12101 → deny range
     write holding 39-40 = 0, 12101 → deny range
     write holding 39-41 = 0, 12100, 0 → allow granted
     write holding 40.0 = 1 → deny partial
     configure holding 40 = 0 → deny range
     configure holding 40 → deny partial
     write anything → deny partial
     read holding 0-100 → allow granted
     write level = 0.1 → allow granted
     write level = 99.9 → allow granted
     write level = 99.91 → deny range
     write holding 50 = 1 → deny partial
     write holding 51 = 1 → deny partial
     write holding 49-50 = 1, 1 → deny partial
     write holding 50-51 = 0x42c7, 0xcccd → allow granted
     write holding 50-51 = 0x7fc0, 0 → deny range
     write holding 50-51 = 0x7f80, 0 → deny range
     write holding 50-51 = 0xff80, 0 → deny range
     write holding 60 = 8 → allow granted
     write holding 60 = 0xfff7 → deny range
     write holding 60.2 = 1 → deny partial
     write coil 7 = 0 → allow granted
     write coil 7 = 1 → deny range
     write coil 0-7 = 1,1,1,1,1,1,1,0 → allow granted
     write coil 7-8 = 1,0 → deny range
     write holding 70.1 = 1 → allow granted`,
  ],
  [
    'a rule may be narrower than its tag',
    'allow: [{ write: speed, range: [900, 1000], from: eng }, { write: speed, range: [950, 960] }]',
    'speed: { at: plc modbus holding 40, type: uint16, scale: 0.1, range: [807, 1210] }',
    `write speed = 955 → allow granted
     write speed = 900 → deny range
     write holding 39-40 = 0, 9550 → deny noRule
     write holding 40.1 = 1 → deny partial`,
  ],
  [
    'orders of words and bytes, signs, negative scales',
    'allow: [{ write: anything }]',
    `a: { at: plc modbus holding 0, type: uint32, words: little, range: [65536, 65537] }
b: { at: plc modbus holding 2, type: int16, bytes: little, range: [-2, -1] }
c: { at: plc modbus holding 4, type: int32, scale: -0.5, offset: 10, range: [0, 20] }
d: { at: plc modbus holding 6, type: uint64, range: [0, 9007199254740991] }`,
    `write holding 0-1 = 0, 1 → allow granted
     write holding 0-1 = 1, 0 → deny range
     write holding 2 = 0xfeff → allow granted
     write holding 2 = 0xfffd → deny range
     write c = 20 → allow granted
     write c = 20.5 → deny range
     write c = 0 → allow granted
     write c = -0.5 → deny range
     write d = 9007199254740991 → allow granted
     write d = 9007199254740992 → deny range
     write d = 18446744073709551615 → deny range`,
  ],
];

for (const [title, rules, tags, verdicts] of TABLES) {
  test(title, () => {
    const session = new Session(plantWith(rules, tags));
    for (const line of verdicts.split('\n')) {
      const [statement = '', expected] = line.trim().split(' → ');
      const { verdict, reason } = session.ask(statement);
      assert.equal(`${verdict} ${reason}`, expected, statement);
    }
  });
}

test('a message with a function of a vendor is told with its number', () => {
  const session = new Session(plantWith('allow: { read: anything }'));
  const [read] = session.message(0, umas(TO, 0, 0x20, [0, 0, 0, 0, 0, 0, 0, 0, 0]));
  assert.equal(read!.sentence, 'denied: read by function 90/32 (READ_MEMORY_BLOCK): no rule allows it');
});

test('an empty policy denies everything', () => {
  const session = new Session(policyOf('cofferdam: 1\nplant: Nothing yet\n'));
  for (const statement of ['read holding 0', 'connect', 'write coil 1 = 1', 'stop', 'function 0x2b/14']) {
    assert.equal(session.ask(statement).verdict, 'deny', statement);
  }
});

test('who asks matters', () => {
  const policy = plantWith('allow: [{ write: holding 1, from: eng }, { read: anything }]');
  assert.equal(new Session(policy, '10.0.0.2').ask('write holding 1 = 1').verdict, 'allow');
  assert.equal(new Session(policy, '10.0.0.1').ask('write holding 1 = 1').reason, 'noRule');
  assert.equal(new Session(policy, '::ffff:10.0.0.2').ask('write holding 1 = 1').verdict, 'allow');
  assert.equal(new Session(policy, '10.0.0.3').ask('read holding 1').reason, 'stranger');
  assert.equal(new Session(policy, '10.0.1.2').ask('read holding 1').reason, 'noConduit');
  assert.equal(new Session(policy, '10.0.0.1', s7comm).ask('read DB1.DBW0').reason, 'noConduit');
});

test('ranges of addresses', () => {
  const policy = policyOf(`cofferdam: 1
plant: P
zones: { z: { hosts: { desks: 10.1.0.0/24, six: 2001:db8::/32, boss: 10.1.0.9, plc: 10.2.0.1 } } }
conduits:
  - { from: [desks, six], to: plc, protocol: modbus, reason: r, owner: o, review: 2027-01-01, allow: { read: anything } }
  - { from: boss, to: plc, protocol: modbus, reason: r, owner: o, review: 2027-01-01, allow: { diagnose: anything } }
`);
  const verdicts = (from: string) => {
    const session = new Session(policy, from);
    return `${session.ask('read holding 0').verdict} ${session.ask('diagnose').verdict}`;
  };
  assert.equal(verdicts('10.1.0.1'), 'allow deny');
  assert.equal(verdicts('10.1.0.9'), 'allow allow');
  assert.equal(verdicts('10.1.1.1'), 'deny deny');
  assert.equal(verdicts('2001:db8:ffff::1'), 'allow deny');
  assert.equal(verdicts('2001:db9::1'), 'deny deny');
});

test('a request that is denied says why, in engineering terms', () => {
  const policy = plantWith(
    'allow:\n  - read: anything\n  - write: rotor.speed.setpoint\n    rate: 1/min',
    'rotor.speed.setpoint: { at: plc modbus holding 40, type: uint16, scale: 0.1, unit: Hz, range: [807, 1210], step: 25 }',
  );
  const session = new Session(policy);
  const write = (raw: number) => session.message(0, writeRegister(TO, 40, raw))[0]!;
  const settled = (bytes: Uint8Array) => assert.equal(session.message(1, bytes)[0]!.verdict, 'allow');
  assert.equal(
    write(14_100).sentence,
    'denied: rotor.speed.setpoint = 1410 Hz is outside 807..1210 Hz (rule line 17)',
  );
  assert.match(write(12_000).sentence, /its last value is not known yet; let the client read it first/);
  session.message(0, readRequest(TO, 3, 40, 1));
  settled(registersResponse(TO, 3, [11_900]));
  assert.match(write(11_600).sentence, /= 1160 Hz is more than one step of 25 Hz from its last value/);
  assert.equal(write(12_000).sentence, 'allowed: write rotor.speed.setpoint = 1200 Hz (rule line 17)');
  settled(writeRegister(TO, 40, 12_000));
  assert.equal(
    write(12_100).sentence,
    'denied: write rotor.speed.setpoint = 1210 Hz: it comes too often (rule line 17)',
  );
  assert.equal(
    session.message(0, writeRegistersRequest(TO, 200, [1, 2]))[0]!.sentence,
    'denied: write holding 200-201 = 1, 2: no rule allows it',
  );
});

test('what is malformed or unasked is denied, an answer passes', () => {
  const session = new Session(plantWith('allow: [{ read: anything }]'));
  assert.equal(session.message(0, readRequest(TO, 3, 0, 0))[0]!.reason, 'malformed');
  assert.equal(session.message(1, registersResponse(TO, 3, [1]))[0]!.reason, 'unasked');
  session.message(0, readRequest(TO, 3, 0, 1));
  assert.equal(session.message(1, registersResponse(TO, 3, [1]))[0]!.reason, 'answer');
});

test('S7 objects', () => {
  const session = new Session(
    plantWith(
      'allow: [{ write: [DB1.DBW0, pressure] }, { operate: anything }, { read: anything }]',
      'pressure: { at: plc s7comm DB1.DBD4, type: float32, unit: bar, range: [0, 70] }',
      's7comm',
    ),
    '10.0.0.1',
    s7comm,
  );
  const verdict = (statement: string) => session.ask(statement).reason;
  assert.equal(verdict('write pressure = 70'), 'granted');
  assert.equal(verdict('write pressure = 70.1'), 'range');
  assert.equal(verdict('write DB1.DBD4 = 70.0'), 'granted');
  assert.equal(verdict('operate DB1.DBD4 = 70.1'), 'range');
  assert.equal(verdict('operate anything'), 'partial');
  assert.equal(verdict('write DB1.DBW4 = 1'), 'partial');
  assert.equal(verdict('write DB1.DBX7.0 = 1'), 'partial');
  assert.equal(verdict('write DB1.DBW0 = 1'), 'granted');
  assert.equal(verdict('write DB1.DBD0 = 1'), 'noRule');
  assert.equal(verdict('write DB2.DBD4 = 1'), 'noRule');
  assert.equal(verdict('write 0/3 DB1.DBW0 = 1'), 'station');
});

test('what is said to all stations at once is judged as said to each', () => {
  const spoken = { ...modbus, stations: { ...modbus.stations, broadcast: 0 } };
  const text = `cofferdam: 1
plant: P
zones: { z: { hosts: { a: 10.0.0.1, plc: 10.0.0.2 } } }
tags: { t: { at: plc modbus unit 7 holding 4, type: uint16, range: [0, 9] } }
conduits:
  - from: a
    to: plc
    protocol: modbus
    station: [0, 1]
    reason: r
    owner: o
    review: 2027-01-01
    allow: { write: holding 0-9 }
    deny: { write: holding 8 }
`;
  const { policy } = readPolicy(text, 'plant.yaml', [spoken], '2026-11-21');
  const session = new Session(policy!);
  const reason = (statement: string) => session.ask(statement).reason;
  assert.equal(reason('write unit 1 holding 4 = 10'), 'granted');
  assert.equal(reason('write unit 0 holding 4 = 9'), 'granted');
  assert.equal(reason('write unit 0 holding 4 = 10'), 'range');
  assert.equal(reason('write unit 0 holding 8 = 1'), 'denied');
});

test('what is encrypted passes where it is allowed, at that station', () => {
  const reason = (rules: string, station: number) => {
    const session = new Session(plantWith(rules));
    Object.assign(session.op, { anomalies: Anomaly.opaque, station, time: 1 });
    return VERDICTS[verdictOf(decide(session.route, session.state, session.op))];
  };
  assert.equal(reason('opaque: allow', 1), 'allow');
  assert.equal(reason('opaque: allow', 2), 'deny');
  assert.equal(reason('opaque: deny', 1), 'deny');
  assert.equal(reason('allow: { read: anything }', 1), 'deny');
});
