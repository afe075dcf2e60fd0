/**
 * The gateway in front of the server, with a policy that allows the reads of the bench and nothing else.
 *
 * @module
 */

import type { ChildProcess } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { start } from '../process.ts';
import { IN_LINE, SERVER, STATIONS } from './message.ts';

const MAIN = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url));

/** Starts it on `port` of loopback in front of `upstream`; its policy goes into `folder`. */
export function startGateway(folder: string, port: number, upstream: number): ChildProcess {
  const file = join(folder, 'policy.yaml');
  writeFileSync(file, policy(port, upstream));
  return start(process.execPath, [MAIN, 'gateway', '--policy', file]);
}

function policy(port: number, upstream: number): string {
  return `cofferdam: 1
plant: bench
zones:
  control-room: { level: 2, hosts: { hmi: ${STATIONS} } }
  process: { level: 1, hosts: { plc: ${SERVER} } }
listeners:
  - { listen: ${IN_LINE}:${port}, to: plc, protocol: modbus, port: ${upstream} }
conduits:
  - from: control-room
    to: plc
    protocol: modbus
    reason: the bench reads registers
    owner: bench
    review: 2099-12-31
    allow:
      - read: holding 0-999
`;
}
