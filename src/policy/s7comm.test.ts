/** Whole S7 messages under a policy: several items, bits and parts of tags, blocks of the program. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Side } from '../operation/side.ts';
import { connectionConfirm, connectionRequest } from '../protocol/osi/encode.ts';
import { Area, Size } from '../protocol/s7comm/areas.ts';
import {
  blockFile,
  plcStop,
  readRequest,
  readResponse,
  requestDownload,
  setupRequest,
  setupResponse,
  userdataRequest,
  writeRequest,
  writeResponse,
} from '../protocol/s7comm/encode.ts';
import { DataSize } from '../protocol/s7comm/items.ts';
import { s7comm } from '../protocol/s7comm/s7comm.ts';
import { readStatement } from './statement.ts';
import { plantWith, Session } from './testing.ts';

const TAGS = `pressure: { at: plc s7comm DB1.DBD4, type: float32, unit: bar, range: [0, 70], step: 5 }
lamp: { at: plc s7comm DB1.DBX8.3, type: bool, values: [on] }`;

function tsap(rack: number, slot: number) {
  return { source: 1, calling: Uint8Array.of(1, 0), called: Uint8Array.of(1, rack * 32 + slot) };
}

/** A session past its set-up. */
function connected(rules: string, slot = 2): Session {
  const session = new Session(plantWith(rules, TAGS, 's7comm'), '10.0.0.1', s7comm);
  session.message(Side.client, connectionRequest(tsap(0, slot)));
  session.message(Side.server, connectionConfirm({ ...tsap(0, slot), destination: 1 }));
  session.message(Side.client, setupRequest(1));
  session.message(Side.server, setupResponse(1));
  return session;
}

function real(value: number): Uint8Array {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setFloat32(0, value);
  return bytes;
}

const pressureItem = { area: Area.DB, db: 1, address: 32, size: Size.real };
const verdicts = (session: Session, bytes: Uint8Array) =>
  session.message(Side.client, bytes).map(({ verdict, reason }) => `${verdict} ${reason}`);

test('items of one write are judged each, and steps across them', () => {
  const session = connected('allow: [{ read: anything }, { write: DB1 0-9 }]');
  const write = (...values: number[]) =>
    verdicts(
      session,
      writeRequest(
        3,
        values.map(() => pressureItem),
        values.map(value => ({ size: DataSize.real, bytes: real(value) })),
      ),
    );
  assert.deepEqual(write(10), ['deny lastUnknown']);
  assert.deepEqual(verdicts(session, readRequest(2, [pressureItem])), ['allow granted']);
  session.message(Side.server, readResponse(2, [{ size: DataSize.real, bytes: real(10) }]));
  assert.deepEqual(write(71), ['deny range']);
  assert.deepEqual(write(Number.NaN), ['deny range']);
  assert.deepEqual(write(15.5), ['deny step']);
  assert.deepEqual(write(15, 9), ['allow granted', 'deny step']);
  assert.deepEqual(write(15, 11), ['allow granted', 'allow granted']);
});

test('a tag written by another size, in part, or by one of its bits', () => {
  const session = connected('allow: [{ write: DB1 0-9 }]');
  const write = (address: number, size: Size, code: DataSize, bytes: number[], count = 1) =>
    verdicts(
      session,
      writeRequest(
        2,
        [{ area: Area.DB, db: 1, address, size, count }],
        [{ size: code, bytes: Uint8Array.from(bytes) }],
      ),
    );
  assert.deepEqual(write(0, Size.byte, DataSize.byte, [1, 2, 3, 4], 4), ['allow granted']);
  assert.deepEqual(write(32, Size.word, DataSize.byte, [0, 0]), ['deny partial']);
  assert.deepEqual(write(56, Size.bit, DataSize.bit, [1]), ['deny partial']);
  assert.deepEqual(write(32, Size.byte, DataSize.byte, [0x42, 0xc8, 0, 0], 4), ['deny range']);
  assert.deepEqual(write(67, Size.bit, DataSize.bit, [1]), ['allow granted']);
  assert.deepEqual(write(67, Size.bit, DataSize.bit, [0]), ['deny range']);
  assert.deepEqual(write(64, Size.byte, DataSize.byte, [0x08]), ['allow granted']);
  assert.deepEqual(write(64, Size.byte, DataSize.byte, [0xf7]), ['deny range']);
  assert.deepEqual(write(80, Size.byte, DataSize.byte, [1]), ['deny noRule']);
});

test('after a stop or a download no value is known, until it is read', () => {
  for (const reset of [plcStop(9), requestDownload(9, blockFile('DB', 1), 100, 60)]) {
    const session = connected(
      'allow: [{ read: anything }, { write: anything }, { stop: anything }]\ndownload: allow',
    );
    const write = (value: number) =>
      verdicts(session, writeRequest(3, [pressureItem], [{ size: DataSize.real, bytes: real(value) }]));
    const read = () => {
      session.message(Side.client, readRequest(2, [pressureItem]));
      session.message(Side.server, readResponse(2, [{ size: DataSize.real, bytes: real(10) }]));
    };
    read();
    assert.deepEqual(write(11), ['allow granted']);
    session.message(Side.server, writeResponse(3, [0xff]));
    assert.deepEqual(verdicts(session, reset), ['allow granted']);
    assert.deepEqual(write(12), ['deny lastUnknown']);
    read();
    assert.deepEqual(write(12), ['allow granted']);
  }
});

