/**
 * Runs what stands in docs/permits.md, in its order and at the times that it says, and gives the page with what is
 * printed. `node test/docs/permits-page.ts` writes it.
 *
 * - `yaml FILE`: the block is written to that file.
 * - `console at=TIME`: its lines are run by a shell.
 * - `console at=TIME loads=BLOCK,…`: its line starts a gateway; then the engineering station `eng-1` loads these blocks
 *   through it into a simulated controller, `plc-7`, a `!` behind one meaning that somebody has changed it; then the
 *   gateway is ended. The many lines about parts of blocks that pass are left out.
 *
 * Keys, ports and seconds are new every time; they are put back to those of the page.
 *
 * @module
 */

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { driveProgram } from '../../src/plant/compressor/drive-program.ts';
import type { ProtocolClient } from '../../src/plant/protocol-client.ts';
import { BlockType, makeBlock, type S7Block } from '../../src/plant/s7-block.ts';
import { connectS7, downloadBlock } from '../../src/plant/s7-client.ts';
import { S7Controller } from '../../src/plant/s7-controller.ts';
import { s7Server } from '../../src/plant/s7-server.ts';

export const PAGE = fileURLToPath(new URL('../../docs/permits.md', import.meta.url));
const MAIN = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url));
const CLOCK = new URL('../../src/cli/clock.fixture.ts', import.meta.url).href;

/** Port of controller and listener on the page. */
const PORT = 1102;
const STATION = '127.0.1.21';
const CONTROLLER = '127.0.2.7';

/** What the engineer has made: the new guard, and a function that it calls. */
const PROJECT: Readonly<Record<string, S7Block>> = {
  OB35: makeBlock(BlockType.OB, 35, code(700), 'GUARD'),
  FC10: makeBlock(BlockType.FC, 10, code(131), 'TRIP'),
};

/** The page, with what its commands print. */
export async function permitsPage(text: string): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'cofferdam-page-'));
  const identity = { order: '6ES7 315-2EH14-0AB0', station: 'S', module: 'CPU', serial: 'S 1' };
  const controller = new S7Controller({ ...identity, firmware: [3, 2, 6] }, driveProgram(), Date.now);
  const server = s7Server(controller);
  const run = new Run(folder, await server.listen(CONTROLLER), controller);
  try {
    let page = '';
    let done = 0;
    for (const match of text.matchAll(/```(yaml|console) ([^\n]+)\n([\s\S]*?)```/g)) {
      const [whole, kind, words = '', body = ''] = match;
      page += text.slice(done, match.index);
      done = match.index + whole.length;
      if (kind === 'yaml') run.write(words, body);
      page += `\`\`\`${kind} ${words}\n${kind === 'yaml' ? body : await run.console(words, body)}\`\`\``;
    }
    return page + text.slice(done);
  } finally {
    await server.close();
    rmSync(folder, { recursive: true });
  }
}

class Run {
  readonly #folder: string;
  readonly #port: number;
  readonly #controller: S7Controller;

  constructor(folder: string, port: number, controller: S7Controller) {
    this.#folder = folder;
    this.#port = port;
    this.#controller = controller;
    const program = `#!/bin/sh\nexec ${process.execPath} --import ${CLOCK} ${MAIN} "$@"\n`;
    mkdirSync(join(folder, 'bin'));
    writeFileSync(join(folder, 'bin/cofferdam'), program);
    chmodSync(join(folder, 'bin/cofferdam'), 0o755);
    mkdirSync(join(folder, 'work/blocks'), { recursive: true });
    for (const [name, { bytes }] of Object.entries(PROJECT)) this.write(`blocks/${name}.bin`, bytes);
  }

