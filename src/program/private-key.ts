/**
 * Private keys of approvers: Ed25519 in PKCS #8, encrypted with a passphrase, which OpenSSL and others read too.
 *
 * Node.js would derive the key from the passphrase with 2048 rounds of PBKDF2, minutes of guessing for a short one; so the
 * envelope around its PKCS #8 is made here, with scrypt.
 *
 * Source: RFC 5958 (EncryptedPrivateKeyInfo), RFC 8018 (PBES2), RFC 7914 (scrypt, its section 7 for the parameters in
 * ASN.1), RFC 8410 (Ed25519 in PKCS #8).
 *
 * @module
 */

import {
  createCipheriv,
  createPrivateKey,
  generateKeyPairSync,
  type KeyObject,
  randomBytes,
  scryptSync,
  sign,
} from 'node:crypto';
import { PermitError } from './permit-error.ts';
import { type PublicKey, publicKeyOf } from './public-key.ts';

/** Cost, block size, parallelism: what OWASP's Password Storage Cheat Sheet asks for within OpenSSL's limit of 32 MiB. */
const SCRYPT = { N: 1 << 14, r: 8, p: 5 } as const;
/** The least that keeps a stolen file from being opened by guessing at once. */
export const LEAST_PASSPHRASE = 8;

const OID = {
  pbes2: '06092a864886f70d01050d',
  scrypt: '06092b06010401da47040b',
  aes256cbc: '060960864801650304012a',
} as const;

/** A new key, encrypted, as PEM. */
export function newPrivateKey(passphrase: string): { readonly pem: string; readonly publicKey: PublicKey } {
  if (passphrase.length < LEAST_PASSPHRASE) {
    throw new PermitError(
      `the passphrase is shorter than ${LEAST_PASSPHRASE} characters; choose several words`,
    );
  }
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  return { pem: encrypted(privateKey, passphrase), publicKey: publicKeyOf(publicKey) };
}

/** Is a passphrase needed? */
export function isEncrypted(pem: string): boolean {
  return pem.includes('ENCRYPTED');
}

/** Is it one of OpenSSH's, with which ssh-keygen signs? */
export function isOpenSsh(text: string): boolean {
  return /^-----BEGIN OPENSSH PRIVATE KEY-----|^(sk-)?ssh-/.test(text.trim());
}

/** Reads a private key in PEM. */
export function parsePrivateKey(pem: string, passphrase: string): KeyObject {
  let key: KeyObject;
  try {
    key = createPrivateKey({ key: pem, format: 'pem', passphrase });
  } catch {
    const wrong = isEncrypted(pem)
      ? 'the passphrase is wrong, or the file is damaged'
      : 'this is no private key in PEM';
    throw new PermitError(wrong);
  }
  if (key.asymmetricKeyType !== 'ed25519') {
    throw new PermitError(`the key is ${key.asymmetricKeyType}; permits are signed with Ed25519 keys`);
  }
  return key;
}

/** Ed25519 over the message itself: 64 bytes (RFC 8032). */
export function signWith(key: KeyObject, message: Uint8Array): Buffer {
  return sign(null, message, key);
}

function encrypted(key: KeyObject, passphrase: string): string {
  const salt = randomBytes(16);
  const iv = randomBytes(16);
  const secret = scryptSync(passphrase, salt, 32, { ...SCRYPT, maxmem: 64 << 20 });
  const cipher = createCipheriv('aes-256-cbc', secret, iv);
  const plain = key.export({ format: 'der', type: 'pkcs8' });
  const body = Buffer.concat([cipher.update(plain), cipher.final()]);
  const derive = sequence(
    oid('scrypt'),
    sequence(octets(salt), integer(SCRYPT.N), integer(SCRYPT.r), integer(SCRYPT.p)),
  );
  const scheme = sequence(oid('aes256cbc'), octets(iv));
  const der = sequence(sequence(oid('pbes2'), sequence(derive, scheme)), octets(body));
  const lines = der.toString('base64').match(/.{1,64}/g)!;
  return ['-----BEGIN ENCRYPTED PRIVATE KEY-----', ...lines, '-----END ENCRYPTED PRIVATE KEY-----', ''].join(
    '\n',
  );
}

/** A DER element; all that is written here is shorter than 256 bytes. */
function element(tag: number, body: Uint8Array): Buffer {
  const length = body.length < 128 ? [body.length] : [0x81, body.length];
  return Buffer.concat([Buffer.from([tag, ...length]), body]);
}

function sequence(...parts: readonly Uint8Array[]): Buffer {
  return element(0x30, Buffer.concat(parts));
}

function octets(bytes: Uint8Array): Buffer {
  return element(0x04, bytes);
}

/** A number of up to 15 bits. */
function integer(value: number): Buffer {
  return element(0x02, value < 128 ? Buffer.from([value]) : Buffer.from([value >> 8, value & 0xff]));
}

function oid(name: keyof typeof OID): Buffer {
  return Buffer.from(OID[name], 'hex');
}
