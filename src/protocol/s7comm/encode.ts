/**
 * S7 messages as bytes, each with its TPKT and COTP headers: what plants, refusals and tests send. Only
 * {@link putHeader} is for the packet path; the rest allocates.
 *
 * @module
 */

import { dataMessage } from '../osi/encode.ts';
import type { Area, Size } from './areas.ts';
import { Fn, Group } from './functions.ts';
import { DataSize, ItemCode, Syntax } from './items.ts';
import { ACK_HEADER, HEADER, headerLength, PROTOCOL_ID, Rosctr } from './pdu.ts';

type Bytes = Uint8Array | readonly number[];
const NOTHING: Bytes = [];

/** Writes the header of a PDU; returns where its parameters begin. */
export function putHeader(
  view: DataView,
  at: number,
  rosctr: Rosctr,
  reference: number,
  param: number,
  data: number,
  error: number,
): number {
  view.setUint8(at, PROTOCOL_ID);
  view.setUint8(at + 1, rosctr);
  view.setUint16(at + 2, 0);
  view.setUint16(at + 4, reference);
  view.setUint16(at + 6, param);
  view.setUint16(at + 8, data);
  if (headerLength(rosctr) === HEADER) return at + HEADER;
  view.setUint16(at + 10, error);
  return at + ACK_HEADER;
}

/** A message of any kind. `segment` is the most data bytes of one packet, where it is to be cut. */
export function message(
  rosctr: Rosctr,
  reference: number,
  param: Bytes,
  data: Bytes = NOTHING,
  error = 0,
  segment?: number,
): Uint8Array {
  const bytes = new Uint8Array(headerLength(rosctr) + param.length + data.length);
  const at = putHeader(new DataView(bytes.buffer), 0, rosctr, reference, param.length, data.length, error);
  bytes.set(param, at);
  bytes.set(data, at + param.length);
  return dataMessage(bytes, segment);
}

/** A Job. */
export function job(reference: number, param: Bytes, data?: Bytes): Uint8Array {
  return message(Rosctr.job, reference, param, data);
}

/** An Ack_Data: without data and error, that a Job was done. */
export function ackData(reference: number, param: Bytes, data?: Bytes, error?: number): Uint8Array {
  return message(Rosctr.ackData, reference, param, data, error);
}

/** Asks for PDUs of `pduLength` bytes, and `jobs` Jobs at a time. */
export function setupRequest(reference: number, pduLength = 480, jobs = 1): Uint8Array {
  return job(reference, setup(pduLength, jobs));
}

/** Grants them. */
export function setupResponse(reference: number, pduLength = 240, jobs = 1): Uint8Array {
  return ackData(reference, setup(pduLength, jobs));
}

function setup(pduLength: number, jobs: number): number[] {
  return [Fn.setup, 0, ...u16(jobs), ...u16(jobs), ...u16(pduLength)];
}

/** A variable in the S7ANY syntax. */
export interface AnyVariable {
  readonly area: Area;
  /** DB number; 0 for other areas. */
  readonly db?: number;
  /** First bit; the number of a timer or counter. */
  readonly address: number;
  readonly size: Size;
  /** Elements of that size, by default 1. */
  readonly count?: number;
}

/** An item: a variable as {@link AnyVariable}, or the bytes of any syntax. */
export type Item = AnyVariable | Uint8Array;

/** A value: its bytes, and how the wire calls them. */
export interface DataItem {
  readonly code?: ItemCode;
  readonly size: DataSize;
  readonly bytes: Bytes;
}

/** Bytes of the variables of a request, filled up between them. */
export function items(list: readonly Item[]): number[] {
  return filled(list.map(item => (item instanceof Uint8Array ? [...item] : any(item))));
}

/** A DBREAD variable: several ranges of bytes of data blocks. */
export function dbRead(parts: readonly { bytes: number; db: number; start: number }[]): Uint8Array {
  const list = parts.flatMap(({ bytes, db, start }) => [bytes, ...u16(db), ...u16(start)]);
  return Uint8Array.from([0x12, list.length + 2, Syntax.dbRead, parts.length, ...list]);
}

export function readRequest(reference: number, list: readonly Item[]): Uint8Array {
  return job(reference, [Fn.readVar, list.length, ...items(list)]);
}

export function readResponse(reference: number, values: readonly DataItem[]): Uint8Array {
  return ackData(reference, [Fn.readVar, values.length], dataItems(values));
}

export function writeRequest(
  reference: number,
  list: readonly Item[],
  values: readonly DataItem[],
): Uint8Array {
  const data = dataItems(values.map(value => ({ ...value, code: value.code ?? ItemCode.reserved })));
  return job(reference, [Fn.writeVar, list.length, ...items(list)], data);
}

