/**
 * Signatures that `ssh-keygen -Y sign` makes, with keys from files, agents and security keys.
 *
 * Source: OpenSSH's PROTOCOL.sshsig; RFC 8709, section 6; for security keys PROTOCOL.u2f.
 *
 * @module
 */

import { hash, verify } from 'node:crypto';
import { fromBase64 } from './base64.ts';
import { PermitError } from './permit-error.ts';
import { fromSsh, type PublicKey } from './public-key.ts';
import { SshReader, sshString } from './ssh-wire.ts';

/** What the signature is for, so that none made for another purpose counts: `ssh-keygen -Y sign -n` this. */
export const SSH_NAMESPACE = 'cofferdam-permit';

const MAGIC = 'SSHSIG';
const VERSION = 1;
const BEGIN = '-----BEGIN SSH SIGNATURE-----';
const END = '-----END SSH SIGNATURE-----';
/** A security key's statement that somebody touched it. */
const USER_PRESENT = 1;

/** A signature, taken apart. */
export interface SshSignature {
  readonly key: PublicKey;
  readonly namespace: string;
  readonly hashAlgorithm: 'sha256' | 'sha512';
  readonly signature: Buffer;
}

/** True where a signature's bytes say that they are of this kind. */
export function isSshSignature(bytes: Uint8Array): boolean {
  return Buffer.from(bytes.subarray(0, MAGIC.length)).toString('latin1') === MAGIC;
}

/** Takes a signature apart (PROTOCOL.sshsig, 2); undefined where it is damaged or made with another kind of key. */
export function parseSshSignature(bytes: Uint8Array): SshSignature | undefined {
  const reader = new SshReader(bytes);
  const magic = reader.take(MAGIC.length)?.toString('latin1');
  const version = reader.uint32();
  const publicKey = reader.string();
  const namespace = reader.text();
  const reserved = reader.text();
  const hashAlgorithm = reader.text();
  const signature = reader.string();
  if (!reader.whole || magic !== MAGIC || version !== VERSION || reserved !== '') return undefined;
  const key = publicKey && fromSsh(publicKey);
  if (key === undefined || (hashAlgorithm !== 'sha256' && hashAlgorithm !== 'sha512')) return undefined;
  return { key, namespace: namespace!, hashAlgorithm, signature: signature! };
}

/** Is it this key's signature over the message, made for permits? */
export function verifySshSignature(bytes: Uint8Array, publicKey: PublicKey, message: Uint8Array): boolean {
  const it = parseSshSignature(bytes);
  if (it === undefined || it.namespace !== SSH_NAMESPACE || !it.key.ssh.equals(publicKey.ssh)) return false;
  // PROTOCOL.sshsig, 3.
  const signed = Buffer.concat([
    Buffer.from(MAGIC),
    sshString(it.namespace),
    sshString(''),
    sshString(it.hashAlgorithm),
    sshString(hash(it.hashAlgorithm, message, 'buffer')),
  ]);
  const reader = new SshReader(it.signature);
  const kind = reader.string();
  const signature = reader.string();
  const { application } = publicKey;
  if (application === undefined) {
    return (
      reader.whole && kind?.toString() === 'ssh-ed25519' && verify(null, signed, publicKey.key, signature!)
    );
  }
  // PROTOCOL.u2f, "SSH U2F signatures": flags and counter follow, and are signed with two digests.
  const statement = reader.take(5);
  if (!reader.whole || kind?.toString() !== 'sk-ssh-ed25519@openssh.com') return false;
  if ((statement![0]! & USER_PRESENT) === 0) return false;
  const digests = [hash('sha256', application, 'buffer'), statement!, hash('sha256', signed, 'buffer')];
  return verify(null, Buffer.concat(digests), publicKey.key, signature!);
}

/** The bytes of the armored form, as ssh-keygen writes it (PROTOCOL.sshsig, 1). */
export function fromArmor(text: string): Buffer {
  const lines = text.trim().split(/\r?\n/);
  const bytes = fromBase64(lines.slice(1, -1).join(''));
  if (lines[0] !== BEGIN || lines.at(-1) !== END || bytes === undefined) {
    throw new PermitError(`is no SSH signature; it begins with ${BEGIN}, as ssh-keygen -Y sign writes it`);
  }
  return bytes;
}

export function toArmor(bytes: Uint8Array): string {
  const lines =
    Buffer.from(bytes)
      .toString('base64')
      .match(/.{1,70}/g) ?? [];
  return `${[BEGIN, ...lines, END].join('\n')}\n`;
}
