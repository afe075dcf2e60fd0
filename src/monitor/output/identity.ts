/**
 * Names of a flow that other programs' records have: they are made of its endpoints and its number in the reading, so
 * that operations and flows agree, however many threads read.
 *
 * @module
 */

import { hash } from 'node:crypto';
import { communityId, type Transport, tuple } from '../flows/community-id.ts';
import type { FlowRecord } from '../flows/flow-record.ts';
import type { Session } from '../session.ts';

export interface Identity {
  readonly communityId: string;
  /** As Suricata's flow_id: a whole number below 2^51. */
  readonly flowId: number;
  /** As Zeek's uid: C and letters and digits. */
  readonly uid: string;
}

const DIGITS = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
/** Of Zeek's uids, behind the C: 96 bits. */
const UID_DIGITS = 17;

export function identityOfSession(session: Session): Identity {
  const { clientAddress, clientPort, serverAddress, serverPort, serial } = session;
  return identity('tcp', clientAddress, clientPort, serverAddress, serverPort, serial);
}

export function identityOfFlow(flow: FlowRecord): Identity {
  const { transport, clientAddress, clientPort, serverAddress, serverPort } = flow;
  return identity(transport, clientAddress, clientPort, serverAddress, serverPort, flow.flow);
}

function identity(
  transport: Transport,
  client: string,
  clientPort: number,
  server: string,
  serverPort: number,
  number: number,
): Identity {
  const parties = [transport, client, clientPort, server, serverPort] as const;
  const bytes = hash('sha1', Buffer.concat([tuple(...parties), Buffer.from(`flow ${number}`)]), 'buffer');
  let rest = bytes.readBigUInt64BE(8) * 2n ** 32n + BigInt(bytes.readUInt32BE(16));
  let uid = 'C';
  for (let i = 0; i < UID_DIGITS; i++) {
    uid += DIGITS[Number(rest % 62n)];
    rest /= 62n;
  }
  return {
    communityId: communityId(...parties),
    flowId: Number(bytes.readBigUInt64BE(0) >> 13n),
    uid,
  };
}