export function writeResponse(reference: number, codes: readonly ItemCode[]): Uint8Array {
  return ackData(reference, [Fn.writeVar, codes.length], codes);
}

/** Name of a block's file: `_0A00001P` for DB 1, into the passive filesystem (A: active, B: both). */
export function blockFile(type: BlockType, number: number, filesystem: 'P' | 'A' | 'B' = 'P'): string {
  return `_${blockName(type, number, filesystem)}`;
}

/** The same without the kind of file. */
export function blockName(type: BlockType, number: number, filesystem: 'P' | 'A' | 'B' = 'P'): string {
  return `${BLOCK_TYPES[type]}${String(number).padStart(5, '0')}${filesystem}`;
}

const BLOCK_TYPES = { OB: '08', DB: '0A', SDB: '0B', FC: '0C', SFC: '0D', FB: '0E', SFB: '0F' } as const;
export type BlockType = keyof typeof BLOCK_TYPES;

/** Asks to load a block: bytes of load memory and of code, as the block's own header has them. */
export function requestDownload(
  reference: number,
  file: string,
  loadMemory: number,
  code: number,
): Uint8Array {
  const lengths = `1${String(loadMemory).padStart(6, '0')}${String(code).padStart(6, '0')}`;
  return job(reference, [Fn.requestDownload, 0, 1, 0, 0, 0, 0, 0, ...text(file), ...text(lengths)]);
}

/** The controller asks its station for the next part of a block. */
export function downloadBlock(reference: number, file: string): Uint8Array {
  return job(reference, [Fn.downloadBlock, 0, 0, 0, 0, 0, 0, 0, ...text(file)]);
}

/** The station's answer, with a part of the block. */
export function downloadBlockAck(reference: number, part: Bytes, more: boolean): Uint8Array {
  return ackData(reference, [Fn.downloadBlock, more ? 1 : 0], partOf(part));
}

/** The controller has the whole block. */
export function downloadEnded(reference: number, file: string): Uint8Array {
  return job(reference, [Fn.downloadEnded, 0, 0, 0, 0, 0, 0, 0, ...text(file)]);
}

export function startUpload(reference: number, file: string): Uint8Array {
  return job(reference, [Fn.startUpload, 0, 0, 0, 0, 0, 0, 0, ...text(file)]);
}

/** Grants an upload of `length` bytes under an id. */
export function startUploadAck(reference: number, id: number, length: number): Uint8Array {
  const param = [Fn.startUpload, 0, 1, 0, ...u32(id), ...text(String(length).padStart(7, '0'))];
  return ackData(reference, param);
}

export function upload(reference: number, id: number): Uint8Array {
  return job(reference, [Fn.upload, 0, 0, 0, ...u32(id)]);
}

/** A part of the block. */
export function uploadAck(reference: number, part: Bytes, more: boolean): Uint8Array {
  return ackData(reference, [Fn.upload, more ? 1 : 0], partOf(part));
}

export function endUpload(reference: number, id: number): Uint8Array {
  return job(reference, [Fn.endUpload, 0, 0, 0, ...u32(id)]);
}

/** A program invocation service, by name, with its argument. */
export function piService(reference: number, name: string, argument: Bytes = NOTHING): Uint8Array {
  const head = [Fn.piService, 0, 0, 0, 0, 0, 0, 0xfd];
  return job(reference, [...head, ...u16(argument.length), ...argument, ...text(name)]);
}

/** A service on blocks (`_INSE`, `_INS2`, `_DELE`): names as {@link blockName} gives them. */
export function blockService(reference: number, name: string, blocks: readonly string[]): Uint8Array {
  return piService(reference, name, [blocks.length, 0, ...blocks.flatMap(latin1)]);
}

/** Starts the controller: warm, or cold. */
export function startController(reference: number, cold = false): Uint8Array {
  return piService(reference, 'P_PROGRAM', cold ? latin1('C ') : NOTHING);
}

export function plcStop(reference: number): Uint8Array {
  return job(reference, [Fn.plcStop, 0, 0, 0, 0, 0, ...text('P_PROGRAM')]);
}

/** A Userdata request; without `content` it says that there is none. */
export function userdataRequest(
  reference: number,
  group: number,
  sub: number,
  content?: Bytes,
  sequence?: number,
): Uint8Array {
  // The next part of a long answer is asked for by its sequence number, with the longer parameters.
  const param =
    sequence === undefined
      ? [0, 1, 0x12, 4, 0x11, 0x40 | group, sub, 0]
      : [0, 1, 0x12, 8, 0x12, 0x40 | group, sub, sequence, 0, 0, 0, 0];
  return message(Rosctr.userdata, reference, param, userdataContent(content));
}

