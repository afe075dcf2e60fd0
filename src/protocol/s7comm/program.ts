/**
 * Programs are transferred block by block. The station asks to load a block, the controller fetches its parts from the
 * station and says when it has them all; `_INSE` links it into the program.
 *
 * @module
 */

import type { Operation } from '../../operation/operation.ts';
import { type ProgramTransfer, Step } from '../protocol.ts';
import { FUNCTIONS } from './functions.ts';

/** First letter of a block's file: the whole block. Last: the passive filesystem, from which `_INSE` takes it. */
const WHOLE = 0x5f;
const PASSIVE = 0x50;
const LOAD_DIGITS = 6;

export const program: ProgramTransfer = {
  step(op) {
    const step = FUNCTIONS[op.fn]!.step ?? Step.none;
    // Loaded anywhere else a block may be in force before its end was seen.
    return step === Step.begin && !isPassiveBlock(op) ? Step.hidden : step;
  },
  announced({ valueView, valueAt, valueLength }) {
    // '1', the bytes of load memory in six digits, those of the code in six.
    if (valueLength < 1 + LOAD_DIGITS) return -1;
    let bytes = 0;
    for (let i = valueAt + 1; i <= valueAt + LOAD_DIGITS; i++) {
      const digit = valueView.getUint8(i) - 0x30;
      if (digit < 0 || digit > 9) return -1;
      bytes = bytes * 10 + digit;
    }
    return bytes;
  },
  takesEffect: 'activate',
  shows:
    'Every byte of every block, as the station gives it. A block that is loaded past the passive filesystem, and the program of an NC, are no transfer that can be followed.',
};

function isPassiveBlock({ nameView, nameAt, nameLength }: Operation): boolean {
  if (nameLength === 0 || nameView.getUint8(nameAt) !== WHOLE) return false;
  return nameView.getUint8(nameAt + nameLength - 1) === PASSIVE;
}
