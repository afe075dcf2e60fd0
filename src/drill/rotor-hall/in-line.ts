/**
 * What the two defences in line report, from what the gateway tells: changes of a program that it refused for want of a
 * permit, and values outside their limits.
 *
 * @module
 */

import type { GatewayEvent } from '../../gateway/event.ts';
import type { Report } from './defence.ts';

const PROGRAM_VERBS = new Set(['download', 'activate', 'delete', 'firmware']);

/** The report that a gateway's event makes, if any; `host` names who has an address. */
export function inLineReport(
  event: GatewayEvent,
  host: (address: string) => string | undefined,
): Report | undefined {
  if (event.event !== 'verdict' || event.verdict !== 'deny' || event.from !== 'client') return undefined;
  const defence = PROGRAM_VERBS.has(event.verb) ? 'permits' : event.verb === 'write' ? 'limits' : undefined;
  if (defence === undefined) return undefined;
  const station = host(event.client);
  const what = `${event.verb} ${event.object} at ${event.target} refused: ${event.reason}`;
  return { defence, what, calls: 'isolate', ...(station === undefined ? {} : { station }) };
}
