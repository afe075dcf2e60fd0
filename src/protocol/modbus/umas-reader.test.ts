/** The reader against a controller's recorded answers, and against ones that lie. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { type DeviceProgram, PROGRAM_LIMITS, ProgramReadError } from '../program-reader.ts';
import { exceptionResponse } from './encode.ts';
import { umasReader } from './umas-reader.ts';

/**
 * What a Modicon 140 CPU 311 10 answered before anybody had its reservation, by request without its transaction
 * (capture `umas-modicon-program`).
 */
const RECORDED: ReadonlyMap<string, string> = new Map([
  [
    '00000004005a0002',
    '00000032005a00fe10ff5a010100000070020000270009000800000000000e3134302043505520333131203130010101000000001100',
  ],
  [
    '00000005005a000300',
    '00000033005a00fe020500009888010000020500009888010000020c3b0c0e01de07020c3b0c0e01de07080000000850726f6a65637400',
  ],
  [
    '00000004005a0004',
    '00000046005a00fe02828006b0d56f1b37583d110000000037583d1137583d1103000000000000000000000001000000000000000000000000000000000000000108040001010000fa00',
  ],
]);

function read(answer: (request: Buffer) => Uint8Array): DeviceProgram {
  const reading = umasReader.read(0, PROGRAM_LIMITS);
  let step = reading.next();
  for (let requests = 0; !step.done; requests++) {
    assert.ok(requests < 4, 'it asks without end');
    step = reading.next({ bytes: answer(Buffer.from(step.value.bytes)), time: 0 });
  }
  return step.value;
}

function recorded(request: Buffer): Uint8Array {
  const answer = RECORDED.get(request.subarray(2).toString('hex'));
  assert.ok(answer !== undefined, `no station asked ${request.toString('hex')}`);
  return Buffer.concat([request.subarray(0, 2), Buffer.from(answer, 'hex')]);
}

test('a recorded controller is asked what stations asked it, without its reservation', () => {
  const { facts, objects, clock, problems } = read(recorded);
  assert.deepEqual(
    facts.map(({ kind, name, value }) => `${kind} ${name}: ${value}`),
    [
      'identity device: 140 CPU 311 10',
      'identity identification: 10ff5a0101000000',
      'identity hardware: 0x0009',
      'firmware firmware: 0x0270 0x0000 0x0027',
      'program project information: 020500009888010000020500009888010000020c3b0c0e01de07020c3b0c0e01de07080000000850726f6a65637400',
      'program block identifiers: b0d56f1b37583d110000000037583d1137583d1103000000',
    ],
  );
  assert.deepEqual([objects, clock], [[], undefined]);
  assert.match(problems.join(), /^the bytes of its program are not read: in UMAS that takes the reservation/);
});

test('a server without UMAS says so', () => {
  assert.throws(
    () => read(request => exceptionResponse({ transaction: request.readUInt16BE(0), unit: 0 }, 0x5a, 1)),
    new ProgramReadError('it does not tell what it is: illegal function'),
  );
});

test('changed answers: what was read, or one kind of error', () => {
  const change = fc.tuple(fc.nat(2), fc.nat(80), fc.nat(255));
  fc.assert(
    fc.property(fc.array(change, { minLength: 1, maxLength: 6 }), fc.nat(60), (changes, cut) => {
      let count = 0;
      try {
        read(request => {
          const answer = Buffer.from(recorded(request));
          for (const [which, at, value] of changes)
            if (which === count && at < answer.length) answer[at] = value;
          const bytes =
            changes[0]![0] === count ? answer.subarray(0, Math.max(8, answer.length - cut)) : answer;
          count++;
          bytes.writeUInt16BE(bytes.length - 6, 4);
          bytes.writeUInt16BE(0, 2);
          return bytes;
        });
      } catch (error) {
        assert.ok(error instanceof ProgramReadError, String(error));
      }
    }),
  );
});
