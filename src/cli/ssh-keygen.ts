/**
 * Signs with OpenSSH's own `ssh-keygen`, which has the keys: files with or without passphrase, an agent, security keys.
 *
 * @module
 */

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { buffer } from 'node:stream/consumers';
import { SSH_NAMESPACE } from '../program/ssh-signature.ts';
import { UsageError } from './command.ts';

/**
 * The armored signature over `message` with the key in `keyFile`, private, or public where an agent has the private
 * half. ssh-keygen asks for passphrase and touch on the terminal itself.
 */
export async function signWithSshKeygen(keyFile: string, message: Uint8Array): Promise<string> {
  const args = ['-q', '-Y', 'sign', '-n', SSH_NAMESPACE, '-f', keyFile];
  const child = spawn('ssh-keygen', args, { stdio: ['pipe', 'pipe', 'inherit'] });
  const ended = once(child, 'close');
  // It may end before it has read anything; what it says of that comes with its exit code.
  child.stdin.on('error', () => undefined);
  child.stdin.end(message);
  try {
    const [signature, [status]] = await Promise.all([buffer(child.stdout), ended]);
    if (status === 0) return signature.toString();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    throw new UsageError(
      `${keyFile}: is a key of OpenSSH's, and its program ssh-keygen is not here; install it (Debian: openssh-client)`,
    );
  }
  throw new UsageError(`${keyFile}: ssh-keygen did not sign with it; what it says is above`);
}
