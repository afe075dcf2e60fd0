/**
 * Builds the package that is published: `node tool/pack.ts [FOLDER]` writes `cofferdam-VERSION.tgz` and its bill
 * of materials `cofferdam-VERSION.cdx.json` to FOLDER (the root, unless told otherwise), and prints their SHA-256.
 * The same sources and the same lock file give the same bytes.
 *
 * The package is put together in a folder of its own, so that nothing of the clone but what `files` names gets
 * in, and so that its package.json speaks of nothing that only a clone has.
 *
 * @module
 */

import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { billOfMaterials } from './sbom.ts';

const ROOT = join(import.meta.dirname, '..');

/** Names in package.json that mean something in a clone only. */
const OF_THE_CLONE = ['workspaces', 'scripts', 'devDependencies', 'devEngines'];

/** Builds and packs into `out`; the paths of the package and of its bill of materials. */
export function pack(out: string): { tarball: string; sbom: string } {
  const manifest = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));
  const base = join(resolve(out), `${manifest.name}-${manifest.version}`);
  const stage = mkdtempSync(join(tmpdir(), 'cofferdam-pack-'));
  try {
    run(join(ROOT, 'node_modules/.bin/tsc'), [
      '-p',
      join(ROOT, 'tsconfig.build.json'),
      '--outDir',
      join(stage, 'dist'),
    ]);
    for (const name of [...manifest.files, 'README.md', 'LICENSE']) {
      const from = join(ROOT, name);
      if (name !== 'dist' && existsSync(from)) cpSync(from, join(stage, name), { recursive: true });
    }
    for (const name of OF_THE_CLONE) delete manifest[name];
    writeFileSync(join(stage, 'package.json'), `${JSON.stringify(manifest, null, 2)}\n`);
    const bom = billOfMaterials(ROOT, manifest.name);
    writeFileSync(join(stage, 'sbom.cdx.json'), bom);
    // Whatever the umask that the clone and its tools were made with.
    for (const entry of readdirSync(stage, { recursive: true, withFileTypes: true })) {
      const runs = entry.isDirectory() || entry.name === 'cofferdam.cjs';
      chmodSync(join(entry.parentPath, entry.name), runs ? 0o755 : 0o644);
    }
    mkdirSync(out, { recursive: true });
    run('npm', ['pack', stage, '--pack-destination', resolve(out), '--silent', '--ignore-scripts']);
    writeFileSync(`${base}.cdx.json`, bom);
    return { tarball: `${base}.tgz`, sbom: `${base}.cdx.json` };
  } finally {
    rmSync(stage, { recursive: true });
  }
}

function run(command: string, args: readonly string[]): void {
  const { status, stdout } = spawnSync(command, args, {
    cwd: ROOT,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  if (status !== 0) throw new Error(`${command} ${args.join(' ')} failed\n${stdout}`);
}

if (import.meta.main) {
  for (const file of Object.values(pack(process.argv[2] ?? ROOT))) {
    console.log(`${createHash('sha256').update(readFileSync(file)).digest('hex')}  ${file}`);
  }
}
