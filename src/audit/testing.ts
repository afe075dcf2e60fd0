/**
 * For tests of this room: a simulated S7 controller that listens, whose program can be changed behind everybody's back.
 *
 * @module
 */

import { BlockType, makeBlock, readBlock, type S7Block } from '../plant/s7-block.ts';
import { S7Controller } from '../plant/s7-controller.ts';
import { s7Server } from '../plant/s7-server.ts';
import { s7comm } from '../protocol/s7comm/s7comm.ts';
import { stationOf } from '../protocol/s7comm/station.ts';
import type { Device } from './device-link.ts';

/** MC7 of a block that limits a speed: L 1210; L MD 4; <=R … enough to tell versions apart. */
export const CODE = Uint8Array.from(Buffer.from('300304ba1a0431c0d8806500', 'hex'));

export const WHEN = Date.UTC(2026, 0, 12, 8, 30);

export function block(type: BlockType, number: number, code: Uint8Array = CODE, name = 'SPEED'): S7Block {
  return makeBlock(type, number, code, name, WHEN);
}

export const BLOCKS: readonly S7Block[] = [
  block(BlockType.OB, 1),
  block(BlockType.FC, 7, Buffer.concat([CODE.subarray(0, 10), new Uint8Array(700), CODE.subarray(10)])),
  block(BlockType.DB, 5, new Uint8Array(40), 'DRIVE'),
];

export interface Stand {
  readonly device: Device;
  readonly controller: S7Controller;
  close(): Promise<void>;
}

/** A controller with `blocks` behind a listening server. Its clock is `ahead` ms ahead. */
export async function stand(blocks: readonly S7Block[] = BLOCKS, ahead = 0): Promise<Stand> {
  const identity = {
    order: '6ES7 315-2EH14-0AB0',
    station: 'HALL_1',
    module: 'PLC_7',
    serial: 'S C-BUR393142011',
    firmware: [3, 2, 7],
  } as const;
  // Copies: a controller puts present values into its data blocks.
  const own = blocks.map(each => readBlock(each.bytes)!);
  const controller = new S7Controller(identity, own, () => Date.now() + ahead);
  const server = s7Server(controller);
  const port = await server.listen('127.0.0.1');
  const station = stationOf(0, 2);
  const device = { name: 'plc-7', address: '127.0.0.1', port, protocol: s7comm, station };
  return { device, controller, close: () => server.close() };
}

/** Puts a block into the controller, as a download would. */
export function put(controller: S7Controller, { type, number, bytes }: S7Block): void {
  controller.load(type, number, bytes);
  controller.activate(type, number);
}
