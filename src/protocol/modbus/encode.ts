/**
 * Writes requests and responses of every function, as plants, tests and tools need them. Each returns the whole
 * message in a fresh array. Nothing is checked: what breaks the standard can be written too.
 *
 * @module
 */

import { PDU, writeHeader } from './frame.ts';
import { EXCEPTION, Fc, Mei } from './functions.ts';

/** Whom a message is for: the pair by which request and response find each other. */
export interface Header {
  /** 0 to 65535. */
  readonly transaction: number;
  /** 0 to 255. */
  readonly unit: number;
}

/** A sub-request of functions 20 and 21. */
export interface FilePart {
  readonly file: number;
  readonly record: number;
  /** How many records to read; where `values` are given, their number counts. */
  readonly records?: number;
  readonly values?: readonly number[];
}

/** The answer of Read Device Identification. */
export interface Identification {
  readonly access: number;
  readonly conformity: number;
  /** Id of the object with which to go on asking, or undefined. */
  readonly next?: number;
  readonly objects: readonly (readonly [id: number, text: string])[];
}

/** A message with any PDU: `bytes` from the function code on. */
export function message({ transaction, unit }: Header, bytes: ArrayLike<number>): Uint8Array {
  const whole = new Uint8Array(PDU + bytes.length);
  writeHeader(new DataView(whole.buffer), 0, transaction, unit, bytes.length);
  whole.set(bytes, PDU);
  return whole;
}

/** Functions 1 to 4. */
export function readRequest(to: Header, code: number, address: number, quantity: number): Uint8Array {
  return message(to, [code, ...word(address), ...word(quantity)]);
}

/** Functions 1 and 2. */
export function bitsResponse(to: Header, code: number, bits: readonly boolean[]): Uint8Array {
  const bytes = pack(bits);
  return message(to, [code, bytes.length, ...bytes]);
}

/** Functions 3, 4 and 23. */
export function registersResponse(to: Header, code: number, registers: readonly number[]): Uint8Array {
  return message(to, [code, registers.length * 2, ...words(registers)]);
}

/** Function 5, request and response. */
export function writeCoil(to: Header, address: number, on: boolean): Uint8Array {
  return message(to, [Fc.writeSingleCoil, ...word(address), on ? 0xff : 0, 0]);
}

/** Function 6, request and response. */
export function writeRegister(to: Header, address: number, value: number): Uint8Array {
  return message(to, [Fc.writeSingleRegister, ...word(address), ...word(value)]);
}

/** Functions without data: 7, 11, 12 and 17. */
export function bareRequest(to: Header, code: number): Uint8Array {
  return message(to, [code]);
}

/** Function 7. */
export function exceptionStatusResponse(to: Header, status: number): Uint8Array {
  return message(to, [Fc.readExceptionStatus, status]);
}

/** Function 8, request and response. */
export function diagnostics(to: Header, sub: number, data: readonly number[]): Uint8Array {
  return message(to, [Fc.diagnostics, ...word(sub), ...words(data)]);
}

/** Function 11. */
export function eventCounterResponse(to: Header, busy: boolean, events: number): Uint8Array {
  return message(to, [Fc.getCommEventCounter, ...word(busy ? 0xffff : 0), ...word(events)]);
}

/** Function 12: the most recent event comes first. */
export function eventLogResponse(
  to: Header,
  busy: boolean,
  eventCount: number,
  messageCount: number,
  events: readonly number[],
): Uint8Array {
  const counters = words([busy ? 0xffff : 0, eventCount, messageCount]);
  return message(to, [Fc.getCommEventLog, 6 + events.length, ...counters, ...events]);
}

/** Function 15. */
export function writeCoilsRequest(to: Header, address: number, bits: readonly boolean[]): Uint8Array {
  const bytes = pack(bits);
  return message(to, [Fc.writeMultipleCoils, ...word(address), ...word(bits.length), bytes.length, ...bytes]);
}

/** Function 16. */
export function writeRegistersRequest(to: Header, address: number, registers: readonly number[]): Uint8Array {
  const count = registers.length;
  return message(to, [
    Fc.writeMultipleRegisters,
    ...word(address),
    ...word(count),
    count * 2,
    ...words(registers),
  ]);
}

