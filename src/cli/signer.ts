/**
 * The key that an approver signs with: a private key in PEM, opened here, or one of OpenSSH's, with which its own
 * ssh-keygen signs.
 *
 * @module
 */

import { createPublicKey } from 'node:crypto';
import { isSignatureOf } from '../program/approvals.ts';
import type { EnvelopeSignature } from '../program/dsse.ts';
import { readBounded } from '../program/durable-file.ts';
import { inFile, PermitError } from '../program/permit-error.ts';
import { isEncrypted, isOpenSsh, parsePrivateKey, signWith } from '../program/private-key.ts';
import { type PublicKey, publicKeyOf } from '../program/public-key.ts';
import { fromArmor, parseSshSignature, SSH_NAMESPACE } from '../program/ssh-signature.ts';
import { UsageError } from './command.ts';
import { MAX_KEY_FILE } from './key.ts';
import { askPassphrase } from './passphrase.ts';
import { signWithSshKeygen } from './ssh-keygen.ts';

/** A signature, and whose it is. */
export interface Made {
  readonly publicKey: PublicKey;
  readonly signature: EnvelopeSignature;
}

export interface Signer {
  /** Undefined where only the signature tells. */
  readonly publicKey: PublicKey | undefined;
  sign(message: Uint8Array): Promise<Made>;
}

/** Opens the key in a file; asks for its passphrase where it has one, so that a slip is found before anything is read. */
export async function openSigner(file: string, passphraseFile: string | undefined): Promise<Signer> {
  const text = (await readBounded(file, MAX_KEY_FILE)).toString();
  if (isOpenSsh(text)) {
    await checkHalf(file);
    return {
      publicKey: undefined,
      sign: async message => {
        const armored = await signWithSshKeygen(file, message);
        return inFile(file, () => madeBySsh(armored, message));
      },
    };
  }
  const passphrase = isEncrypted(text) ? await askPassphrase(`Passphrase for ${file}: `, passphraseFile) : '';
  return inFile(file, () => {
    const privateKey = parsePrivateKey(text, passphrase);
    const publicKey = publicKeyOf(createPublicKey(privateKey));
    return {
      publicKey,
      sign: async message => ({
        publicKey,
        signature: { keyId: publicKey.id, bytes: signWith(privateKey, message) },
      }),
    };
  });
}

/** A signature that ssh-keygen has made elsewhere. */
export async function readDetached(file: string): Promise<Signer> {
  const armored = (await readBounded(file, MAX_KEY_FILE)).toString();
  return { publicKey: undefined, sign: async message => inFile(file, () => madeBySsh(armored, message)) };
}

/** The public half stands for a key that an agent has; beside one of Cofferdam's the private half is meant. */
async function checkHalf(file: string): Promise<void> {
  if (!file.endsWith('.pub')) return;
  const other = file.slice(0, -'.pub'.length);
  const text = (await readBounded(other, MAX_KEY_FILE).catch(() => '')).toString();
  if (!text.includes('PRIVATE KEY') || isOpenSsh(text)) return;
  throw new UsageError(`${file}: is the public half; sign with the private one, --key ${other}`);
}

function madeBySsh(armored: string, message: Uint8Array): Made {
  const bytes = fromArmor(armored);
  const parsed = parseSshSignature(bytes);
  if (parsed === undefined) throw new PermitError('is damaged, or not made with an ed25519 key');
  if (parsed.namespace !== SSH_NAMESPACE) {
    throw new PermitError(
      `is made for another purpose, '${parsed.namespace.replace(/[^ -~]/g, '?').slice(0, 60)}'; ` +
        `sign with ssh-keygen -Y sign -n ${SSH_NAMESPACE}`,
    );
  }
  const signature = { keyId: parsed.key.id, bytes };
  if (isSignatureOf(signature, parsed.key, message)) return { publicKey: parsed.key, signature };
  throw new PermitError(
    'does not hold for this permit; sign the file that cofferdam permit export writes as signed-bytes',
  );
}
