/**
 * Runs the commands of docs/audit.md against a simulated drive controller, in the order in which they stand there, and
 * gives the page with what they print. `node test/docs/audit-page.ts` writes it.
 *
 * Times, ports, durations and what depends on them are put back to those of the page.
 *
 * @module
 */

import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { driveProgram } from '../../src/plant/compressor/drive-program.ts';
import { BlockType, makeBlock } from '../../src/plant/s7-block.ts';
import { S7Controller } from '../../src/plant/s7-controller.ts';
import { s7Server } from '../../src/plant/s7-server.ts';

export const PAGE = fileURLToPath(new URL('../../docs/audit.md', import.meta.url));
const MAIN = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url));

/** The intruder's guard: it guards nothing. `BE`, and the rest as it was. */
const BLIND = [0x65, 0x00];

/** The page, with what its commands print, and their exit codes. */
export async function auditPage(text: string): Promise<{ page: string; codes: number[] }> {
  const folder = mkdtempSync(join(tmpdir(), 'cofferdam-'));
  const identity = {
    order: '6ES7 315-2EH14-0AB0',
    station: 'STATION_4',
    module: 'PLC_DRIVE',
    serial: 'S C-X4U421302009',
    firmware: [3, 2, 7],
  } as const;
  const controller = new S7Controller(identity, driveProgram(), () => Date.now());
  const server = s7Server(controller);
  const port = await server.listen('127.0.0.1');
  writeFileSync(join(folder, 'plant.yaml'), policyText(port));
  const codes: number[] = [];
  try {
    let page = '';
    let rest = text;
    for (;;) {
      const match = /```console\n\$ cofferdam ([^\n]*)\n[\s\S]*?```/.exec(rest);
      if (match === null) return { page: page + rest, codes };
      const command = match[1]!;
      // The third command comes after the intruder.
      if (codes.length === 2) intrude(controller);
      const { code, output } = await run(folder, command.split(' '));
      codes.push(code);
      page += `${rest.slice(0, match.index)}\`\`\`console\n$ cofferdam ${command}\n${steady(output, port)}\`\`\``;
      rest = rest.slice(match.index + match[0].length);
    }
  } finally {
    await server.close();
    rmSync(folder, { recursive: true });
  }
}

function intrude(controller: S7Controller): void {
  const guard = controller.block(BlockType.OB, 35)!;
  const code = Uint8Array.of(...BLIND, ...guard.code.subarray(BLIND.length));
  const when = Date.UTC(2026, 2, 14, 2, 17);
  for (const block of [
    makeBlock(BlockType.OB, 35, code, 'GUARD', when),
    makeBlock(BlockType.FC, 99, Uint8Array.of(...BLIND), '', when),
  ]) {
    controller.load(block.type, block.number, block.bytes);
    controller.activate(block.type, block.number);
  }
  // The drive went on meanwhile.
  controller.data(2)!.setFloat32(0, 1503.5);
}

function policyText(port: number): string {
  return `cofferdam: 1
plant: Gas compressor station 4
zones:
  compressor-hall: { level: 1, hosts: { plc-drive: 127.0.0.1 } }
listeners:
  - { listen: 127.0.0.1:1102, to: plc-drive, protocol: s7comm, port: ${port} }
tags:
  speed: { at: plc-drive s7comm DB2.DBD0, type: float32, unit: rpm, range: [1400, 1575] }
  torque: { at: plc-drive s7comm DB2.DBD8, type: float32, unit: Nm }
  overspeed.trip: { at: plc-drive s7comm DB3.DBD4, type: float32, unit: rpm, range: [1650, 1650] }
`;
}

function run(cwd: string, args: readonly string[]): Promise<{ code: number; output: string }> {
  return new Promise((resolve, reject) => {
    execFile(
      process.execPath,
      [MAIN, ...args],
      { cwd, env: { ...process.env, NO_COLOR: '1' } },
      (error, out, err) => {
        if (typeof error?.code === 'string') reject(error);
        else resolve({ code: error?.code ?? 0, output: out + err });
      },
    );
  });
}

/** What is different each time, as the page has it. */
function steady(output: string, port: number): string {
  return output
    .replaceAll(`:${port}`, ':1102')
    .replaceAll(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d/gm, '2026-03-14 02:20:00')
    .replaceAll(/-\d{4}-\d\d-\d\dT[\d.-]+Z/g, '-2026-03-14T02-20-00.000Z')
    .replaceAll(/program [0-9a-f]{12}/g, 'program 0123456789ab')
    .replaceAll(/in \d+\.\d s$/gm, 'in 2.0 s');
}

if (import.meta.main) writeFileSync(PAGE, (await auditPage(readFileSync(PAGE, 'utf8'))).page);
