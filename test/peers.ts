/**
 * Programs of others that tests compare with or talk to. Where one is missing its tests are skipped, with what to
 * install; in CI (`CI=true`) they fail, so that none is skipped for ever without anybody noticing.
 *
 * @module
 */

import { spawnSync } from 'node:child_process';

/** Debian's own Python, for which the package is installed. */
export const PYTHON = '/usr/bin/python3';

const PEERS = {
  graphviz: { command: ['dot', '-V'], debian: 'graphviz' },
  xmllint: { command: ['xmllint', '--version'], debian: 'libxml2-utils' },
  tshark: { command: ['tshark', '--version'], debian: 'tshark' },
  pymodbus: { command: [PYTHON, '-c', 'import pymodbus.client'], debian: 'python3-pymodbus' },
  cryptography: { command: [PYTHON, '-c', 'import cryptography'], debian: 'python3-cryptography' },
  openssl: { command: ['openssl', 'version'], debian: 'openssl' },
  openssh: { command: ['ssh', '-V'], debian: 'openssh-client' },
} as const;

/** Why a test that needs the program is skipped, or false where it is there: the value of node:test's `skip`. */
export function withoutPeer(name: keyof typeof PEERS): string | false {
  const { command, debian } = PEERS[name];
  const [program, ...args] = command;
  if (spawnSync(program, args, { stdio: 'ignore' }).status === 0) return false;
  const reason = `${name} is not installed (Debian: apt install ${debian})`;
  if (process.env.CI) throw new Error(reason);
  return reason;
}
