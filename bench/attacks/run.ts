/**
 * Runs attacks, each in a process of its own.
 *
 * @module
 */

import { execFile } from 'node:child_process';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { ATTACKS, type Attack } from './attacks.ts';
import type { AttackFigures } from './child.ts';

/** Bytes that `cofferdam inspect` keeps within, whatever it reads (docs/inspect.md). */
export const BOUND = 200e6;
/** How many times as many packets as the short version has. */
const LONG = 10;

export async function attacked({ name }: Attack, packets: number): Promise<AttackFigures> {
  warmed ??= run(name, 1);
  await warmed;
  return await run(name, packets);
}

/** Where sources lie without their types, as they are published: stripping types takes some 30 MB by itself. */
const CACHE = join(tmpdir(), `cofferdam-bench-cache-${process.getuid?.() ?? ''}`);
let warmed: Promise<AttackFigures> | undefined;

async function run(name: string, packets: number): Promise<AttackFigures> {
  const child = join(import.meta.dirname, 'child.ts');
  const env = { ...process.env, NODE_COMPILE_CACHE: CACHE };
  const { stdout } = await promisify(execFile)(process.execPath, [child, name, String(packets)], { env });
  return JSON.parse(stdout);
}

/** `npm run bench -- memory`: a table of all attacks. */
export async function benchMemory(quick: boolean): Promise<string> {
  const rows = ['attack                        packets   peak MB   given up   packets/s'];
  for (const attack of ATTACKS) {
    const figures = await attacked(attack, attack.packets * (quick ? 1 : LONG));
    const { packets, peak, givenUp, seconds } = figures;
    const columns = [
      String(packets).padStart(10),
      (peak / 1e6).toFixed(0).padStart(10),
      String(givenUp).padStart(11),
      Math.round(packets / seconds)
        .toString()
        .padStart(12),
    ];
    rows.push(`${attack.name.padEnd(26)}${columns.join('')}${peak > BOUND ? '  beyond the bound' : ''}`);
  }
  return rows.join('\n');
}
