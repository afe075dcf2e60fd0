/**
 * Which defence looks on in which way.
 *
 * @module
 */

import type { DefenceGround, DefenceName, Watcher } from './defence.ts';
import { limitsWatch } from './limits-watch.ts';

/** The watcher of a defence; undefined for one that stands in line only. */
export function watcherOf(name: DefenceName, ground: DefenceGround): Watcher | undefined {
  switch (name) {
    case 'limits':
      return limitsWatch(ground);
    case 'permits':
      return undefined;
  }
}
