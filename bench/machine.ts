/**
 * Where the figures come from: the machine and the versions of what was measured.
 *
 * @module
 */

import { readFileSync } from 'node:fs';
import { availableParallelism, cpus, release, totalmem } from 'node:os';
import { version } from '../src/cli/version.ts';
import { firstLine } from './process.ts';

export interface Machine {
  readonly date: string;
  readonly cpu: string;
  readonly cores: number;
  readonly memory: number;
  readonly kernel: string;
  readonly system: string;
  readonly node: string;
  readonly cofferdam: string;
  /** Undefined where it isn't installed. */
  readonly haproxy: string | undefined;
}

export function machine(): Machine {
  return {
    date: new Date().toISOString().slice(0, 10),
    cpu: cpus()[0]?.model.trim() ?? 'unknown',
    cores: availableParallelism(),
    memory: totalmem(),
    kernel: release(),
    system: systemName(),
    node: process.version,
    cofferdam: version,
    haproxy: /\d+\.\d+\.\d+\S*/.exec(firstLine('haproxy', ['-v']) ?? '')?.[0],
  };
}

function systemName(): string {
  try {
    const about = readFileSync('/etc/os-release', 'utf8');
    return /^PRETTY_NAME="?([^"\n]+)/m.exec(about)?.[1] ?? 'Linux';
  } catch {
    return 'Linux';
  }
}