/** Functions 15 and 16. */
export function writeMultipleResponse(
  to: Header,
  code: number,
  address: number,
  quantity: number,
): Uint8Array {
  return message(to, [code, ...word(address), ...word(quantity)]);
}

/** Function 17: `content` is the device's own, with the run indicator (0x00 off, 0xff on) in it. */
export function serverIdResponse(to: Header, content: ArrayLike<number>): Uint8Array {
  return message(to, [Fc.reportServerId, content.length, ...Array.from(content)]);
}

/** Function 20. */
export function readFileRequest(to: Header, parts: readonly FilePart[]): Uint8Array {
  const groups = parts.flatMap(({ file, record, records = 0 }) => [6, ...words([file, record, records])]);
  return message(to, [Fc.readFileRecord, groups.length, ...groups]);
}

/** Function 20: the values of each sub-request. */
export function readFileResponse(to: Header, parts: readonly (readonly number[])[]): Uint8Array {
  const groups = parts.flatMap(values => [1 + values.length * 2, 6, ...words(values)]);
  return message(to, [Fc.readFileRecord, groups.length, ...groups]);
}

/** Function 21, request and response. */
export function writeFile(to: Header, parts: readonly FilePart[]): Uint8Array {
  const groups = parts.flatMap(({ file, record, values = [] }) => [
    6,
    ...words([file, record, values.length, ...values]),
  ]);
  return message(to, [Fc.writeFileRecord, groups.length, ...groups]);
}

/** Function 22, request and response. */
export function maskWrite(to: Header, address: number, and: number, or: number): Uint8Array {
  return message(to, [Fc.maskWriteRegister, ...words([address, and, or])]);
}

/** Function 23. */
export function readWriteRequest(
  to: Header,
  readAddress: number,
  quantity: number,
  writeAddress: number,
  registers: readonly number[],
): Uint8Array {
  const ranges = words([readAddress, quantity, writeAddress, registers.length]);
  return message(to, [Fc.readWriteMultipleRegisters, ...ranges, registers.length * 2, ...words(registers)]);
}

/** Function 24. */
export function readFifoRequest(to: Header, address: number): Uint8Array {
  return message(to, [Fc.readFifoQueue, ...word(address)]);
}

/** Function 24. */
export function readFifoResponse(to: Header, registers: readonly number[]): Uint8Array {
  const count = registers.length;
  return message(to, [Fc.readFifoQueue, ...words([2 + count * 2, count, ...registers])]);
}

/** Function 43/13, request and response: `content` follows the MEI type. */
export function canopen(to: Header, content: ArrayLike<number>): Uint8Array {
  return message(to, [Fc.encapsulatedInterface, Mei.canopen, ...Array.from(content)]);
}

/** Function 43/14. `access`: 1 basic, 2 regular, 3 extended, 4 one object. */
export function identificationRequest(to: Header, access: number, object: number): Uint8Array {
  return message(to, [Fc.encapsulatedInterface, Mei.identification, access, object]);
}

/** Function 43/14. */
export function identificationResponse(to: Header, answer: Identification): Uint8Array {
  const { access, conformity, next, objects } = answer;
  const more = next === undefined ? [0, 0] : [0xff, next];
  const list = objects.flatMap(([id, text]) => [id, text.length, ...Buffer.from(text, 'latin1')]);
  const head = [Fc.encapsulatedInterface, Mei.identification, access, conformity, ...more, objects.length];
  return message(to, [...head, ...list]);
}

/** Function 90. `fn` is the UMAS function, in a response `UmasAnswer.ok` or `.error`. */
export function umas(to: Header, session: number, fn: number, content: ArrayLike<number>): Uint8Array {
  return message(to, [Fc.umas, session, fn, ...Array.from(content)]);
}

/** The exception `exception` to function `code`. */
export function exceptionResponse(to: Header, code: number, exception: number): Uint8Array {
  return message(to, [code | EXCEPTION, exception]);
}

function word(value: number): number[] {
  return [(value >> 8) & 0xff, value & 0xff];
}

function words(values: readonly number[]): number[] {
  return values.flatMap(word);
}

/** Bits in bytes, the first in the least significant bit. */
function pack(bits: readonly boolean[]): number[] {
  const bytes: number[] = new Array(Math.ceil(bits.length / 8)).fill(0);
  bits.forEach((on, i) => {
    if (on) bytes[i >> 3]! |= 1 << (i & 7);
  });
  return bytes;
}
