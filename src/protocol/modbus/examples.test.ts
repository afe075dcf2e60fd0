/**
 * The worked examples of MODBUS Application Protocol V1.1b3, clause by clause, and one for each function without.
 */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Exchange } from './testing.ts';

interface Example {
  clause: string;
  request: string;
  asked: string[];
  response: string;
  told: string[];
}

const T = 'true';
const F = 'false';

const EXAMPLES: Example[] = [
  {
    clause: '6.1 Read Coils: outputs 20 to 38',
    request: '01 0013 0013',
    asked: ['read coil 19-37 asked'],
    response: '01 03 cd 6b 05',
    // 27 to 20: 1100 1101, 35 to 28: 0110 1011, 38 to 36: 101
    told: [`read coil 19-37 = ${[T, F, T, T, F, F, T, T, T, T, F, T, F, T, T, F, T, F, T].join(' ')} ok`],
  },
  {
    clause: '6.2 Read Discrete Inputs: inputs 197 to 218',
    request: '02 00c4 0016',
    asked: ['read discrete 196-217 asked'],
    response: '02 03 ac db 35',
    told: [
      `read discrete 196-217 = ${[F, F, T, T, F, T, F, T, T, T, F, T, T, F, T, T, T, F, T, F, T, T].join(' ')} ok`,
    ],
  },
  {
    clause: '6.3 Read Holding Registers: registers 108 to 110',
    request: '03 006b 0003',
    asked: ['read holding 107-109 asked'],
    response: '03 06 022b 0000 0064',
    told: ['read holding 107-109 = 555 0 100 ok'],
  },
  {
    clause: '6.4 Read Input Registers: register 9',
    request: '04 0008 0001',
    asked: ['read input 8 asked'],
    response: '04 02 000a',
    told: ['read input 8 = 10 ok'],
  },
  {
    clause: '6.5 Write Single Coil: coil 173 on',
    request: '05 00ac ff00',
    asked: ['write coil 172 = true asked'],
    response: '05 00ac ff00',
    told: ['write coil 172 = true ok'],
  },
  {
    clause: '6.6 Write Single Register: register 2',
    request: '06 0001 0003',
    asked: ['write holding 1 = 3 asked'],
    response: '06 0001 0003',
    told: ['write holding 1 = 3 ok'],
  },
  {
    clause: '6.7 Read Exception Status',
    request: '07',
    asked: ['diagnose asked'],
    response: '07 6d',
    told: [`diagnose = ${[T, F, T, T, F, T, T, F].join(' ')} ok`],
  },
  {
    clause: '6.8 Diagnostics: Return Query Data',
    request: '08 0000 a537',
    asked: ['diagnose = a537 asked'],
    response: '08 0000 a537',
    told: ['diagnose = a537 ok'],
  },
  {
    clause: '6.8 Diagnostics: Return Bus Message Count',
    request: '08 000b 0000',
    asked: ['diagnose = 0 asked'],
    response: '08 000b 0102',
    told: ['diagnose = 258 ok'],
  },
  {
    clause: '6.8 Diagnostics: Restart Communications Option',
    request: '08 0001 ff00',
    asked: ['restart = 65280 asked'],
    response: '08 0001 ff00',
    told: ['restart = 65280 ok'],
  },
  {
    clause: '6.9 Get Comm Event Counter',
    request: '0b',
    asked: ['diagnose asked'],
    response: '0b ffff 0108',
    told: ['diagnose = 65535 264 ok'],
  },
  {
    clause: '6.10 Get Comm Event Log',
    request: '0c',
    asked: ['diagnose asked'],
    response: '0c 08 0000 0108 0121 20 00',
    told: ['diagnose = 0 264 289 ok', 'diagnose = 32 0 ok'],
  },
  {
    clause: '6.11 Write Multiple Coils: coils 20 to 29',
    request: '0f 0013 000a 02 cd01',
    asked: [`write coil 19-28 = ${[T, F, T, T, F, F, T, T, T, F].join(' ')} asked`],
    response: '0f 0013 000a',
    told: [`write coil 19-28 = ${[T, F, T, T, F, F, T, T, T, F].join(' ')} ok`],
  },
  {
    clause: '6.12 Write Multiple Registers: registers 2 and 3',
    request: '10 0001 0002 04 000a 0102',
    asked: ['write holding 1-2 = 10 258 asked'],
    response: '10 0001 0002',
    told: ['write holding 1-2 = 10 258 ok'],
  },
  {
    clause: '6.13 Report Server ID (content is the device’s own)',
    request: '11',
    asked: ['identify asked'],
    response: '11 03 4142 ff',
    told: ['identify = 4142ff ok'],
  },
  {
    clause: '6.14 Read File Record: two groups',
    request: '14 0e 06 0004 0001 0002 06 0003 0009 0002',
    asked: ['fileread file 4 1-2 asked', 'fileread file 3 9-10 asked'],
    response: '14 0c 05 06 0dfe 0020 05 06 33cd 0040',
    told: ['fileread file 4 1-2 = 3582 32 ok', 'fileread file 3 9-10 = 13261 64 ok'],
  },
  {
    clause: '6.15 Write File Record: one group',
    request: '15 0d 06 0004 0007 0003 06af 04be 100d',
    asked: ['filewrite file 4 7-9 = 1711 1214 4109 asked'],
    response: '15 0d 06 0004 0007 0003 06af 04be 100d',
    told: ['filewrite file 4 7-9 = 1711 1214 4109 ok'],
  },
  {
    clause: '6.16 Mask Write Register: register 5',
    request: '16 0004 00f2 0025',
    asked: ['write holding 4 = 242 37 asked'],
    response: '16 0004 00f2 0025',
    told: ['write holding 4 = 242 37 ok'],
  },
  {
    clause: '6.17 Read/Write Multiple Registers: reads six, writes three',
    request: '17 0003 0006 000e 0003 06 00ff 00ff 00ff',
    asked: ['read holding 3-8 asked', 'write holding 14-16 = 255 255 255 asked'],
    response: '17 0c 00fe 0acd 0001 0003 000d 00ff',
    told: ['read holding 3-8 = 254 2765 1 3 13 255 ok', 'write holding 14-16 = 255 255 255 ok'],
  },
  {
    clause: '6.18 Read FIFO Queue: the queue at 1246',
    request: '18 04de',
    asked: ['read fifo 1246 asked'],
    response: '18 0006 0002 01b8 1284',
    told: ['read fifo 1246 = 440 4740 ok'],
  },
  {
    clause: '6.20 CANopen General Reference',
    request: '2b 0d 4142',
    asked: ['unknown = 4142 asked'],
    response: '2b 0d 43',
    told: ['unknown = 43 ok'],
  },
  {
    // The standard's table gives 0x0d for the second length; the text has 15 characters.
    clause: '6.21 Read Device Identification: basic',
    request: '2b 0e 01 00',
    asked: ['identify identity 0 asked'],
    response:
      '2b 0e 01 01 00 00 03' +
      `00 16 ${Buffer.from('Company identification').toString('hex')}` +
      `01 0f ${Buffer.from('Product code XX').toString('hex')}` +
      `02 05 ${Buffer.from('V2.11').toString('hex')}`,
    told: [
      'identify identity 0 VendorName = Company identification ok',
      'identify identity 1 ProductCode = Product code XX ok',
      'identify identity 2 MajorMinorRevision = V2.11 ok',
    ],
  },
  {
    clause: '7 Exception: output 1186 does not exist',
    request: '01 04a1 0001',
    asked: ['read coil 1185 asked'],
    response: '81 02',
    told: ['read coil 1185 failed illegal data address'],
  },
  {
    clause: 'an exception to a write carries what was asked for',
    request: '10 0001 0002 04 000a 0102',
    asked: ['write holding 1-2 = 10 258 asked'],
    response: '90 04',
    told: ['write holding 1-2 = 10 258 failed server device failure'],
  },
  {
    clause: 'UMAS: stop, refused',
    request: '5a 01 41 ff00',
    asked: ['stop = ff00 asked'],
    response: '5a 01 fd 83',
    told: ['stop = 83 failed UMAS error 0x83'],
  },
  {
    clause: 'UMAS: a block that the controller gives',
    request: '5a 01 34 0001 0000',
    asked: ['upload = 00010000 asked'],
    response: '5a 01 fe 0102',
    told: ['upload = 0102 ok'],
  },
  {
    clause: 'user-defined function',
    request: '41 0102',
    asked: ['unknown = 0102 asked [function]'],
    response: '41 03',
    told: ['unknown = 03 ok [function]'],
  },
];

for (const { clause, request, asked, response, told } of EXAMPLES) {
  test(clause, () => {
    const exchange = new Exchange();
    assert.deepEqual(exchange.request(request), asked);
    assert.deepEqual(exchange.response(response), told);
    assert.equal(exchange.conversation.waiting(0), 0);
  });
}
