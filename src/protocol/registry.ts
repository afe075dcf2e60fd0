/**
 * The protocols that Cofferdam knows. `Operation.protocol` is an index into this list; adding a protocol touches
 * its own folder and one line here.
 *
 * @module
 */

import { modbus } from './modbus/modbus.ts';
import type { Protocol } from './protocol.ts';
import { s7comm } from './s7comm/s7comm.ts';

export const PROTOCOLS: readonly Protocol[] = [modbus, s7comm];

/** Protocol by its name, or undefined. */
export function protocolNamed(name: string): Protocol | undefined {
  return PROTOCOLS.find(p => p.name === name);
}
