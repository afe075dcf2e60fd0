/**
 * The protocols that Cofferdam knows. `Operation.protocol` is an index into this list; adding a protocol touches
 * its own folder and one line here.
 *
 * @module
 */

import type { Announcement } from './device-facts.ts';
import { listIdentity } from './enip/list-identity.ts';
import { modbus } from './modbus/modbus.ts';
import { dcp } from './profinet/dcp.ts';
import type { Protocol } from './protocol.ts';
import { s7comm } from './s7comm/s7comm.ts';

export const PROTOCOLS: readonly Protocol[] = [modbus, s7comm];

/** Packets of control protocols in which devices tell of themselves. */
export const ANNOUNCEMENTS: readonly Announcement[] = [dcp, listIdentity];

/** Protocol by its name, or undefined. */
export function protocolNamed(name: string): Protocol | undefined {
  return PROTOCOLS.find(p => p.name === name);
}
