/**
 * The reader against a controller's recorded answers: it asks byte for byte what real stations asked. And against
 * controllers that lie.
 */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { tsduLength } from '../osi/cotp.ts';
import { connectionConfirm } from '../osi/encode.ts';
import {
  type DeviceProgram,
  PROGRAM_LIMITS,
  type ProgramLimits,
  ProgramReadError,
} from '../program-reader.ts';
import { ackData, endUpload, setupResponse, startUploadAck, uploadAck, userdataResponse } from './encode.ts';
import { Fn, Group } from './functions.ts';
import { programReader } from './program-reader.ts';
import { OB1, SDB0 } from './recorded-blocks.fixture.ts';
import { bytesOf, recorded } from './testing.ts';

/** What a controller answers to a message; undefined for nothing. */
type Controller = (request: Uint8Array) => Uint8Array | undefined;

interface Read {
  readonly program: DeviceProgram;
  readonly requests: readonly Uint8Array[];
  readonly waits: number;
}

/** Reads a program; at most `most` requests. */
function read(controller: Controller, limits: ProgramLimits = PROGRAM_LIMITS, most = 5000): Read {
  const reading = programReader.read(2, limits);
  const requests: Uint8Array[] = [];
  let waits = 0;
  let step = reading.next();
  while (!step.done) {
    const { bytes, wait } = step.value;
    assert.ok(bytes.length > 0, 'it waits for a message that does not come');
    requests.push(bytes);
    if (wait > 0) waits++;
    assert.ok(requests.length <= most, 'it asks without end');
    const answer = controller(bytes);
    if (answer === undefined) break;
    step = reading.next({ bytes: answer, time: Date.UTC(2016, 1, 8, 14, 51, 37) });
  }
  return {
    program: step.done
      ? step.value
      : { facts: [], clock: undefined, objects: [], problems: [], steady: true },
    requests,
    waits,
  };
}

/** Header of an S7 message behind TPKT and COTP: kind, reference; then the parameters. */
const KIND = 8;
const REFERENCE = 11;
const PARAMETERS = 17;
const UPLOAD_ID = PARAMETERS + 4;

function referenceOf(message: Uint8Array): number {
  return (message[REFERENCE]! << 8) | message[REFERENCE + 1]!;
}

function withReference(message: Uint8Array, reference: number): Uint8Array {
  const copy = message.slice();
  copy[REFERENCE] = reference >> 8;
  copy[REFERENCE + 1] = reference & 0xff;
  return copy;
}

const refused = (reference: number, group: number, sub: number, error: number) =>
  userdataResponse(reference, group, sub, undefined, { error });

/** A controller with blocks, as simply as it can be one. `part` is how many bytes of a block go into one answer. */
function simple(blocks: ReadonlyMap<string, Uint8Array>, part = 100): Controller {
  const uploads = new Map<number, { bytes: Uint8Array; at: number }>();
  return request => {
    if (request[5] === 0xe0) return connected();
    const reference = referenceOf(request);
    const code = request[PARAMETERS]!;
    if (request[KIND] === 7) {
      const group = request[PARAMETERS + 5]! & 15;
      const sub = request[PARAMETERS + 6]!;
      if (group === Group.blocks && sub === 2) {
        const type = Buffer.from(request.subarray(-2)).toString();
        const numbers = [...blocks.keys()]
          .filter(name => name.startsWith(type))
          .map(name => Number(name.slice(2)));
        if (numbers.length === 0) return refused(reference, group, sub, 0xd20e);
        return userdataResponse(
          reference,
          group,
          sub,
          numbers.flatMap(n => [n >> 8, n & 255, 0x22, 1]),
        );
      }
      return refused(reference, group, sub, 0xd401);
    }
    if (code === Fn.setup) return setupResponse(reference, 240);
    const id = (request[UPLOAD_ID + 2]! << 8) | request[UPLOAD_ID + 3]!;
    if (code === Fn.startUpload) {
      const file = Buffer.from(request.subarray(-8)).toString();
      const bytes = blocks.get(file.slice(0, 7));
      if (bytes === undefined) return ackData(reference, [code], [], 0xd209);
      uploads.set(uploads.size + 1, { bytes, at: 0 });
      return startUploadAck(reference, uploads.size, bytes.length);
    }
    const upload = uploads.get(id);
    if (upload === undefined) return ackData(reference, [code], [], 0x8401);
    if (code === Fn.endUpload) return ackData(reference, [code]);
    upload.at += part;
    return uploadAck(
      reference,
      upload.bytes.subarray(upload.at - part, upload.at),
      upload.at < upload.bytes.length,
    );
  };
}

