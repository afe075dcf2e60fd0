/**
 * Community ID, version 1: one name for a flow in the records of different programs
 * (github.com/corelight/community-id-spec). The SHA-1 of both endpoints, the lower one first.
 *
 * @module
 */

import { hash } from 'node:crypto';
import { addressBytes } from '../../packet/address.ts';

/** As in IP. */
export const TRANSPORTS = { tcp: 6, udp: 17 } as const;
export type Transport = keyof typeof TRANSPORTS;

/** Seed 0. */
export function communityId(
  transport: Transport,
  client: string,
  clientPort: number,
  server: string,
  serverPort: number,
): string {
  return `1:${hash('sha1', tuple(transport, client, clientPort, server, serverPort), 'base64')}`;
}

/** Both endpoints and the transport as bytes: the same in both directions. */
export function tuple(
  transport: Transport,
  client: string,
  clientPort: number,
  server: string,
  serverPort: number,
): Buffer {
  const from = Buffer.from([...addressBytes(client), clientPort >> 8, clientPort & 255]);
  const to = Buffer.from([...addressBytes(server), serverPort >> 8, serverPort & 255]);
  // An address decides first, then the port: the order of the bytes.
  const [low, high] = Buffer.compare(from, to) <= 0 ? [from, to] : [to, from];
  return Buffer.concat([
    Buffer.from([0, 0]),
    low.subarray(0, -2),
    high.subarray(0, -2),
    Buffer.from([TRANSPORTS[transport], 0]),
    low.subarray(-2),
    high.subarray(-2),
  ]);
}
