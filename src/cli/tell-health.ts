/**
 * How much of its captures a command could see, as a line on standard error: nobody should take blindness for silence.
 *
 * @module
 */

import { healthLine, healthOf } from '../monitor/health-report.ts';
import type { Summary } from '../monitor/summary.ts';

/** Where nothing could be read at all, its problem says that. */
export function tellHealth(summary: Summary, problems: readonly string[]): void {
  if (summary.packets === 0 && problems.length > 0) return;
  console.error(`cofferdam: ${healthLine(healthOf(summary))}`);
}
