/**
 * The two sides of a session. The client opened it; a protocol's messages may run either way
 * (an S7 controller asks its station for the blocks of a download).
 *
 * @module
 */
export const Side = { client: 0, server: 1 } as const;
export type Side = (typeof Side)[keyof typeof Side];
export const SIDES = ['client', 'server'] as const;

/** The other one. */
export function opposite(side: Side): Side {
  return side === Side.client ? Side.server : Side.client;
}
