/**
 * Programs are transferred block by block. The station asks to load a block, the controller fetches its parts from the
 * station and says when it has them all; `_INSE` links it into the program.
 *
 * @module
 */

import type { Operation } from '../../operation/operation.ts';
import { type ProgramTransfer, Step } from '../protocol.ts';
import { FUNCTIONS } from './functions.ts';

/** Last letter of a block's file: the passive filesystem, from which `_INSE` takes it. */
const PASSIVE = 0x50;

export const program: ProgramTransfer = {
  step(op) {
    const step = FUNCTIONS[op.fn]!.step ?? Step.none;
    // Loaded anywhere else a block may be in force before its end was seen.
    return step === Step.begin && !isPassive(op) ? Step.none : step;
  },
  takesEffect: 'activate',
  shows:
    'Every byte of every block, as the station gives it. A block that is loaded past the passive filesystem, and the program of an NC, are no transfer that can be followed.',
};

function isPassive({ nameView, nameAt, nameLength }: Operation): boolean {
  return nameLength > 0 && nameView.getUint8(nameAt + nameLength - 1) === PASSIVE;
}