function connected(): Uint8Array {
  return connectionConfirm({
    destination: 1,
    source: 3,
    calling: Uint8Array.of(1, 0),
    called: Uint8Array.of(1, 2),
  });
}

const BLOCKS = new Map([
  ['0800001', OB1],
  ['0B00000', SDB0],
]);

test('a recorded S7-315 is read with the very bytes that stations sent it', () => {
  // Requests that must be among those that stations sent, apart from their references.
  const answers: readonly (readonly [request: Uint8Array, answer: Uint8Array])[] = [
    [recorded('setup'), recorded('setupAck')],
    [
      recorded('readSzl'),
      bytesOf(`0300009902f080320700000100000c007c000112081284010200000000ff09007800110000001c000400013645533720
        3331352d32454831342d304142302000c000030001000636455337203331352d32454831342d304142302000c0000300
        010007202020202020202020202020202020202020202000c0560302070081426f6f74204c6f61646572202020202020
        202020000041200909`),
    ],
    [
      bytesOf('0300002102f080320700000200000800080001120411440100ff090004001c0000'),
      bytesOf(`030000f702f080320700000200000c00da0001120812840102d5010000ff0900d6001c00000022000a00015337333030
        2f45543230304d2073746174696f6e5f31000000000000000000000002504c435f310000000000000000000000000000
        000000000000000000000000000003000000000000000000000000000000000000000000000000000000000000000000
        044f726967696e616c205369656d656e732045717569706d656e7400000000000000055320432d423155333933313432
        303131000000000000000000000000000000000007435055203331352d3220504e2f4450000000000000000000000000
        00000000000008`),
    ],
    [
      bytesOf('0300002102f080320700000300000c00040001120812440102000000000a000000'),
      bytesOf(`030000a702f080320700000300000c008a0001120812840102d5000000ff0900864d4d43203441314143303139000000
        00000000000000000000000000000000000009002af60000010000000000000000000000000000000000000000000000
        000000000a0000000000000000000000000000000000000000000000000000000000000000000b000000000000000000
        0000000000000000000000000000000000000000000000`),
    ],
    [
      bytesOf('0300002102f080320700000300000800080001120411440100ff09000401320004'),
      bytesOf(`0300005102f080320700000300000c0034000112081284010100000000ff0900300132000400280001
        00040001000000010002000000005656bc04a3d58401d6b202000000000000000000000000000000`),
    ],
    [bytesOf('0300002102f080320700000500000800080001120411440100ff09000404240000'), recorded('szl')],
    [recorded('readClock'), recorded('clock')],
    [
      bytesOf('0300001f02f080320700000e00000800060001120411430200ff0900023038'),
      bytesOf('0300002502f080320700000e00000c0008000112081283020100000000ff09000400002203'),
    ],
    [
      bytesOf('0300001f02f080320700001000000800060001120411430200ff0900023042'),
      bytesOf('0300002502f080320700001000000c0008000112081283020100000000ff09000400002207'),
    ],
    [
      bytesOf('0300001f02f080320700000800000800060001120411430200ff0900023046'),
      bytesOf('0300002902f080320700000800000c000c000112081283020100000000ff090008000042010001 4201'),
    ],
    [
      recorded('listBlocks'),
      userdataResponse(7, Group.blocks, 1, Buffer.from('08\x00\x010E\x00\x000B\x00\x010F\x00\x02', 'latin1')),
    ],
    [recorded('startUpload'), recorded('startUploadAck')],
    [recorded('upload'), uploadAck(9, SDB0, false)],
    [recorded('endUpload'), recorded('endUploadAck')],
    [
      bytesOf('0300002302f080320100001500001200001d00000000000000095f3038303030303041'),
      recorded('startUploadNo'),
    ],
  ];
  const asked = new Map(
    answers.map(([request, answer]) => [Buffer.from(withReference(request, 0)).toString('hex'), answer]),
  );
  const used = new Set<string>();
  const { program, requests } = read(request => {
    if (request[5] === 0xe0) return connected();
    const reference = referenceOf(request);
    const key = Buffer.from(withReference(request, 0)).toString('hex');
    used.add(key);
    const answer = asked.get(key);
    if (answer !== undefined) return withReference(answer, reference);
    const group = request[PARAMETERS + 5]! & 15;
    return refused(reference, group, request[PARAMETERS + 6]!, group === Group.blocks ? 0xd20e : 0xd401);
  });
  assert.deepEqual(
    [...asked.keys()].filter(key => !used.has(key)),
    [],
    'all that stations asked is asked',
  );
  // The order of the parameters of a CR does not matter; STEP 7 sends them in this one.
  assert.equal(Buffer.from(requests[0]!).toString('hex'), '0300001611e00000000100c1020100c2020102c0010a');
  assert.deepEqual(
    program.facts.map(({ name, value }) => `${name}: ${value}`),
    [
      'order number: 6ES7 315-2EH14-0AB0',
      'hardware: 6ES7 315-2EH14-0AB0 1',
      'firmware: V3.2.7',
      'firmware extension: Boot Loader A9.9',
      'station name: S7300/ET200M station_1',
      'module name: PLC_1',
      'plant identification: ',
      'serial number: S C-B1U393142011',
      'module type: CPU 315-2 PN/DP',
      'memory card: MMC 4A1AC019',
      'protection level: 1',
      'protection by mode selector: 1',
      'protection by parameters: 0',
      'mode selector: RUN-P',
      'version identifiers: bc04a3d58401d6b2',
      'mode: RUN',
    ],
  );
  assert.deepEqual(program.clock, {
    device: Date.UTC(2016, 1, 8, 14, 51, 37, 916),
    at: Date.UTC(2016, 1, 8, 14, 51, 37),
  });
  assert.deepEqual(program.objects, [
    {
      object: 'OB0',
      bytes: undefined,
      problem: '0xd20c organisation block cannot be copied: no such priority class',
    },
    { object: 'SDB0', bytes: Buffer.from(SDB0), problem: '' },
    { object: 'SFB0', bytes: undefined, problem: '' },
    { object: 'SFB1', bytes: undefined, problem: '' },
  ]);
  assert.deepEqual(program.problems, []);
});

