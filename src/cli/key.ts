/**
 * `cofferdam key`: the keys that approvers sign permits with.
 *
 * @module
 */

import { createPublicKey } from 'node:crypto';
import { lstat, stat } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import { createDurably, noFolder, readBounded } from '../program/durable-file.ts';
import { inFile } from '../program/permit-error.ts';
import { isEncrypted, newPrivateKey, parsePrivateKey } from '../program/private-key.ts';
import { formatPublicKey, type PublicKey, parsePublicKey, publicKeyOf } from '../program/public-key.ts';
import { parseArgs } from './arguments.ts';
import { type Command, UsageError } from './command.ts';
import { askPassphrase } from './passphrase.ts';

const HELP = `usage: cofferdam key new FILE [--passphrase-file FILE]
       cofferdam key show FILE [--pem] [--passphrase-file FILE]

Each approver of program permits has a key. Its private half stays with its
owner, encrypted with a passphrase; the public half goes into the plant's
approvers file.

new   makes an Ed25519 key: FILE is its private half (PKCS #8, only you can read
      it), FILE.pub its public half
show  prints the public half of a key, private or public, and its fingerprint

  --passphrase-file FILE  take the passphrase from the first line of this file
                          instead of asking for it; /dev/fd/3 is what a script
                          passes on descriptor 3
  --pem                   print the public half as PEM, as OpenSSL and other
                          programs read it

You have an ssh-ed25519 key already? It will do, security keys (ed25519-sk) too:
its .pub line goes into the approvers file, and \`cofferdam permit sign --key\`
signs with it through ssh-keygen.`;

/** Characters of a key file at most. */
export const MAX_KEY_FILE = 1 << 16;

export const key: Command = {
  summary: 'make a key that approves program permits, or show one',
  help: HELP,
  async run(args) {
    const [action, ...rest] = args;
    if (action !== 'new' && action !== 'show') {
      throw new UsageError(
        `key ${action === undefined ? 'what' : `'${action}'`}? write key new FILE or key show FILE`,
      );
    }
    const { values, positionals } = parseArgs({
      args: rest,
      options: { 'passphrase-file': { type: 'string' }, pem: { type: 'boolean', default: false } },
      allowPositionals: true,
    });
    const [file, ...more] = positionals;
    if (file === undefined || more.length > 0)
      throw new UsageError(`name one file: cofferdam key ${action} FILE`);
    const passphraseFile = values['passphrase-file'];
    return action === 'new' ? await make(file, passphraseFile) : await show(file, values.pem, passphraseFile);
  },
};

async function make(file: string, passphraseFile: string | undefined): Promise<number> {
  for (const path of [file, `${file}.pub`]) await checkNew(path);
  const passphrase = await askPassphrase(`Passphrase for the new key ${file}: `, passphraseFile, true);
  const { pem, publicKey } = newPrivateKey(passphrase);
  const line = `${formatPublicKey(publicKey)} ${basename(file)}`;
  // Never writes over a key.
  await createDurably(file, pem, 0o600);
  await createDurably(`${file}.pub`, `${line}\n`, 0o644);
  console.log(`${file}      the private half: keep it, and give it to nobody`);
  console.log(`${file}.pub  the public half, for the approvers file:`);
  console.log(line);
  console.log(`fingerprint ${publicKey.id}`);
  return 0;
}

async function show(file: string, pem: boolean, passphraseFile: string | undefined): Promise<number> {
  const publicKey = await readAnyKey(file, passphraseFile);
  if (pem) {
    process.stdout.write(publicKey.key.export({ format: 'pem', type: 'spki' }));
    return 0;
  }
  console.log(formatPublicKey(publicKey));
  console.log(`fingerprint ${publicKey.id}`);
  return 0;
}

/** The public half of whatever key is in the file. */
async function readAnyKey(file: string, passphraseFile: string | undefined): Promise<PublicKey> {
  const text = (await readBounded(file, MAX_KEY_FILE)).toString();
  if (text.includes('BEGIN OPENSSH PRIVATE KEY')) {
    throw new UsageError(`${file}: is a private key of OpenSSH's; show its public half, ${file}.pub`);
  }
  if (!text.includes('PRIVATE KEY')) return inFile(file, () => parsePublicKey(text));
  const passphrase = isEncrypted(text) ? await askPassphrase(`Passphrase for ${file}: `, passphraseFile) : '';
  return inFile(file, () => publicKeyOf(createPublicKey(parsePrivateKey(text, passphrase))));
}

/** A name that will not do is told before anything is asked. */
async function checkNew(path: string): Promise<void> {
  await stat(dirname(path)).catch(error => {
    throw noFolder(path, error);
  });
  const taken = await lstat(path).then(
    () => true,
    () => false,
  );
  if (!taken) return;
  throw new UsageError(`${path}: is there already; choose another name, or take the old key away first`);
}
