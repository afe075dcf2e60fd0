/**
 * The worked example of docs/findings.md: two small captures, made here, and what `cofferdam` prints about them.
 *
 *     node test/docs/findings-example.ts      makes the captures anew and puts the output into the page
 *
 * @module
 */

import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ACK, pcap, type Record, SYN, tcpFrame } from '../../src/packet/capture-bytes.fixture.ts';
import {
  bareRequest,
  exceptionResponse,
  readRequest,
  registersResponse,
  writeRegister,
} from '../../src/protocol/modbus/encode.ts';
import {
  ackData,
  plcStop,
  setupRequest,
  setupResponse,
  startUpload,
} from '../../src/protocol/s7comm/encode.ts';
import { Fn } from '../../src/protocol/s7comm/functions.ts';
import { FINDINGS_PAGE } from '../../tool/findings-page.ts';

const ROOT = join(import.meta.dirname, '../..');

/** Where the captures of the example are. */
export const EXAMPLE = join(ROOT, 'docs/example');

const HMI = '10.1.0.11';
const ENGINEER = '10.1.0.21';
const STRANGER = '10.1.0.66';
const PROCESS = '10.2.0.7';
const DRIVE = '10.2.0.8';

/** Writes TCP connections into a capture, a segment a message. */
class Writer {
  readonly #records: Record[] = [];
  /** Seconds since 1970-01-01 UTC. */
  time: number;
  #ports = 40_000;

  constructor(time: number) {
    this.time = time;
  }

  /** Opens a connection; the function returned sends a message of the client (0) or the server (1). */
  connect(client: string, server: string, port: number): (side: 0 | 1, payload: Uint8Array) => void {
    const hosts = [client, server];
    const ports = [++this.#ports, port];
    const sequences = [1000, 5000];
    const put = (side: 0 | 1, flags: number, payload: Uint8Array = new Uint8Array(0)) => {
      const other = 1 - side;
      const frame = tcpFrame({
        source: hosts[side]!,
        destination: hosts[other]!,
        sourcePort: ports[side]!,
        destinationPort: ports[other]!,
        sequence: sequences[side]!,
        acknowledgement: flags === SYN ? 0 : sequences[other]!,
        flags,
        payload,
      });
      sequences[side]! += payload.length + ((flags & SYN) === 0 ? 0 : 1);
      const seconds = Math.floor(this.time);
      this.#records.push({ seconds, fraction: Math.round((this.time - seconds) * 1e6), frame });
      this.time += 0.002;
    };
    put(0, SYN);
    put(1, SYN | ACK);
    put(0, ACK);
    return (side, payload) => put(side, ACK, payload);
  }

  capture(): Uint8Array {
    return pcap(this.#records);
  }
}

/** The operator polls and sets; the engineer looks at a block. */
function ordinary(writer: Writer): void {
  const hmi = writer.connect(HMI, PROCESS, 502);
  for (let round = 0; round < 30; round++) {
    const to = { transaction: 2 * round, unit: 1 };
    hmi(0, readRequest(to, 3, 0, 4));
    hmi(1, registersResponse(to, 3, [820 + round, 14, 3, 0]));
    if (round % 10 === 5) {
      const set = writeRegister({ transaction: 2 * round + 1, unit: 1 }, 40, 8000 + 100 * round);
      hmi(0, set);
      hmi(1, set);
    }
    writer.time += 1;
  }
  const engineer = writer.connect(ENGINEER, DRIVE, 102);
  engineer(0, setupRequest(1));
  engineer(1, setupResponse(1));
  engineer(0, startUpload(2, '_0800001A'));
  engineer(1, ackData(2, [Fn.startUpload, 0, 1, 0, 0, 0, 0, 7, 7, ...Buffer.from('0000100')]));
}

/** A stranger tries out functions, writes a set-point, and stops the drive. */
function intruder(writer: Writer): void {
  const modbus = writer.connect(STRANGER, PROCESS, 502);
  for (let code = 65; code < 73; code++) {
    const to = { transaction: code, unit: 1 };
    modbus(0, bareRequest(to, code));
    modbus(1, exceptionResponse(to, code, 1));
  }
  const set = writeRegister({ transaction: 99, unit: 1 }, 40, 14_100);
  modbus(0, set);
  modbus(1, set);
  const drive = writer.connect(STRANGER, DRIVE, 102);
  drive(0, setupRequest(1));
  drive(1, setupResponse(1));
  drive(0, plcStop(2));
  drive(1, ackData(2, [Fn.plcStop]));
}

/** The captures by name. */
export function exampleCaptures(): ReadonlyMap<string, Uint8Array> {
  const monday = new Writer(Date.UTC(2027, 0, 4, 8) / 1000);
  ordinary(monday);
  const tuesday = new Writer(Date.UTC(2027, 0, 5, 8) / 1000);
  ordinary(tuesday);
  intruder(tuesday);
  return new Map([
    ['monday.pcap', monday.capture()],
    ['tuesday.pcap', tuesday.capture()],
  ]);
}

/** The page with what the commands of its `console` blocks print, run in a copy of the example's folder. */
export function runExample(page: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'cofferdam-'));
  try {
    cpSync(EXAMPLE, folder, { recursive: true });
    return page.replace(/```console\n([\s\S]*?)```/g, (_, block: string) => {
      const commands = block.split('\n').filter(line => line.startsWith('$ '));
      return `\`\`\`console\n${commands.map(command => `${command}\n${run(command.slice(2), folder)}`).join('')}\`\`\``;
    });
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** What a command prints. */
function run(command: string, folder: string): string {
  const [program, ...args] = command.split(' ');
  if (program === 'cat') return readFileSync(join(folder, args[0]!), 'utf8');
  if (program !== 'cofferdam') throw new Error(`the example runs ${program}, which it should not`);
  const { stdout, stderr } = spawnSync(process.execPath, [join(ROOT, 'src/cli/main.ts'), ...args], {
    cwd: folder,
    encoding: 'utf8',
  });
  return stdout + stderr;
}

if (import.meta.main) {
  mkdirSync(EXAMPLE, { recursive: true });
  for (const [name, bytes] of exampleCaptures()) writeFileSync(join(EXAMPLE, name), bytes);
  writeFileSync(FINDINGS_PAGE, runExample(readFileSync(FINDINGS_PAGE, 'utf8')));
}
