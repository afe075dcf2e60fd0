/**
 * The program of the drive controller, as blocks: OB1 controls the speed, OB35 guards against overspeed, DB1 holds
 * the setpoints, DB2 the readings, DB3 the limits. Machine code isn't emulated: a code block does its work as long
 * as it is the one that was commissioned, and does nothing once it is another.
 *
 * @module
 */

import { BlockType, makeBlock, type S7Block } from '../s7-block.ts';

/** When the program was last changed: 2026-03-12 09:41 UTC. */
const COMMISSIONED = Date.UTC(2026, 2, 12, 9, 41);

/** OB1: calls the speed controller. `UC FC 10; BE` and padding. */
const MAIN = Uint8Array.of(0x75, 0x0a, 0x65, 0x00);
/** FC10: the speed controller. */
const CONTROL = Uint8Array.of(
  ...[0xfb, 0x79, 0x00, 0x01, 0x7e, 0x57, 0x00, 0x00, 0xfb, 0x79, 0x00, 0x03, 0x7e, 0x57, 0x00, 0x00],
  ...[0x39, 0xa0, 0xff, 0xb8, 0x00, 0x04, 0x7e, 0x67, 0x00, 0x14, 0x65, 0x00],
);
/** OB35: the overspeed guard. */
const GUARD = Uint8Array.of(
  ...[0xfb, 0x79, 0x00, 0x02, 0x7e, 0x57, 0x00, 0x00, 0xfb, 0x79, 0x00, 0x03, 0x7e, 0x57, 0x00, 0x04],
  ...[0x29, 0xe0, 0xff, 0xb8, 0x00, 0x06, 0x68, 0x1d, 0x41, 0x10, 0x00, 0x80, 0x65, 0x00],
);

/** Setpoints: speed rpm, ramp rpm/s, run. */
const SETPOINTS = values([1500, 10], [1, 0]);
/** Readings: speed, reference, torque, power, tripped. */
const READINGS = values([1500, 1500, 34.3, 5.39], [0, 0]);
/** Limits: greatest speed, overspeed trip, steepest ramp. */
const LIMITS = values([1575, 1650, 30], []);

/** The program as commissioned. */
export function driveProgram(): S7Block[] {
  return [
    makeBlock(BlockType.OB, 1, MAIN, 'CYCLE', COMMISSIONED),
    makeBlock(BlockType.OB, 35, GUARD, 'GUARD', COMMISSIONED),
    makeBlock(BlockType.FC, 10, CONTROL, 'SPEED', COMMISSIONED),
    makeBlock(BlockType.DB, 1, SETPOINTS, 'SETPOINT', COMMISSIONED),
    makeBlock(BlockType.DB, 2, READINGS, 'READING', COMMISSIONED),
    makeBlock(BlockType.DB, 3, LIMITS, 'LIMITS', COMMISSIONED),
  ];
}

/** True while the speed is controlled, and while it is guarded. */
export function controls(block: (type: number, number: number) => S7Block | undefined): boolean {
  return same(block(BlockType.OB, 1), MAIN) && same(block(BlockType.FC, 10), CONTROL);
}
export function guards(block: (type: number, number: number) => S7Block | undefined): boolean {
  return same(block(BlockType.OB, 35), GUARD);
}

function same(block: S7Block | undefined, code: Uint8Array): boolean {
  return block !== undefined && Buffer.compare(block.code, code) === 0;
}

/** REALs one after the other, then bytes. */
function values(reals: readonly number[], more: readonly number[]): Uint8Array {
  const bytes = new Uint8Array(reals.length * 4 + more.length);
  bytes.set(more, reals.length * 4);
  const view = new DataView(bytes.buffer);
  for (const [i, real] of reals.entries()) view.setFloat32(i * 4, real);
  return bytes;
}
