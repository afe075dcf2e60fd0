/**
 * The change that the engineers of the rotor hall are to make in the course of the exercise, with the permit for it: asked
 * for by one person, signed by two others, and installed as `cofferdam permit` would. Who may change a program must still be
 * able to while others may not.
 *
 * @module
 */

import { generateKeyPairSync, hash } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CYCLES_PER_SECOND, codeBlock, DRIVE } from '../../plant/rotor-hall/cascade-program.ts';
import type { Cascade } from '../../plant/rotor-hall/tags.ts';
import { BlockType, blockName } from '../../plant/s7-block.ts';
import { Approvers } from '../../program/approvers.ts';
import { type DeskPermits, permitsOf } from '../../program/desk-permits.ts';
import { formatEnvelope, preAuthenticationEncoding } from '../../program/dsse.ts';
import { PermitStore } from '../../program/permit-store.ts';
import { signWith } from '../../program/private-key.ts';
import { publicKeyOf } from '../../program/public-key.ts';
import { formatStatement, PAYLOAD_TYPE } from '../../program/statement.ts';
import { ENGINEER } from './intrusion.ts';

/** Simulated seconds from the beginning until the change is made, and at which controller. */
export const CHANGE_AT = 180;
export const CHANGE_IN: Cascade = 'plc-a';

/** Drives are tripped after two seconds of too much vibration, no longer after three. */
export const CHANGE = codeBlock(
  BlockType.FB,
  10,
  DRIVE.replace(`L ${3 * CYCLES_PER_SECOND}\n`, `L ${2 * CYCLES_PER_SECOND}\n`),
  'DRIVE',
  Date.UTC(2027, 4, 2, 14, 30),
);

/** Minutes of the clock on the wall for which the permit holds. */
const MINUTES = 60;

export interface ChangePermits {
  readonly permits: DeskPermits;
  /** Removes the store. */
  close(): Promise<void>;
}

/** A store that holds the permit for {@link CHANGE} and nothing else. */
export async function changePermits(): Promise<ChangePermits> {
  const keys = ['shift-lead', 'controls-lead'].map(name => ({ name, ...generateKeyPairSync('ed25519') }));
  const approvers = keys.map(({ name, publicKey }) => ({ name, keys: [publicKeyOf(publicKey)] }));
  const folder = await mkdtemp(join(tmpdir(), 'cofferdam-drill-'));
  const panel = { threshold: 2, approvers };
  const store = await PermitStore.open(folder, new Approvers('approvers', panel, new Map(), undefined));
  const now = Math.floor(Date.now() / 1000) * 1000;
  const sha256 = hash('sha256', CHANGE.bytes);
  const payload = formatStatement({
    ticket: 'MOC-2027-18',
    purpose: 'Trip drives after two seconds of too much vibration in place of three',
    requester: 'engineer-1',
    controller: CHANGE_IN,
    protocol: 's7comm',
    station: '0/2',
    from: [ENGINEER],
    notBefore: now - 60_000,
    notAfter: now + MINUTES * 60_000,
    uses: 1,
    blocks: [{ object: blockName(CHANGE.type, CHANGE.number), sha256, bytes: CHANGE.bytes.length }],
    deletes: [],
    actions: [],
    unseen: false,
  });
  const message = preAuthenticationEncoding(PAYLOAD_TYPE, payload);
  const signatures = keys.map(({ privateKey, publicKey }) => ({
    keyId: publicKeyOf(publicKey).id,
    bytes: signWith(privateKey, message),
  }));
  const envelope = formatEnvelope({ payloadType: PAYLOAD_TYPE, payload, signatures });
  await store.install(Buffer.from(envelope), new Map([[sha256, CHANGE.bytes]]));
  return { permits: permitsOf(store), close: () => rm(folder, { recursive: true, force: true }) };
}
