/**
 * How audits are held back while a program is being loaded: the options `--state` and `--wait`.
 *
 * @module
 */

import { constants } from 'node:fs';
import { STANDARD_WAIT } from '../audit/ask-device.ts';
import { type Hold, holdByGateways } from '../audit/hold.ts';
import { type Controller, findMarksFolder, readMarks } from '../program/loading-marks.ts';
import { duration } from '../program/why-not.ts';
import { UsageError } from './command.ts';
import { readInterval } from './times.ts';

/** What a reading is given of it. */
export interface Holding {
  readonly hold: Hold;
  readonly wait: number;
  readonly held: (why: string) => void;
}

/** What holds readings of the controllers back; by none where no folder is named. */
export async function holdings(
  state: string | undefined,
  waitText: string | undefined,
  controllers: readonly Controller[],
): Promise<(controller: Controller) => Holding | undefined> {
  if (waitText !== undefined && state === undefined) {
    throw new UsageError('--wait is for what gateways say; add --state FOLDER');
  }
  const wait = waitText === undefined ? STANDARD_WAIT : readInterval(waitText, '--wait');
  if (state === undefined) return () => undefined;
  await findMarksFolder(state, constants.R_OK);
  for (const controller of controllers) await lookAround(state, controller);
  return controller => ({ hold: holdByGateways(state, controller), wait, held: tellHeld(wait) });
}

/** A folder of which no gateway makes use would be waited on for nothing: that is told. */
async function lookAround(state: string, controller: Controller): Promise<void> {
  const told = await readMarks(state, controller);
  if (told.protected) return;
  console.error(
    `cofferdam: NOTE no gateway that uses ${state} stands before ${controller.name} just now: a download would not be noticed`,
  );
}

function tellHeld(wait: number): (why: string) => void {
  return why => console.error(`cofferdam: ${why}; the audit waits, ${duration(wait)} at most`);
}
