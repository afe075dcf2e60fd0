/**
 * What controllers and stations really sent, function by function, and what is to be understood of it.
 */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Side } from '../../operation/side.ts';
import { Area, Size } from './areas.ts';
import { ackData, readRequest, userdataResponse } from './encode.ts';
import { Exchange, type Recorded, recorded } from './testing.ts';

type Line = readonly [side: '>' | '<', message: Recorded, ...said: string[]];

test('a Job that failed as a whole failed for every object, whatever its answer says of each', () => {
  const exchange = new Exchange();
  const variable = { area: Area.DB, db: 1, address: 0, size: Size.word };
  exchange.see(Side.client, readRequest(1, [variable]));
  const answer = ackData(1, [4, 1], [0xff, 4, 0, 16, 0, 42], 0x8104);
  assert.deepEqual(exchange.see(Side.server, answer), [
    'read DB1.DBW0 failed 0x8104 service not implemented, or frame error',
  ]);
});

const EXAMPLES: Readonly<Record<string, readonly Line[]>> = {
  'connection and setup': [
    ['>', 'connectionRequest', 'connect asked'],
    ['<', 'connectionConfirm', 'connect ok'],
    // Parallel jobs calling and called, and the length of a PDU: 480 asked, 240 granted.
    ['>', 'setup', 'connect = 1 1 480 asked'],
    ['<', 'setupAck', 'connect = 1 1 240 ok'],
    ['>', 'empty', 'connect asked'],
  ],
  'read variable: eight items, each of its type': [
    [
      '>',
      'read',
      'read DB1.DBX2.0 asked',
      'read DB1.DBD8 asked',
      'read DB1.DBD4 asked',
      'read DB1.DBW0 asked',
      'read M 1.0 asked',
      'read M 1.1 asked',
      'read T 0 asked',
      'read C 0 asked',
    ],
    [
      '<',
      'readAck',
      'read DB1.DBX2.0 = true ok',
      'read DB1.DBD8 = -3.336002535412469e-13 ok',
      'read DB1.DBD4 = 4272799471 ok',
      'read DB1.DBW0 = 47806 ok',
      'read M 1.0 = true ok',
      'read M 1.1 = true ok',
      'read T 0 = 9476 ok',
      'read C 0 = 17 ok',
    ],
  ],
  'read variable: three ranges in one item': [
    ['>', 'readParts', 'read DB74.DBW108 asked', 'read DB76.DBD404 asked', 'read DB81.DBW60 asked'],
    [
      '<',
      'readPartsAck',
      'read DB74.DBW108 = 4 10 ok',
      'read DB76.DBD404 = 5 68 5 62 ok',
      'read DB81.DBW60 = 4 10 ok',
    ],
  ],
  'an answer without its request': [
    [
      '<',
      'writeAck',
      ...['ok', 'ok', 'ok'].map(ok => `write ${ok} [unsolicited]`),
      ...Array(2).fill('write failed 0x03 accessing the object not allowed [unsolicited]'),
    ],
  ],
  'request download, to activation': [
    ['>', 'requestDownload', 'download DB1 "_0A00001P" = 1000500000400 asked'],
    ['<', 'requestDownloadAck', 'download DB1 "_0A00001P" ok'],
    ['<', 'downloadBlock', 'download DB1 "_0A00001P" asked'],
    [
      '>',
      'downloadBlockAck',
      'download DB1 "_0A00001P" = 0401100c010000c7000504010000010100000052545749000000000054657374484d490044415441444200000100c0df0000000000000000 ok',
    ],
    ['<', 'downloadEnded', 'download DB1 "_0A00001P" asked'],
    ['>', 'downloadEndedAck', 'download DB1 "_0A00001P" ok'],
    ['>', 'insert', 'activate DB1 "_INSE" asked'],
    ['<', 'insertAck', 'activate DB1 "_INSE" ok'],
  ],
  'an upload, whose later messages name only its id': [
    ['>', 'startUpload', 'upload SDB0 "_0B00000A" asked'],
    ['<', 'startUploadAck', 'upload SDB0 "_0B00000A" ok'],
    ['>', 'upload', 'upload SDB0 asked'],
    ['>', 'endUpload', 'upload SDB0 asked'],
    ['<', 'endUploadAck', 'upload SDB0 ok'],
    ['>', 'upload', 'upload asked [duplicate]'],
  ],
  'an error without parameters (Ack)': [
    [
      '<',
      'startUploadNo',
      'unknown failed 0xd20c organisation block cannot be copied: no such priority class [unsolicited]',
    ],
  ],
  'what starts and stops the controller': [
    ['>', 'stop', 'stop "P_PROGRAM" asked'],
    ['<', 'stopAck', 'stop ok'],
    ['>', 'coldStart', 'restart "P_PROGRAM" = C  asked'],
    ['>', 'copyToRom', 'activate "_MODU" = EP asked'],
    ['>', 'compress', 'configure "_GARB" asked'],
    ['<', 'modePush', 'report asked'],
    ['<', 'diagnosticPush', 'report = 4304ff8400000000000000009401092153421521 asked'],
  ],
  'system status lists': [
    ['>', 'readSzl', 'identify SZL 0x0011.0 = 00110000 asked'],
    ['<', 'szl', 'identify SZL 0x0011.0 = 04240000001400015144ff0800000000000000001602081451375692 ok'],
  ],
  'lists of blocks': [
    ['>', 'listBlocks', 'browse asked'],
    ['<', 'listBlocksAck', 'browse = 30380001304500013043000030410002304200083044004d3046000f ok'],
    ['>', 'listType', 'browse OB = 3038 asked'],
    ['<', 'blockInfoNo', 'browse failed 0xd209 block not found on the module [mismatch]'],
    ['>', 'blockInfo', 'browse DB0 "0A00000A" = 3041303030303041 asked'],
    ['<', 'blockInfoNo', 'browse DB0 "0A00000A" failed 0xd209 block not found on the module'],
  ],
  'the clock': [
    ['>', 'readClock', 'diagnose asked'],
    ['<', 'clock', 'diagnose = 00191602081451379162 ok'],
    ['>', 'setClock', 'settime = 00191602082308100002 asked'],
    ['<', 'setClockAck', 'settime ok'],
  ],
  'a password, which nobody is told': [
    ['>', 'password', 'authenticate asked'],
    ['<', 'passwordAck', 'authenticate ok'],
  ],
  'programmer commands': [
    ['>', 'variableTable', 'read M 0-5 asked', 'read IB8 asked'],
    ['<', 'variableTableAck', 'read M 0-5 ok', 'read IB8 ok'],
    // Enabling a job that reads is reading.
    ['>', 'enableJob', 'operate = 0014000200000000000100000000000100010001000100000202 asked'],
    ['>', 'flashLed', 'diagnose = 001400000000000000010000000000010001000100010000 asked'],
  ],
  'messages and their end': [
    ['>', 'messageService', 'subscribe = 01005553455231000000 asked'],
    ['>', 'unsubscribe', 'subscribe = 0102 asked'],
  ],
};

