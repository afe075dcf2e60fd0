/**
 * Gives up what was needed to open the interfaces: whoever reads hostile bytes should be able to do nothing else.
 * cold: once a start.
 *
 * @module
 */

import { readdirSync, readFileSync } from 'node:fs';
import { noNewPrivileges } from './kernel.ts';
import { LiveError } from './live-error.ts';

/** An entry of /etc/passwd. */
export interface User {
  readonly name: string;
  readonly uid: number;
  readonly gid: number;
}

export function userNamed(name: string): User {
  for (const line of readFileSync('/etc/passwd', 'utf8').split('\n')) {
    const [entry, , uid, gid] = line.split(':');
    if (entry === name) return { name, uid: Number(uid), gid: Number(gid) };
  }
  throw new LiveError(
    `--user ${name}: this machine has no such user; see /etc/passwd, or add it (useradd --system)`,
  );
}

/** First of all, before there are threads: no program that this one starts gains rights. */
export function sealPrivileges(): void {
  noNewPrivileges();
}

/** Becomes the user in every thread, for good, and sees that no capability is left. */
export function becomeUser({ name, uid, gid }: User): void {
  try {
    process.setgroups!([]);
    process.setgid!(gid);
    process.setuid!(uid);
  } catch (error) {
    throw new LiveError(
      `cannot become ${name} (${(error as Error).message}); it takes CAP_SETUID and CAP_SETGID, or --user root to stay what it is`,
    );
  }
  if (uid !== 0 && capabilities() !== 0n) {
    throw new LiveError(`privileges could not be given up: capabilities are left after becoming ${name}`);
  }
}

/** Bits of the capabilities that some thread of this process has in effect or may take. */
export function capabilities(): bigint {
  let bits = 0n;
  for (const thread of readdirSync('/proc/self/task')) {
    const status = readFileSync(`/proc/self/task/${thread}/status`, 'latin1');
    for (const [, digits] of status.matchAll(/^Cap(?:Prm|Eff):\s*([0-9a-f]+)$/gm))
      bits |= BigInt(`0x${digits}`);
  }
  return bits;
}
