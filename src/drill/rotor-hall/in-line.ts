/**
 * What the two defences in line report, from what the gateway tells: changes of a program that it refused for want of a
 * permit, and values outside their limits.
 *
 * @module
 */

import type { GatewayEvent } from '../../gateway/event.ts';
import { PROGRAM_FINDINGS } from '../../program/finding-kinds.ts';
import type { Report } from './defence.ts';

const PERMIT_KINDS: ReadonlySet<string> = new Set(Object.values(PROGRAM_FINDINGS).map(({ name }) => name));

/** The report that a gateway's event makes, if any; `host` names who has an address. */
export function inLineReport(
  event: GatewayEvent,
  host: (address: string) => string | undefined,
): Report | undefined {
  if (event.event !== 'finding' && event.event !== 'verdict') return undefined;
  const station = event.client === undefined ? undefined : host(event.client);
  const from = station === undefined ? {} : { station };
  if (event.event === 'finding') {
    if (!PERMIT_KINDS.has(event.finding.kind)) return undefined;
    return { defence: 'permits', what: event.finding.message, calls: 'isolate', ...from };
  }
  if (event.verdict !== 'deny' || event.from !== 'client' || event.verb !== 'write') return undefined;
  return { defence: 'limits', what: `${event.target}: ${event.reason}`, calls: 'isolate', ...from };
}