test('blocks come in as many parts as the controller likes', () => {
  for (const part of [1, 36, 215, 216]) {
    const { program } = read(simple(BLOCKS, part));
    assert.deepEqual(
      program.objects.map(({ object, bytes }) => [object, Buffer.from(bytes!).toString('hex')]),
      [
        ['OB1', Buffer.from(OB1).toString('hex')],
        ['SDB0', Buffer.from(SDB0).toString('hex')],
      ],
    );
  }
});

test('a busy controller is asked again after a while, and in the end it is left alone', () => {
  let busy = 3;
  const controller = simple(BLOCKS);
  const { program, waits } = read(request => {
    if (request[KIND] === 1 && request[PARAMETERS] === Fn.startUpload && busy-- > 0) {
      return ackData(referenceOf(request), [Fn.startUpload], [], 0x8304);
    }
    return controller(request);
  });
  assert.equal(waits, 3);
  assert.equal(program.objects[0]!.bytes?.length, OB1.length);
  busy = Number.POSITIVE_INFINITY;
  const tired = read(request =>
    request[KIND] === 1 && request[PARAMETERS] === Fn.startUpload
      ? ackData(referenceOf(request), [Fn.startUpload], [], 0x8304)
      : controller(request),
  );
  assert.equal(tired.program.objects[0]!.problem, '0x8304 no further parallel upload possible');
  assert.equal(tired.waits, 2 * PROGRAM_LIMITS.retries);
});

test('a program that changes while it is read is not steady', () => {
  const blocks = new Map(BLOCKS);
  const controller = simple(blocks);
  const { program } = read(request => {
    if (request[PARAMETERS] === Fn.endUpload) blocks.set('0800035', OB1);
    return controller(request);
  });
  assert.equal(program.steady, false);
  assert.equal(read(controller).program.steady, true);
});

test('a controller that announces another length than it sends, or sends without end', () => {
  const problemOf = (
    limits: Partial<ProgramLimits>,
    change: (code: number, answer: Uint8Array, reference: number) => Uint8Array,
  ) => {
    const controller = simple(BLOCKS);
    const { program } = read(
      request =>
        change(request[KIND] === 1 ? request[PARAMETERS]! : -1, controller(request)!, referenceOf(request)),
      { ...PROGRAM_LIMITS, ...limits },
    );
    return program.objects[0]!.problem;
  };
  assert.equal(
    problemOf({}, (code, answer, reference) =>
      code === Fn.startUpload ? startUploadAck(reference, 1, 331) : answer,
    ),
    'it announced 331 bytes and sent 332',
  );
  assert.equal(
    problemOf({}, (code, answer, reference) =>
      code === Fn.upload ? uploadAck(reference, [], true) : answer,
    ),
    'it sends empty parts without end',
  );
  const more = (code: number, answer: Uint8Array, reference: number) =>
    code === Fn.upload ? uploadAck(reference, new Uint8Array(200), true) : answer;
  assert.equal(problemOf({ objectBytes: 5000 }, more), 'it is longer than 5000 bytes');
  assert.equal(problemOf({ bytes: 1000 }, more), 'the program is longer than 1000 bytes');
});

