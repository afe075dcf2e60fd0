/**
 * A permit store with two approvers and a requester, whose keys sign whatever a test wants signed.
 *
 * @module
 */

import { generateKeyPairSync, hash, type KeyObject, sign } from 'node:crypto';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { parseApprovers } from '../../src/program/approvers-file.ts';
import { type DeskPermits, permitsOf } from '../../src/program/desk-permits.ts';
import { formatEnvelope, preAuthenticationEncoding } from '../../src/program/dsse.ts';
import { PermitStore } from '../../src/program/permit-store.ts';
import { formatPublicKey, publicKeyOf } from '../../src/program/public-key.ts';
import { formatStatement, PAYLOAD_TYPE, type PermitTerms } from '../../src/program/statement.ts';

export const PEOPLE = ['shift-lead', 'controls-lead', 'engineer-1'] as const;
export type Person = (typeof PEOPLE)[number];

export interface PermitStand {
  readonly folder: string;
  readonly approversFile: string;
  readonly store: PermitStore;
  /** The file of somebody's private key. */
  keyFile(person: Person): Promise<string>;
  readonly permits: DeskPermits;
  /** Puts a permit into the store as somebody would who goes round `install`; returns its id. */
  put(
    terms: Partial<PermitTerms>,
    blocks: Readonly<Record<string, Uint8Array>>,
    by: readonly Person[],
  ): Promise<string>;
}

export async function permitStand(t: TestContext): Promise<PermitStand> {
  const folder = await mkdtemp(join(tmpdir(), 'cofferdam-permits-'));
  t.after(() => rm(folder, { recursive: true, force: true }));
  const keys = new Map(PEOPLE.map(person => [person, generateKeyPairSync('ed25519')]));
  const lines = PEOPLE.map(
    person => `  ${person}: ${formatPublicKey(publicKeyOf(keys.get(person)!.publicKey))}`,
  );
  const approversFile = join(folder, 'approvers.yaml');
  const text = `threshold: 2\napprovers:\n${lines.join('\n')}\n`;
  await writeFile(approversFile, text);
  await mkdir(join(folder, 'store'));
  const store = await PermitStore.open(join(folder, 'store'), parseApprovers(text, approversFile));
  return {
    folder: store.folder,
    approversFile,
    store,
    permits: permitsOf(store),
    async keyFile(person) {
      const file = join(folder, `${person}.pem`);
      await writeFile(file, keys.get(person)!.privateKey.export({ type: 'pkcs8', format: 'pem' }));
      return file;
    },
    async put(terms, blocks, by) {
      const payload = formatStatement(termsOf(terms, blocks));
      const signatures = by.map(person => signature(keys.get(person)!, payload));
      const id = hash('sha256', payload);
      for (const bytes of Object.values(blocks)) {
        await writeFile(join(store.folder, 'blocks', hash('sha256', bytes)), bytes);
      }
      const envelope = formatEnvelope({ payloadType: PAYLOAD_TYPE, payload, signatures });
      await writeFile(join(store.folder, 'permits', `${id}.json`), envelope);
      await store.reload();
      return id;
    },
  };
}

function termsOf(terms: Partial<PermitTerms>, blocks: Readonly<Record<string, Uint8Array>>): PermitTerms {
  const now = Math.floor(Date.now() / 1000) * 1000;
  return {
    ticket: 'MOC-17',
    purpose: 'a test of the gateway',
    requester: 'engineer-1',
    controller: 'plc',
    protocol: 's7comm',
    station: '0/2',
    from: ['hmi'],
    notBefore: now - 60_000,
    notAfter: now + 3_600_000,
    uses: 1,
    blocks: Object.entries(blocks).map(([object, bytes]) => ({
      object,
      sha256: hash('sha256', bytes),
      bytes: bytes.length,
    })),
    deletes: [],
    actions: [],
    unseen: false,
    ...terms,
  };
}

function signature(
  { privateKey, publicKey }: { privateKey: KeyObject; publicKey: KeyObject },
  payload: Uint8Array,
) {
  const bytes = sign(null, preAuthenticationEncoding(PAYLOAD_TYPE, payload), privateKey);
  return { keyId: publicKeyOf(publicKey).id, bytes };
}
