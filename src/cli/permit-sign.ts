/**
 * `cofferdam permit sign`: an approver reads what is asked for and signs it.
 *
 * @module
 */

import { createPublicKey } from 'node:crypto';
import { stat } from 'node:fs/promises';
import { isSignatureOf } from '../program/approvals.ts';
import { type Approvers, sameName } from '../program/approvers.ts';
import { loadApprovers } from '../program/approvers-file.ts';
import {
  type Envelope,
  type EnvelopeSignature,
  formatEnvelope,
  preAuthenticationEncoding,
} from '../program/dsse.ts';
import { readBounded, writeDurably } from '../program/durable-file.ts';
import { inFile, PermitError } from '../program/permit-error.ts';
import { isEncrypted, isOpenSsh, parsePrivateKey, signWith } from '../program/private-key.ts';
import { type PublicKey, publicKeyOf } from '../program/public-key.ts';
import { fromArmor, parseSshSignature, SSH_NAMESPACE } from '../program/ssh-signature.ts';
import { parseArgs } from './arguments.ts';
import { UsageError } from './command.ts';
import { MAX_KEY_FILE } from './key.ts';
import { askPassphrase, confirm } from './passphrase.ts';
import { compareBlocks } from './permit-blocks.ts';
import { readPermitFile } from './permit-file.ts';
import { permitText } from './permit-text.ts';
import { signWithSshKeygen } from './ssh-keygen.ts';

/** A signature, and whose it is. */
export interface Made {
  readonly publicKey: PublicKey;
  readonly signature: EnvelopeSignature;
}

export async function sign(args: readonly string[]): Promise<number> {
  const { values, positionals } = parseArgs({
    args: [...args],
    options: {
      key: { type: 'string' },
      'passphrase-file': { type: 'string' },
      'ssh-signature': { type: 'string' },
      approvers: { type: 'string' },
      yes: { type: 'boolean', default: false },
    },
    allowPositionals: true,
  });
  const [file, ...words] = positionals;
  if (file === undefined) throw new UsageError('name the permit: cofferdam permit sign FILE --key KEY');
  const { key, 'ssh-signature': detached, 'passphrase-file': passphraseFile } = values;
  if ((key === undefined) === (detached === undefined)) {
    throw new UsageError(
      'say what to sign with: --key KEY, or --ssh-signature FILE that ssh-keygen has made',
    );
  }
  const { envelope, permit } = await readPermitFile(file);
  const approvers = values.approvers === undefined ? undefined : await loadApprovers(values.approvers);
  console.log(permitText(permit));
  if (words.length > 0) console.log(await compareBlocks(permit, words));
  if (!values.yes && !(await confirm('Approve all of this with your signature?'))) {
    console.log('not signed');
    return 1;
  }
  const message = preAuthenticationEncoding(envelope.payloadType, envelope.payload);
  const made =
    detached === undefined
      ? await signWithKey(key!, message, passphraseFile)
      : await readDetached(detached, message);
  await addSignature(file, envelope, made, permit.requester, approvers);
  return 0;
}

/** Adds a signature to the file of what `requester` asked for; an error where it would count for nothing. */
export async function addSignature(
  file: string,
  envelope: Envelope,
  made: Made,
  requester: string,
  approvers: Approvers | undefined,
): Promise<void> {
  const name = checkSigner(made.publicKey, envelope, requester, approvers);
  const signed = { ...envelope, signatures: [...envelope.signatures, made.signature] };
  await writeDurably(file, formatEnvelope(signed), (await stat(file)).mode & 0o777);
  console.log(`${file} now bears the signature of ${name}`);
}

/** Signs with the private key in a file, one of Cofferdam's or of OpenSSH's. */
export async function signWithKey(
  file: string,
  message: Uint8Array,
  passphraseFile: string | undefined,
): Promise<Made> {
  const text = (await readBounded(file, MAX_KEY_FILE)).toString();
  if (isOpenSsh(text)) {
    const armored = await signWithSshKeygen(file, message);
    return inFile(file, () => madeBySsh(armored, message));
  }
  const passphrase = isEncrypted(text) ? await askPassphrase(`Passphrase for ${file}: `, passphraseFile) : '';
  return inFile(file, () => {
    const privateKey = parsePrivateKey(text, passphrase);
    const publicKey = publicKeyOf(createPublicKey(privateKey));
    return { publicKey, signature: { keyId: publicKey.id, bytes: signWith(privateKey, message) } };
  });
}

async function readDetached(file: string, message: Uint8Array): Promise<Made> {
  const armored = (await readBounded(file, MAX_KEY_FILE)).toString();
  return inFile(file, () => madeBySsh(armored, message));
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

/** Who it is whose signature is added; an error where it would count for nothing. */
function checkSigner(
  publicKey: PublicKey,
  { signatures }: Envelope,
  requester: string,
  approvers: Approvers | undefined,
): string {
  if (signatures.some(({ keyId }) => keyId === publicKey.id)) {
    throw new UsageError(
      `the document bears a signature of the key ${publicKey.id} already; each approver signs once`,
    );
  }
  if (approvers === undefined) return publicKey.id;
  const owner = approvers.ownerOf(publicKey.id);
  if (owner === undefined) {
    throw new UsageError(`the key ${publicKey.id} belongs to no approver of ${approvers.file}`);
  }
  if (sameName(owner.name) === sameName(requester)) {
    throw new UsageError(`${owner.name} has asked for this; the requester cannot approve`);
  }
  return owner.name;
}
