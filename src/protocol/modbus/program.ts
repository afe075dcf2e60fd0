/**
 * Programs in UMAS: the project as one file (APX), in numbered parts. It takes effect when its end is told.
 *
 * Source: lirasenlared, The Unity (UMAS) protocol, part III (2017), where the direction to the controller is called
 * upload.
 *
 * @module
 */

import { type ProgramTransfer, Step } from '../protocol.ts';
import { FUNCTIONS } from './functions.ts';

/** Bytes of an UPLOAD_BLOCK behind its function: two that are the same in all, the part's number, its length. */
const PART_HEAD = 0x0001;
const PART_NUMBER = 2;
const PART_LENGTH = 4;
export const PART_DATA = 6;

export const program: ProgramTransfer = {
  step: op => FUNCTIONS[op.fn]!.step ?? Step.none,
  announced: () => -1,
  whole: 'application',
  takesEffect: 'end',
  shows:
    'Every byte of the application file, in its numbered parts. What is loaded by PRELOAD_BLOCKS, or inside a signed message, is not seen.',
};

/** Number of the part at `at`, counted from 1. Numbers in UMAS have their least significant byte first. */
export function partNumber(view: DataView, at: number): number {
  return view.getUint16(at + PART_NUMBER, true);
}

/** True where `at..end` is a part with exactly the bytes that its length says, and nothing in it that is not known. */
export function isPart(view: DataView, at: number, end: number): boolean {
  if (end - at <= PART_DATA || view.getUint16(at) !== PART_HEAD) return false;
  return view.getUint16(at + PART_LENGTH, true) === end - at - PART_DATA;
}