test('a controller that lists more blocks than anybody has', () => {
  const many = new Map(Array.from({ length: 50 }, (_, i) => [`08${String(i).padStart(5, '0')}`, SDB0]));
  const { program } = read(simple(many), { ...PROGRAM_LIMITS, objects: 10 });
  assert.equal(program.objects.length, 10);
  assert.deepEqual(program.problems.slice(-1), ['it lists 50 blocks; only the first 10 are read']);
});

test('a controller that counts other blocks than it lists', () => {
  const controller = simple(BLOCKS);
  const { program } = read(request => {
    const isCount = request[KIND] === 7 && request[PARAMETERS + 6] === 1;
    if (!isCount || (request[PARAMETERS + 5]! & 15) !== Group.blocks) return controller(request);
    const counts = Buffer.from('08\x00\x020B\x00\x01', 'latin1');
    return userdataResponse(referenceOf(request), Group.blocks, 1, counts);
  });
  assert.ok(program.problems.includes('it counts 2 OBs and lists 1'));
  assert.ok(!program.problems.some(problem => problem.includes('SDB')));
});

test('a list in parts without end is given up', () => {
  const controller = simple(BLOCKS);
  assert.throws(
    () =>
      read(request => {
        const sub = request[PARAMETERS + 6]!;
        if (request[KIND] !== 7 || (request[PARAMETERS + 5]! & 15) !== Group.blocks)
          return controller(request);
        return userdataResponse(referenceOf(request), Group.blocks, sub, [0, 1, 0x22, 1], {
          last: false,
          sequence: 1,
          unit: 1,
        });
      }),
    new ProgramReadError('list of OBs: the answer has more than 1024 parts'),
  );
});

test('an answer to another request, or none, ends the reading', () => {
  const controller = simple(BLOCKS);
  const wrong = (make: (request: Uint8Array) => Uint8Array) => () =>
    read(request =>
      request[KIND] === 1 && request[PARAMETERS] === Fn.upload ? make(request) : controller(request),
    );
  assert.throws(
    wrong(request => uploadAck(referenceOf(request) + 1, [1], false)),
    /OB1: its answer cannot be relied on \(unsolicited\)/,
  );
  assert.throws(
    wrong(request => endUpload(referenceOf(request), 1)),
    /OB1: .*/,
  );
  assert.throws(
    wrong(() => connected()),
    ProgramReadError,
  );
  assert.throws(
    () =>
      read(request =>
        request[5] === 0xe0 ? bytesOf('0300000b0680000100000 3'.replaceAll(' ', '')) : undefined,
      ),
    /it refuses the connection \(0x10003 disconnected: address unknown\); check the station/,
  );
});

test('a controller that answers with changed bytes: what was read, or one kind of error, and an end', () => {
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.nat(60), fc.nat(400), fc.nat(255)), { minLength: 1, maxLength: 6 }),
      fc.boolean(),
      (changes, cut) => {
        const controller = simple(BLOCKS, 150);
        let count = 0;
        try {
          read(request => {
            assert.ok(onlyReads(request), Buffer.from(request).toString('hex'));
            const answer = controller(request)!.slice();
            for (const [which, at, value] of changes)
              if (which === count && at < answer.length) answer[at] = value;
            count++;
            // Framing gives the reader only messages whose TPKT length is theirs.
            new DataView(answer.buffer).setUint16(2, answer.length);
            const shorter =
              cut && changes.some(([which]) => which === count) ? answer.subarray(0, -1) : answer;
            return framed(shorter) ? shorter : undefined;
          });
        } catch (error) {
          if (!(error instanceof ProgramReadError) && !/waits for a message/.test(String(error))) throw error;
        }
      },
    ),
    { numRuns: 300 },
  );
});

/** Whatever a controller says, the reader asks for nothing else. */
function onlyReads(request: Uint8Array): boolean {
  if (request[5] === 0xe0) return true;
  if (request[KIND] === 1) return [0xf0, 0x1d, 0x1e, 0x1f].includes(request[PARAMETERS]!);
  const [group, sub] = [request[PARAMETERS + 5]! & 15, request[PARAMETERS + 6]!];
  return request[KIND] === 7 && ['4/1', '3/1', '3/2', '7/1'].includes(`${group}/${sub}`);
}

/** As the driver frames what comes in. */
function framed(bytes: Uint8Array): boolean {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  return view.getUint8(0) === 3 && view.getUint16(2) === bytes.length && tsdu(view) === bytes.length;
}

function tsdu(view: DataView): number {
  return tsduLength(view, 0, view.byteLength, 8192);
}
