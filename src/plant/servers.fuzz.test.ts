import assert from 'node:assert/strict';
import test from 'node:test';
import { Random } from '../../bench/generate/random.ts';
import { mutatePart } from '../../fuzz/mutate.ts';
import { MODBUS as MODBUS_GRAMMAR } from '../../fuzz/structure/modbus.ts';
import { S7COMM as S7_GRAMMAR } from '../../fuzz/structure/s7comm.ts';
import type { Grammar } from '../../fuzz/structure/structure.ts';
import { Side } from '../operation/side.ts';
import {
  identificationRequest,
  maskWrite,
  readRequest,
  readWriteRequest,
  umas,
  writeCoilsRequest,
  writeRegistersRequest,
} from '../protocol/modbus/encode.ts';
import { modbus } from '../protocol/modbus/modbus.ts';
import { connectionRequest } from '../protocol/osi/encode.ts';
import type { Protocol } from '../protocol/protocol.ts';
import {
  blockFile,
  blockService,
  downloadBlockAck,
  plcStop,
  readSzl,
  requestDownload,
  setupRequest,
  startUpload,
  upload,
  userdataRequest,
} from '../protocol/s7comm/encode.ts';
import { Group } from '../protocol/s7comm/functions.ts';
import { s7comm } from '../protocol/s7comm/s7comm.ts';
import { driveProgram } from './compressor/drive-program.ts';
import { COMPRESSOR_UNIT, TAG, TAGS } from './compressor/tags.ts';
import { ModbusSession } from './modbus-server.ts';
import { ModbusUnit } from './modbus-unit.ts';
import type { ServerSession } from './protocol-server.ts';
import { writeTagRequest } from './s7-client.ts';
import { S7Controller } from './s7-controller.ts';
import { S7Session } from './s7-server.ts';

const ROUNDS = 20_000;
const TO = { transaction: 1, unit: COMPRESSOR_UNIT };

const MODBUS = [
  readRequest(TO, 3, 0, 10),
  readRequest(TO, 1, 0, 2),
  writeRegistersRequest(TO, 10, [1, 2]),
  writeCoilsRequest(TO, 0, [true, false]),
  maskWrite(TO, 1, 0, 1),
  readWriteRequest(TO, 0, 2, 1, [800]),
  identificationRequest(TO, 1, 0),
  umas(TO, 0, 2, []),
];

const S7 = [
  connectionRequest({ source: 1, calling: Uint8Array.of(1, 0), called: Uint8Array.of(1, 2) }),
  setupRequest(1),
  writeTagRequest(2, TAG.speedSetpoint, 1500),
  startUpload(3, blockFile('OB', 1, 'A')),
  upload(4, 1),
  requestDownload(5, blockFile('DB', 3), 84, 12),
  downloadBlockAck(1, new Uint8Array(84), false),
  blockService(6, '_INSE', ['0A00003P', '0800035P']),
  plcStop(7),
  readSzl(8, 0x11),
  userdataRequest(9, Group.blocks, 2, [0x30, 0x41]),
];

/** Feeds `session` mutated messages, as long as they can be framed at all; counts the answers. */
function bombard(
  protocol: Protocol,
  session: ServerSession,
  messages: readonly Uint8Array[],
  grammar: Grammar,
): number {
  const random = new Random(11);
  const seeds = messages.map(bytes => ({ kind: Side.client, bytes }));
  let given = 0;
  for (let i = 0; i < ROUNDS; i++) {
    const seed = random.pick(seeds);
    const { bytes } = random.chance(25) ? seed : mutatePart(random, seed, grammar, seeds);
    const message = Uint8Array.from(bytes);
    const view = new DataView(message.buffer);
    const length = protocol.frame(0, view, 0, message.length);
    if (length <= 0 || length > message.length) continue;
    session.message(view, 0, length);
    given++;
  }
  return given;
}

test('mutated Modbus messages are answered, and do no harm to the server', () => {
  const units = new Map([[COMPRESSOR_UNIT, new ModbusUnit(COMPRESSOR_UNIT, TAGS)]]);
  const answers: Uint8Array[] = [];
  const session = new ModbusSession(
    { units, identity: { vendor: 'V', product: 'P', revision: '1' } },
    { send: bytes => answers.push(bytes) },
  );
  assert.equal(answers.length, 0);
  const given = bombard(modbus, session, MODBUS, MODBUS_GRAMMAR);
  assert.equal(answers.length, given);
  for (const answer of answers) {
    assert.equal(modbus.frame(1, new DataView(answer.buffer), 0, answer.length), answer.length);
  }
});

test('mutated S7 messages do no harm to the server, and its answers are whole messages', () => {
  const controller = new S7Controller(
    { order: 'O', station: 'S', module: 'M', serial: 'N', firmware: [1, 0, 0] },
    driveProgram(),
    () => 0,
  );
  let answers = 0;
  const session = new S7Session(controller, {
    send: bytes => {
      answers++;
      assert.equal(s7comm.frame(1, new DataView(bytes.buffer), 0, bytes.length), bytes.length);
    },
  });
  bombard(s7comm, session, S7, S7_GRAMMAR);
  assert.ok(answers > ROUNDS / 4);
});
