/**
 * Simulated plants, and drills against them, live on this machine's loopback network and nowhere else. Whatever
 * opens a socket for them asks here first; nothing turns it off.
 *
 * @module
 */

import { isIPv4 } from 'node:net';

export class NotLoopbackError extends Error {
  readonly code = 'COFFERDAM_NOT_LOOPBACK';
  override readonly name = 'NotLoopbackError';

  constructor(address: string) {
    super(`${address}: not a loopback address; simulated plants and drills use 127.0.0.0/8 only`);
  }
}

/** True for a literal address in 127.0.0.0/8 or ::1. Names are not looked up, so none is. */
export function isLoopback(address: string): boolean {
  return (isIPv4(address) && address.startsWith('127.')) || address === '::1';
}

/** Throws {@link NotLoopbackError} for any other address. */
export function assertLoopback(address: string): void {
  if (!isLoopback(address)) throw new NotLoopbackError(address);
}