test('stop and download', () => {
  const session = connected('allow: [{ read: anything }]\ndownload: permit');
  assert.deepEqual(verdicts(session, plcStop(2)), ['deny permit']);
  const stops = connected('allow: [{ stop: anything }]\ndownload: permit');
  assert.deepEqual(verdicts(stops, plcStop(2)), ['allow granted'], 'a rule suffices for a stop');
  const download = requestDownload(3, blockFile('DB', 1), 100, 60);
  assert.deepEqual(verdicts(session, download), ['deny permit']);
  assert.deepEqual(verdicts(connected('download: allow'), download), ['allow granted']);
});

test('functions by number are those of one kind of message', () => {
  const readClock = userdataRequest(2, 7, 1);
  const readSzl = userdataRequest(2, 4, 1, [0, 0x11, 0, 0]);
  const password = userdataRequest(2, 5, 1, new Array(8).fill(0));
  const table: readonly (readonly [rule: string, message: Uint8Array, verdict: string])[] = [
    ['job 4', readRequest(2, [pressureItem]), 'allow granted'],
    ['job 4', readSzl, 'deny noRule'],
    ['userdata 4', readSzl, 'allow granted'],
    ['userdata 4/1', readSzl, 'allow granted'],
    ['userdata 4/2', readSzl, 'deny noRule'],
    ['userdata 4', readRequest(2, [pressureItem]), 'deny noRule'],
    ['job 0x05', password, 'deny noRule'],
    ['userdata 5', password, 'allow granted'],
    ['userdata 7', readClock, 'allow granted'],
    ['job 0x29', plcStop(2), 'allow granted'],
    ['userdata 15', userdataRequest(2, 15, 1), 'deny noRule'],
  ];
  for (const [rule, message, verdict] of table) {
    assert.deepEqual(verdicts(connected(`allow: { function: ${rule} }`), message), [verdict], rule);
  }
  const session = connected(
    'allow: [{ read: anything }, { diagnose: anything }]\ndeny: { function: userdata 4 }',
  );
  assert.deepEqual(verdicts(session, readRequest(2, [pressureItem])), ['allow granted']);
  assert.deepEqual(verdicts(session, readSzl), ['deny denied']);
  assert.deepEqual(verdicts(session, readClock), ['allow granted']);
});

test('a block for the program is an object of its own, and limits of tags cannot see into it', () => {
  const block = (id: number) => userdataRequest(2, 6, 1, [0x12, 0x06, 0x13, 0x00, 0, 0, 0, id, 0xff, 0xff]);
  assert.deepEqual(verdicts(connected('allow: { write: anything }'), block(5)), ['allow granted']);
  assert.deepEqual(verdicts(connected('allow: { write: R_ID 5 }'), block(5)), ['allow granted']);
  assert.deepEqual(verdicts(connected('allow: { write: R_ID 5 }'), block(6)), ['deny noRule']);
  assert.deepEqual(verdicts(connected('allow: { write: [DB1 0-9, pressure] }'), block(5)), ['deny noRule']);
  const without = userdataRequest(2, 6, 1, [1, 2, 3, 4]);
  assert.deepEqual(verdicts(connected('allow: { write: anything }'), without), ['deny partial']);
});

test('a function is told with its kind', () => {
  const session = connected('allow: { function: userdata 3/10 }');
  const [unknown] = session.message(Side.client, userdataRequest(2, 3, 9));
  assert.equal(unknown!.sentence, 'denied: function userdata 3/9 (block function): no rule allows it');
  assert.equal(session.ask('function userdata 3/9').sentence, unknown!.sentence);
  assert.equal(session.ask('function userdata 3/10').verdict, 'allow');
  assert.equal(session.ask('function job 3').verdict, 'deny');
  const said = readStatement(session.policy, 'plc', s7comm, 'function 4');
  assert.match('problem' in said ? said.problem : '', /write `function: job 4` \('read variable'\) or/);
});

test('the session itself is for the station that something is allowed at', () => {
  const policy = plantWith('allow: [{ read: anything }]', TAGS, 's7comm');
  const connect = (slot: number) =>
    verdicts(new Session(policy, '10.0.0.1', s7comm), connectionRequest(tsap(0, slot)));
  assert.deepEqual(connect(2), ['allow session']);
  assert.deepEqual(connect(3), ['deny station']);
  assert.deepEqual(verdicts(new Session(policy, '10.9.9.9', s7comm), connectionRequest(tsap(0, 2))), [
    'deny stranger',
  ]);
});
