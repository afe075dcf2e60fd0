/**
 * Which defence looks on in which way.
 *
 * @module
 */

import { auditWatch } from './audit-watch.ts';
import type { DefenceGround, DefenceName, Watcher } from './defence.ts';
import { limitsWatch } from './limits-watch.ts';
import { replayWatch } from './replay-watch.ts';

/** The watcher of a defence; undefined for one that stands in line only. */
export function watcherOf(name: DefenceName, ground: DefenceGround): Watcher | undefined {
  switch (name) {
    case 'permits':
      return undefined;
    case 'audit':
      return auditWatch(ground);
    case 'limits':
      return limitsWatch(ground);
    case 'replay':
      return replayWatch(ground);
  }
}
