/** The sentence of a decision, as the log of a gateway repeats it. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bareRequest, readRequest, registersResponse, writeCoil } from '../protocol/modbus/encode.ts';
import { blockFile, requestDownload } from '../protocol/s7comm/encode.ts';
import { s7comm } from '../protocol/s7comm/s7comm.ts';
import { explain } from './explain.ts';
import { readStatement } from './statement.ts';
import { plantWith, Session } from './testing.ts';

const to = (unit: number) => ({ transaction: 1, unit });

test('the station is named where it is another than the standard one', () => {
  const session = new Session(
    plantWith(
      'allow: { read: anything }\nstation: [1, 3]',
      'level: { at: plc modbus unit 3 holding 7, type: uint16 }',
    ),
  );
  const sentence = (bytes: Uint8Array) => session.message(0, bytes)[0]!.sentence;
  assert.equal(sentence(writeCoil(to(1), 0, false)), 'denied: write coil 0 = false: no rule allows it');
  assert.equal(
    sentence(writeCoil(to(2), 0, false)),
    'denied: write coil 0 of unit 2 = false: no rule allows it',
  );
  assert.equal(
    sentence(bareRequest(to(2), 7)),
    'denied: diagnose (Read Exception Status) of unit 2: no rule allows it',
  );
  assert.equal(
    sentence(readRequest(to(3), 3, 7, 1)),
    'allowed: read level (rule line 15)',
    'a tag has its station',
  );
});

test('values are told of what changes objects, not of settings, content or answers', () => {
  const s7 = new Session(plantWith('download: permit', '{}', 's7comm'), '10.0.0.1', s7comm);
  const [download] = s7.message(0, requestDownload(3, blockFile('DB', 3), 100, 60));
  assert.match(download!.sentence, /^denied: download DB3 of rack\/slot \?: /);
  const session = new Session(plantWith('allow: { read: anything }'));
  session.message(0, readRequest(to(1), 3, 0, 1));
  const [answer] = session.message(1, registersResponse(to(1), 3, [7]));
  assert.equal(answer!.sentence, 'allowed: read holding 0: it answers a request that was let through');
});

test('a rule that speaks of no vendor says so', () => {
  const { policy, route, state } = new Session(plantWith('allow: [{ read: anything }, { function: 90/34 }]'));
  const said = readStatement(policy, 'plc', route.protocol!, 'function 90/0x20');
  assert.ok('op' in said);
  assert.deepEqual(
    explain(policy, route, state, said.op).rules.map(({ opinion }) => opinion),
    ["not for functions of a vendor's own, which are allowed by number"],
  );
});
