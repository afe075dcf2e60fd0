/**
 * What a run of the bench measured, as `--json` prints it.
 *
 * @module
 */

import type { GatewayFigures } from './gateway.ts';
import type { InspectFigures } from './inspect.ts';
import type { Machine } from './machine.ts';

export interface Figures {
  readonly machine: Machine;
  readonly inspect?: InspectFigures;
  readonly gateway?: GatewayFigures;
}
