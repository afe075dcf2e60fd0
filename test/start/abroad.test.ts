/** A policy with addresses that are not on the loopback network can't be exercised. */

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'node:test';
import { fileURLToPath } from 'node:url';

const at = (path: string) => fileURLToPath(new URL(`../../${path}`, import.meta.url));
const SHIPPED = readFileSync(at('policies/compressor-station.yaml'), 'utf8');

test('start refuses a policy that leads anywhere but to loopback addresses, or lacks what it needs', async t => {
  const folder = mkdtempSync(join(tmpdir(), 'cofferdam-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const file = join(folder, 'policy.yaml');
  for (const [from, to, message] of [
    ['plc-process: 127.0.2.7', 'plc-process: 10.2.0.7', /10\.2\.0\.7: not a loopback address/],
    ['vendor-1: 127.0.1.66', 'vendor-1: 10.1.0.66', /10\.1\.0\.66: not a loopback address/],
    ['listen: 127.0.3.8:1102', 'listen: 0.0.0.0:1102', /0\.0\.0\.0: not a loopback address/],
    [/^ {2}- \{ listen: 127\.0\.3\.8.*$/m, '', /has no listener for 'plc-drive'/],
  ] as const) {
    const text = SHIPPED.replace(from, to);
    assert.notEqual(text, SHIPPED);
    writeFileSync(file, text);
    for (const defence of [[], ['--undefended']]) {
      const stderr = await new Promise<string>(resolve => {
        const args = [at('src/cli/main.ts'), 'start', '--once', ...defence, '--policy', file];
        const child = execFile(process.execPath, args, (_error, _out, err) => {
          assert.equal(child.exitCode, 2, err);
          resolve(err);
        });
      });
      assert.match(stderr, message);
    }
  }
});
