/**
 * Public keys of approvers: Ed25519 in the forms in which people have them, an OpenSSH line (`ssh-ed25519 AAAA… name`, or
 * `sk-ssh-ed25519@openssh.com …` of a security key) or PEM as OpenSSL writes it. A key is known by its fingerprint, as
 * `ssh-keygen -l` prints it, whatever its form.
 *
 * Source: RFC 8709, section 4 (ssh-ed25519); OpenSSH's PROTOCOL.u2f (security keys); RFC 8410 (PEM).
 *
 * @module
 */

import { createPublicKey, hash, type KeyObject } from 'node:crypto';
import { fromBase64 } from './base64.ts';
import { PermitError } from './permit-error.ts';
import { SshReader, sshString } from './ssh-wire.ts';

const PLAIN = 'ssh-ed25519';
const SECURITY_KEY = 'sk-ssh-ed25519@openssh.com';

export interface PublicKey {
  /** `SHA256:` and the digest of the key as SSH writes it, in base64 without padding. */
  readonly id: string;
  readonly key: KeyObject;
  /** As SSH writes it. */
  readonly ssh: Buffer;
  /** What a security key signs for (`ssh:`); undefined for a key that is none. */
  readonly application: string | undefined;
}

/** Reads a key in either form. */
export function parsePublicKey(text: string): PublicKey {
  const trimmed = text.trim();
  if (trimmed.includes('PRIVATE KEY')) {
    throw new PermitError('this is a private key: it belongs to its owner alone; take the public one');
  }
  return trimmed.startsWith('-----') ? fromPem(trimmed) : fromLine(trimmed);
}

/** The public half of a key that Node.js holds. */
export function publicKeyOf(key: KeyObject): PublicKey {
  const { x } = key.export({ format: 'jwk' });
  if (key.asymmetricKeyType !== 'ed25519' || x === undefined) {
    throw new PermitError(`the key is ${key.asymmetricKeyType}; permits are signed with Ed25519 keys`);
  }
  return keyOf(Buffer.from(x, 'base64url'), undefined);
}

/** A key as SSH writes it, or undefined for one of another kind. */
export function fromSsh(ssh: Uint8Array): PublicKey | undefined {
  const reader = new SshReader(ssh);
  const kind = reader.text();
  const point = reader.string();
  const application = kind === SECURITY_KEY ? reader.text() : undefined;
  if ((kind !== PLAIN && kind !== SECURITY_KEY) || point?.length !== 32 || !reader.whole) return undefined;
  return keyOf(point, application);
}

/** One line as OpenSSH writes it, without a comment. */
export function formatPublicKey({ ssh, application }: PublicKey): string {
  return `${application === undefined ? PLAIN : SECURITY_KEY} ${ssh.toString('base64')}`;
}

function fromLine(line: string): PublicKey {
  const [kind = '', body = ''] = line.split(/\s+/, 2);
  if (kind !== PLAIN && kind !== SECURITY_KEY) {
    throw new PermitError(
      `'${kind.slice(0, 40)}' is no kind of key for permits; write a line that begins with ssh-ed25519, as ` +
        '`cofferdam key new` and `ssh-keygen -t ed25519` make',
    );
  }
  const bytes = fromBase64(body);
  const key = bytes && fromSsh(bytes);
  if (key === undefined) throw new PermitError(`what follows ${kind} is no whole key; copy the line again`);
  return key;
}

function fromPem(pem: string): PublicKey {
  let key: KeyObject;
  try {
    key = createPublicKey(pem);
  } catch {
    throw new PermitError('this is no public key in PEM; it may be damaged');
  }
  return publicKeyOf(key);
}

function keyOf(point: Buffer, application: string | undefined): PublicKey {
  const parts =
    application === undefined ? [PLAIN, point] : [SECURITY_KEY, point, Buffer.from(application, 'latin1')];
  const ssh = Buffer.concat(parts.map(sshString));
  const id = `SHA256:${hash('sha256', ssh, 'base64').replace(/=+$/, '')}`;
  const jwk = { kty: 'OKP', crv: 'Ed25519', x: point.toString('base64url') };
  return { id, key: createPublicKey({ key: jwk, format: 'jwk' }), ssh, application };
}
