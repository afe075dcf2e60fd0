/**
 * HAProxy in TCP mode in front of the server, with as little configuration as it runs with and one thread.
 *
 * @module
 */

import type { ChildProcess } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { start } from '../process.ts';
import { IN_LINE, SERVER } from './message.ts';

/** Starts it on `port` of loopback in front of `upstream`; its configuration goes into `folder`. */
export function startHaproxy(folder: string, port: number, upstream: number): ChildProcess {
  const file = join(folder, 'haproxy.cfg');
  writeFileSync(file, configuration(port, upstream));
  return start('haproxy', ['-db', '-q', '-f', file]);
}

function configuration(port: number, upstream: number): string {
  return `global
  maxconn 1000
  nbthread 1
defaults
  mode tcp
  timeout connect 5s
  timeout client 60s
  timeout server 60s
listen bench
  bind ${IN_LINE}:${port}
  server controller ${SERVER}:${upstream}
`;
}
