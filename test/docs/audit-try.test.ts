/**
 * "Try it" of docs/audit.md is followed as a reader would, on free ports.
 *
 * @module
 */

import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';

const ROOT = join(import.meta.dirname, '../..');
const MAIN = join(ROOT, 'src/cli/main.ts');
const POLICY = 'policies/compressor-station.yaml';
const COMMANDS = Array.from(
  readFileSync(join(ROOT, 'docs/audit.md'), 'utf8').matchAll(/^```sh\ncofferdam ([^\n]+)\n```$/gm),
  ([, command]) => command!.split(' '),
);

const folder = mkdtempSync(join(tmpdir(), 'cofferdam-'));
after(() => rmSync(folder, { recursive: true }));

function cofferdam(args: readonly string[]): { status: number | null; stdout: string; stderr: string } {
  return spawnSync(process.execPath, [MAIN, ...args], { cwd: folder, encoding: 'utf8' });
}

/** Resolves to what `pattern` matches in the lines of the stream. */
function said(stream: NodeJS.ReadableStream, pattern: RegExp): Promise<RegExpExecArray> {
  return new Promise((resolve, reject) => {
    let text = '';
    const read = (chunk: string): void => {
      text += chunk;
      const match = pattern.exec(text);
      if (match === null) return;
      stream.off('data', read);
      resolve(match);
    };
    stream.on('data', read);
    stream.once('end', () => reject(new Error(`it ended without ${pattern}`)));
  });
}

test('the program is read, the intruder loads blocks, and the audit finds them', async () => {
  const [start, read, audit, ...more] = COMMANDS;
  assert.deepEqual(more, []);
  assert.deepEqual(start, ['start', '--undefended', '--fixed-ports', '--plain']);
  const args = start.filter(word => word !== '--fixed-ports');
  const plant = spawn(process.execPath, [MAIN, ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  try {
    plant.stdout.setEncoding('utf8');
    const loaded = said(plant.stdout, /an empty overspeed guard \(OB35\)\n.*done\n/);
    const [, port] = await said(plant.stdout, /drive controller at 127\.0\.2\.8:(\d+)/);
    mkdirSync(join(folder, 'policies'));
    const policy = readFileSync(join(ROOT, POLICY), 'utf8');
    writeFileSync(join(folder, POLICY), policy.replace('port: 1102 }', `port: ${port} }`));
    const made = cofferdam(read!);
    assert.equal(made.status, 0, made.stderr);
    await loaded;
    const { status, stdout, stderr } = cofferdam(audit!);
    assert.equal(status, 1, stderr);
    assert.match(stdout, /^CRITICAL audit\.block-changed: plc-drive: OB35 is not the approved block/m);
    assert.match(stdout, /^CRITICAL audit\.block-changed: plc-drive: DB3 is not the approved block/m);
  } finally {
    plant.kill('SIGTERM');
    await once(plant, 'close');
  }
});

test('the audit that the README shows is that one', () => {
  const readme = readFileSync(join(ROOT, 'README.md'), 'utf8');
  const shown = Array.from(readme.matchAll(/cofferdam (audit [^`\n]+)/g), ([, command]) => command!);
  assert.ok(shown.length > 0);
  for (const command of shown)
    assert.ok(
      COMMANDS.some(words => words.join(' ').startsWith(command)),
      command,
    );
});
