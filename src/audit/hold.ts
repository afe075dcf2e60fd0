/**
 * Holds an audit back: whoever knows of a program transfer, or of anything else that must not be disturbed. No request is
 * sent while there is a reason; a reading that is under way is broken off, so that nothing of it stays open at the device,
 * and begun anew when the reason is gone.
 *
 * @module
 */

import { type Controller, readMarks } from '../program/loading-marks.ts';
import { isoTime } from '../program/statement.ts';

export interface Hold {
  /** Why no request may be sent now, a sentence; undefined where one may. Rejects where that cannot be found out. */
  why(): Promise<string | undefined>;
}

/** Nothing holds it back. */
export const FREE: Hold = { why: async () => undefined };

/** Held back while the gateways that share the folder pass on a program to the controller. */
export function holdByGateways(folder: string, controller: Controller): Hold {
  return {
    async why() {
      const { since } = await readMarks(folder, controller);
      if (since === undefined) return undefined;
      return `a program is being loaded into ${controller.name} through the gateway, since ${isoTime(since)}`;
    },
  };
}