/** What a Userdata response says beside its data. */
export interface UserdataEnd {
  readonly sequence?: number;
  readonly unit?: number;
  readonly last?: boolean;
  readonly error?: number;
}

export function userdataResponse(
  reference: number,
  group: number,
  sub: number,
  content?: Bytes,
  { sequence = 0, unit = 0, last = true, error = 0 }: UserdataEnd = {},
): Uint8Array {
  const param = [0, 1, 0x12, 8, 0x12, 0x80 | group, sub, sequence, unit, last ? 0 : 1, ...u16(error)];
  return message(Rosctr.userdata, reference, param, userdataContent(content));
}

/** What a controller tells unasked. */
export function userdataPush(group: number, sub: number, content?: Bytes, sequence?: number): Uint8Array {
  const param =
    sequence === undefined
      ? [0, 1, 0x12, 4, 0x11, group, sub, 0]
      : [0, 1, 0x12, 8, 0x12, group, sub, sequence, 0, 0, 0, 0];
  return message(Rosctr.userdata, 0, param, userdataContent(content));
}

/** The controller tells its new mode: 0 stop, 2 run, … */
export function modeTransition(mode: number): Uint8Array {
  return message(Rosctr.userdata, 0, [1, 0, 0x10, 0x10, 0, Group.modeTransition, mode, 0]);
}

/** Asks for a system status list. */
export function readSzl(reference: number, id: number, index = 0): Uint8Array {
  return userdataRequest(reference, Group.cpu, 1, [...u16(id), ...u16(index)]);
}

/** A system status list: records of equal length. */
export function szlResponse(
  reference: number,
  id: number,
  index: number,
  records: readonly Bytes[],
): Uint8Array {
  const head = [...u16(id), ...u16(index), ...u16(records[0]?.length ?? 0), ...u16(records.length)];
  return userdataResponse(reference, Group.cpu, 1, [...head, ...records.flatMap(record => [...record])]);
}

/** Asks for cyclic values, every `factor` times 0.1 s (`base` 0), 1 s (1) or 10 s (2). */
export function subscribeCyclic(reference: number, list: readonly Item[], base = 1, factor = 1): Uint8Array {
  return userdataRequest(reference, Group.cyclic, 1, [...u16(list.length), base, factor, ...items(list)]);
}

/** Values of a cyclic answer or push. */
export function cyclicValues(values: readonly DataItem[]): number[] {
  return [...u16(values.length), ...dataItems(values)];
}

/** A date and time as the clock functions carry it; the time of `date` in UTC. */
export function clock(date: Date): number[] {
  const year = date.getUTCFullYear();
  const milliseconds = date.getUTCMilliseconds();
  return [
    0x00,
    bcd(Math.floor(year / 100)),
    bcd(year % 100),
    bcd(date.getUTCMonth() + 1),
    bcd(date.getUTCDate()),
    bcd(date.getUTCHours()),
    bcd(date.getUTCMinutes()),
    bcd(date.getUTCSeconds()),
    bcd(Math.floor(milliseconds / 10)),
    ((milliseconds % 10) << 4) | (date.getUTCDay() + 1),
  ];
}

/** Values of a write or a read answer, filled up between them. */
function dataItems(values: readonly DataItem[]): number[] {
  return filled(
    values.map(({ code = ItemCode.success, size, bytes }) => {
      const inBits = size === DataSize.byte || size === DataSize.int;
      return [code, size, ...u16(inBits ? bytes.length * 8 : bytes.length), ...bytes];
    }),
  );
}

function any({ area, db = 0, address, size, count = 1 }: AnyVariable): number[] {
  return [0x12, 10, Syntax.s7any, size, ...u16(count), ...u16(db), area, ...u32(address).slice(1)];
}

function partOf(part: Bytes): number[] {
  return [...u16(part.length), 0x00, 0xfb, ...part];
}

function userdataContent(content: Bytes | undefined): number[] {
  if (content === undefined) return [ItemCode.missing, DataSize.none, 0, 0];
  return [ItemCode.success, DataSize.octets, ...u16(content.length), ...content];
}

function filled(list: readonly (readonly number[])[]): number[] {
  return list.flatMap((bytes, i) => (bytes.length % 2 === 1 && i < list.length - 1 ? [...bytes, 0] : bytes));
}

function text(characters: string): number[] {
  return [characters.length, ...latin1(characters)];
}

function latin1(characters: string): number[] {
  return [...Buffer.from(characters, 'latin1')];
}

function bcd(number: number): number {
  return Math.floor(number / 10) * 16 + (number % 10);
}

function u16(number: number): number[] {
  return [(number >> 8) & 0xff, number & 0xff];
}

function u32(number: number): number[] {
  return [...u16(number >>> 16), ...u16(number & 0xffff)];
}