for (const [title, lines] of Object.entries(EXAMPLES)) {
  test(title, () => {
    const exchange = new Exchange();
    for (const [arrow, name, ...said] of lines) {
      const side = arrow === '>' ? Side.client : Side.server;
      assert.deepEqual(exchange.see(side, recorded(name)), said, name);
    }
  });
}

test('cyclic transfer: the answer and the pushes carry what was asked for', () => {
  const exchange = new Exchange();
  // Its request was not seen.
  assert.equal(exchange.see(Side.server, recorded('cyclicPush'))[0], 'report = 48 0 ok');
  const asked = exchange.see(Side.client, recorded('cyclic'));
  assert.equal(asked.length, 11);
  assert.equal(asked[0], 'subscribe DB300.DBW4 asked');
  const told = exchange.see(Side.server, recorded('cyclicAck'));
  assert.equal(told.length, 11);
  assert.equal(told[0], 'subscribe DB300.DBW4 = 12288 ok');
  const pushed = exchange.see(Side.server, recorded('cyclicPush'));
  assert.equal(pushed.length, 11);
  assert.equal(pushed[0], 'report DB300.DBW4 = 12288 ok');
  exchange.see(Side.client, recorded('unsubscribe'));
  assert.equal(exchange.see(Side.server, recorded('cyclicPush')).length, 11);
  exchange.see(Side.server, userdataResponse(1, 2, 4, []));
  assert.equal(exchange.see(Side.server, recorded('cyclicPush'))[0], 'report = 48 0 ok');
});

test('the answer to a write carries the values that were written', () => {
  const exchange = new Exchange();
  exchange.see(Side.client, recorded('write'));
  const told = exchange.see(Side.server, recorded('writeAck'));
  assert.equal(told[1], `write I 0-15 = ${[...Array(8).fill(0xaa), ...Array(8).fill(0xbb)].join(' ')} ok`);
  assert.equal(
    told[3],
    `write T 0-7 = ${Array(8).fill(0xefbe).join(' ')} failed 0x03 accessing the object not allowed`,
  );
});