  write(name: string, content: string | Uint8Array): void {
    const keyed = (text: string): string =>
      text
        .replace(/ssh-ed25519 AAAA… (\S+)/g, (_, key) => this.#read(`${key}.pub`).trim())
        .replace(`:${PORT},`, ':0,')
        .replace(`port: ${PORT}`, `port: ${this.#port}`);
    writeFileSync(this.#path(name), typeof content === 'string' ? keyed(content) : content);
  }

  /** The body of a console block, with what its lines print. */
  async console(words: string, body: string): Promise<string> {
    const { time = '', loads } = /at=(?<time>\S+)(?: loads=(?<loads>\S+))?/.exec(words)!.groups!;
    let printed = '';
    for (const part of body.split(/^\$ /m).slice(1)) {
      const line = part.slice(0, part.indexOf('\n'));
      const output = await this.#shell(line, time, loads?.split(','));
      printed += `$ ${line}\n${this.#steady(output, time)}`;
    }
    return printed;
  }

  async #shell(line: string, time: string, loads: readonly string[] | undefined): Promise<string> {
    const child = spawn('/bin/sh', ['-c', loads === undefined ? line : `exec ${line}`], {
      cwd: this.#path('.'),
      env: {
        ...process.env,
        PATH: `${join(this.#folder, 'bin')}:${process.env.PATH}`,
        COFFERDAM_TEST_TIME: time,
        LC_ALL: 'C',
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let [output, errors] = ['', ''];
    child.stdout.setEncoding('utf8').on('data', (more: string) => (output += more));
    child.stderr.setEncoding('utf8').on('data', (more: string) => (errors += more));
    const ended = once(child, 'close');
    if (loads === undefined) {
      await ended;
      return output + errors;
    }
    while (!/^permits of .*\n/m.test(output)) {
      await Promise.race([once(child.stdout, 'data'), failed(ended, () => errors)]);
    }
    const [, port] = /127\.0\.3\.7:(\d+)/.exec(output)!;
    const client = await connectS7(STATION, { address: '127.0.3.7', port: Number(port) });
    for (const name of loads) await this.#load(client, name);
    child.kill('SIGTERM');
    await ended;
    client.close();
    return (output + errors).replace(/^.* allow .*: download .*\n/gm, '');
  }

  /** Loads a block; whether it does is told by what the gateway prints. */
  async #load(client: ProtocolClient, name: string): Promise<void> {
    const block = PROJECT[name.replace('!', '')]!;
    const given = name.endsWith('!') ? changed(block) : block;
    const before = this.#controller.block(given.type, given.number);
    const { error } = await downloadBlock(client, given);
    const after = this.#controller.block(given.type, given.number);
    if (error === 0) assert.deepEqual(after?.bytes, given.bytes, name);
    else assert.equal(after, before, name);
  }

  #steady(output: string, time: string): string {
    return output
      .replace(/AAAA[\w+/]{60,}/g, 'AAAA…')
      .replace(/SHA256:[\w+/]{43}/g, 'SHA256:…')
      .replace(/\d\d:\d\d:\d\d\.\d{3}/g, `${time.slice(11, 19)}.000`)
      .replaceAll(`${CONTROLLER}:${this.#port}`, `${CONTROLLER}:${PORT}`)
      .replace(/127\.0\.3\.7:\d+/g, `127.0.3.7:${PORT}`);
  }

  #path(name: string): string {
    return join(this.#folder, 'work', name);
  }

  #read(name: string): string {
    return readFileSync(this.#path(name), 'utf8');
  }
}

async function failed(ended: Promise<unknown>, errors: () => string): Promise<never> {
  await ended;
  throw new Error(`the gateway ended: ${errors()}`);
}

/** One bit of it. */
function changed({ type, number, bytes }: S7Block): S7Block {
  const other = bytes.slice();
  other[600]! ^= 1;
  return { type, number, bytes: other, code: other.subarray(0) };
}

function code(length: number): Uint8Array {
  return Uint8Array.from({ length }, (_, i) => (i * 11) & 0xff);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  writeFileSync(PAGE, await permitsPage(readFileSync(PAGE, 'utf8')));
}
