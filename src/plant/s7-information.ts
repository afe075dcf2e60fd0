/**
 * What an S7 controller tells of itself through Userdata: block lists, block information, system status lists and
 * its clock. Everything else is answered as not supported.
 *
 * Layouts: the public headers of Snap7 (TS7BlocksList, TResDataBlockInfo, TS7OrderCode); the lists themselves,
 * the manufacturer's "System Software for S7-300/400, System and Standard Functions", chapter on SZL.
 *
 * @module
 */

import type { Operation } from '../operation/operation.ts';
import { SPACES } from '../protocol/s7comm/areas.ts';
import { clock, szlResponse, userdataResponse } from '../protocol/s7comm/encode.ts';
import { Group } from '../protocol/s7comm/functions.ts';
import { BlockType, type S7Block, typeDigits } from './s7-block.ts';
import type { S7Controller } from './s7-controller.ts';

/** Parameter errors of Userdata answers. */
const NOT_SUPPORTED = 0xd405;
const NO_SUCH_LIST = 0xd401;
const NO_SUCH_BLOCK = 0xd209;
const NO_FURTHER_BLOCK = 0xd20e;
const INVALID_TIME = 0xdc01;

/** Order in which a block list counts the types. */
const COUNTED = ['OB', 'FB', 'FC', 'DB', 'SDB', 'SFC', 'SFB'] as const;
/** Modes in SZL 0x0424. */
const RUN = 0x08;
const STOP = 0x04;

/** The answer to a Userdata request. */
export function inform(controller: S7Controller, op: Operation): Uint8Array {
  const { reference, code: group, subcode: sub } = op;
  if (group === Group.cpu && sub === 1) return systemStatus(controller, op);
  if (group === Group.time && (sub === 1 || sub === 3)) {
    return userdataResponse(reference, group, sub, clock(new Date(controller.clock)));
  }
  if (group === Group.time && (sub === 2 || sub === 4)) {
    const time = clockTime(String(op.value(0)));
    if (Number.isNaN(time)) return failed(op, INVALID_TIME);
    controller.clock = time;
    return userdataResponse(reference, group, sub);
  }
  if (group === Group.blocks && sub === 1) {
    return userdataResponse(reference, group, sub, blockCounts(controller));
  }
  const name = SPACES[op.space]?.name as keyof typeof BlockType;
  if (group === Group.blocks && sub === 2) {
    const list = blockList(controller, BlockType[name]);
    if (list.length === 0) return failed(op, NO_FURTHER_BLOCK);
    return userdataResponse(reference, group, sub, list);
  }
  if (group === Group.blocks && sub === 3) {
    const block = controller.block(BlockType[name], op.area);
    if (block === undefined) return failed(op, NO_SUCH_BLOCK);
    return userdataResponse(reference, group, sub, blockInformation(block));
  }
  return failed(op, NOT_SUPPORTED);
}

function failed({ reference, code, subcode }: Operation, error: number): Uint8Array {
  return userdataResponse(reference, code, subcode, undefined, { error });
}

/** For each type its code as two digits, and how many blocks there are. */
function blockCounts({ blocks }: S7Controller): number[] {
  return COUNTED.flatMap(name => {
    const type = BlockType[name];
    return [...typeDigits(type), ...word(blocks.filter(block => block.type === type).length)];
  });
}

/** For each block its number, flags (linked in) and language. */
function blockList({ blocks }: S7Controller, type: BlockType): number[] {
  return blocks
    .filter(block => block.type === type)
    .flatMap(({ number, bytes }) => [...word(number), 0x22, bytes[4]!]);
}

/** Header and footer of the block, and what stands before them. */
function blockInformation({ type, bytes, code }: S7Block): number[] {
  const header = bytes.subarray(0, 36);
  const footer = bytes.subarray(36 + code.length);
  return [0x01, type, ...word(0x004a), ...word(0x0022), ...header, ...footer];
}

function systemStatus(controller: S7Controller, op: Operation): Uint8Array {
  // The address of the object is the list's id and its index.
  const id = Math.floor(op.address / 0x10000);
  const index = op.address & 0xffff;
  const records = list(controller, id, index);
  if (records === undefined) return failed(op, NO_SUCH_LIST);
  return szlResponse(op.reference, id, index, records);
}

function list({ identity, running }: S7Controller, id: number, index: number): number[][] | undefined {
  const { order, firmware, station, module, serial } = identity;
  switch (id) {
    case 0x0000:
      return [0x0000, 0x0011, 0x001c, 0x0132, 0x0232, 0x0424].map(word);
    case 0x0011:
      // Module, then its firmware: index, order number, type, version.
      return [
        [...word(1), ...padded(order, 20), ...word(0), ...word(0), ...word(1)],
        [...word(7), ...padded(order, 20), ...word(0), 0x56, ...firmware],
      ];
    case 0x001c:
      // Names of station and module, serial number, name of the module type.
      return (
        [
          [1, station],
          [2, module],
          [5, serial],
          [7, 'CPU 315-2 PN/DP'],
        ] as const
      ).map(([number, name]) => [...word(number), ...padded(name, 32, 0)]);
    case 0x0132:
    case 0x0232:
      // Index 4, protection: level by the mode selector, by parameters and in effect, selector at RUN-P. Level 1: none.
      return index === 4 ? [[...[4, 1, 0, 1, 2].flatMap(word), ...new Array<number>(30).fill(0)]] : undefined;
    case 0x0424:
      return [[...word(0x5180 + index), 0xff, running ? RUN : STOP, ...new Array<number>(16).fill(0)]];
    default:
      return undefined;
  }
}

/** ms since 1970 of a date and time as the clock functions carry it, in hexadecimal digits; NaN where it is none. */
function clockTime(digits: string): number {
  const found = /^..(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)(\d\d\d)[1-7]$/.exec(digits);
  if (found === null) return Number.NaN;
  const [century, year, month, day, hour, minute, second, millisecond] = found.slice(1).map(Number);
  const text = `${century! * 100 + year!}-${two(month!)}-${two(day!)}T${two(hour!)}:${two(minute!)}:${two(second!)}Z`;
  return Date.parse(text) + millisecond!;
}

function two(number: number): string {
  return String(number).padStart(2, '0');
}

function padded(text: string, length: number, filling = 0x20): number[] {
  return Array.from({ length }, (_, i) => (i < text.length ? text.charCodeAt(i) : filling));
}

function word(value: number): number[] {
  return [(value >> 8) & 0xff, value & 0xff];
}
