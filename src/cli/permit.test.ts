/** The commands as users meet them: on a terminal, in scripts, and with mistakes. docs/permits.md has the whole life. */

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, type TestContext, test } from 'node:test';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { PYTHON, withoutPeer } from '../../test/peers.ts';
import { loadApprovers } from '../program/approvers-file.ts';
import { formatEnvelope, parseEnvelope, preAuthenticationEncoding } from '../program/dsse.ts';
import { formatOpening } from '../program/opening.ts';
import { installOpening, readOpenings } from '../program/opening-store.ts';
import { newPrivateKey, parsePrivateKey, signWith } from '../program/private-key.ts';
import { formatPublicKey } from '../program/public-key.ts';
import { PAYLOAD_TYPE } from '../program/statement.ts';
import { breakGlass } from './break-glass.ts';
import { type Command, userMessage } from './command.ts';
import { key } from './key.ts';
import { permit } from './permit.ts';
import { readPermitFile } from './permit-file.ts';

const MAIN = fileURLToPath(new URL('main.ts', import.meta.url));
const CLOCK = pathToFileURL(fileURLToPath(new URL('clock.fixture.ts', import.meta.url))).href;
const POLICY = fileURLToPath(new URL('../../policies/compressor-station.yaml', import.meta.url));

const root = mkdtempSync(join(tmpdir(), 'cofferdam-permit-'));
after(() => rmSync(root, { recursive: true }));
writeFileSync(
  join(root, 'cofferdam'),
  `#!/bin/sh\nexec ${process.execPath} --import ${CLOCK} ${MAIN} "$@"\n`,
);
chmodSync(join(root, 'cofferdam'), 0o755);

/** Runs a line as a shell does, at a time, in a folder. */
function shell(line: string, folder: string, time = '2026-11-20T09:00:00Z') {
  const env = { ...process.env, PATH: `${root}:${process.env.PATH}`, COFFERDAM_TEST_TIME: time, LC_ALL: 'C' };
  const { status, stdout, stderr } = spawnSync('/bin/sh', ['-c', line], {
    cwd: folder,
    env,
    encoding: 'utf8',
  });
  return { status, output: stdout + stderr };
}

const PASSPHRASE = 'several words';
const KEYS = ['one', 'two'].map(name => ({ name, ...newPrivateKey(PASSPHRASE) }));

/** A folder with two keys, their passphrase, an approvers file and two blocks. */
function desk(): string {
  const folder = mkdtempSync(join(root, 'desk-'));
  const files: Record<string, string> = { words: `${PASSPHRASE}\n`, 'approvers.yaml': 'approvers:\n' };
  for (const { name, pem, publicKey } of KEYS) {
    const line = formatPublicKey(publicKey);
    files[name] = pem;
    files[`${name}.pub`] = `${line}\n`;
    files['approvers.yaml'] += `  ${name}: ${line}\n`;
  }
  mkdirSync(join(folder, 'blocks'));
  Object.assign(files, { 'blocks/ob1.bin': 'first\n', 'blocks/DB8': 'second\n' });
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  return folder;
}

const COMMANDS: Readonly<Record<string, Command>> = { key, permit, 'break-glass': breakGlass };

/** Runs commands one after the other in `folder` within this process; the last one's failure, as a user reads it. */
async function fails(
  t: TestContext,
  folder: string,
  ...lines: readonly string[]
): Promise<string | undefined> {
  const home = process.cwd();
  process.chdir(folder);
  const log = t.mock.method(console, 'log', () => undefined);
  try {
    let error: unknown;
    for (const line of lines) {
      const [, name, ...args] = line.split(' ');
      error = await COMMANDS[name!]!.run(args).catch((reason: unknown) => reason);
    }
    return error instanceof Error ? (userMessage(error) ?? String(error.stack)) : undefined;
  } finally {
    log.mock.restore();
    process.chdir(home);
  }
}

const REQUEST =
  'cofferdam permit request --controller plc-7 --protocol s7comm --from eng-1 --for 2h --ticket T --purpose P --requester engineer-1';

const SIGN = (key: string, file = 'permit.json') =>
  `cofferdam permit sign ${file} --key ${key} --passphrase-file words --yes`;
const INSTALL = 'cofferdam permit install permit.json blocks --permits s --approvers approvers.yaml';
const LIST = 'cofferdam permit list --permits s --approvers approvers.yaml';
const REVOKE = '--permits s --by one --reason x';

test('what goes wrong is one line that says what to do', async t => {
  const folder = desk();
  assert.equal(
    shell(`${REQUEST} blocks && echo short > short && cp one.pub lone.pub && mkdir s`, folder).status,
    0,
  );
  const [first, ...rest] = REQUEST.split(' --');
  const without = (option: string) => [first, ...rest.filter(one => !one.startsWith(option))].join(' --');
  const cases: [string, RegExp][] = [
    ['cofferdam permit', /permit what\? there are: request, show, sign, merge, verify/],
    ['cofferdam permit sing', /permit 'sing'\? there are/],
    ['cofferdam permit request', /no --controller; write the controller’s host name in the policy/],
    [`${without('protocol')}`, /--protocol is missing; write modbus or s7comm/],
    [`${without('from')}`, /no --from; name the host/],
    [`${without('for')} blocks`, /say when the window ends: --for 2h or --end/],
    [`${without('for')} --for 2x blocks`, /--for is '2x'; write 2h, 90min or 1h30min/],
    [
      `${REQUEST} --start 2026-11-23T06:00 blocks`,
      /--start is '2026-11-23T06:00' without its zone; write now/,
    ],
    [
      `${REQUEST} --start 2026-02-30T06:00Z blocks`,
      /--start is '2026-02-30T06:00Z'; there is no day 2026-02-30$/,
    ],
    [`${REQUEST} --station 0/99 blocks`, /--station: slot 99 does not exist/],
    [`${REQUEST} --uses none blocks`, /--uses is 'none'/],
    [`${REQUEST} --uses 5000 blocks`, /uses is no whole number from 1 to 1000/],
    [
      `${REQUEST} --action fly blocks`,
      /--action is 'fly'; there are: stop, start, restart, mode, firmware; deleting is --delete BLOCK$/,
    ],
    [`${REQUEST} --action delete blocks`, /name the blocks with --delete/],
    [`${REQUEST} --delete F3`, /--delete 'F3' is no object of S7comm; write the block/],
    [REQUEST, /permits nothing; name the blocks \(a folder, or FILE:BLOCK\), or .*: --action, --delete$/],
    [
      `${REQUEST} --start 2020-11-23T06:00Z blocks`,
      /the window is over: it ended \d+ d \d+ h ago, at 2020-11-23T08:00:00Z; ask for one to come/,
    ],
    [
      'cofferdam break-glass request --from hmi-1 --to plc-7 --protocol modbus --requester engineer-1 ' +
        '--reason emergency --start 2020-11-23T06:00Z --for 2h',
      /the window is over: it ended \d+ d \d+ h ago, at 2020-11-23T08:00:00Z; ask for one to come/,
    ],
    [`${REQUEST} --out nodir/p.json blocks`, /^nodir: no such folder; make it first, or check the name$/],
    ['cofferdam key new nodir/x --passphrase-file words', /^nodir: no such folder; make it first/],
    ['cofferdam key new nodir/x', /^nodir: no such folder/],
    ['cofferdam key new one', /one: is there already; choose another name/],
    ['cofferdam key new lone', /lone\.pub: is there already; choose another name/],
    ['cofferdam permit export permit.json blocks', /^blocks: is there already; name a new folder$/],
    ['cofferdam permit export permit.json nodir/x', /^nodir: no such folder/],
    ['cofferdam permit sign permit.json --key nokey', /^nokey: no such file/],
    ['cofferdam permit sign permit.json --key one.pub', /^one\.pub: is the public half; .* --key one$/],
    [`${REQUEST} blocks`, /permit\.json: is there already; choose another name with --out/],
    [`${REQUEST} --out x.json blocks blocks/DB8:OB1`, /are both OB1; name one of them/],
    [`${REQUEST} --out x.json nowhere`, /nowhere.*no such file/],
    ['cofferdam permit show approvers.yaml', /approvers\.yaml: is no JSON: /],
    ['cofferdam permit show /dev/zero', /\/dev\/zero: is longer than 2097152 bytes/],
    ['cofferdam permit sign permit.json', /say what to sign with: --key KEY, or --ssh-signature FILE/],
    [
      'cofferdam permit sign permit.json --key one --passphrase-file words',
      /there is no terminal to ask on; .* repeat with --yes/,
    ],
    [
      'cofferdam permit sign permit.json --key one --yes',
      /no terminal to ask for the passphrase on; .*--passphrase-file/,
    ],
    ['cofferdam permit sign permit.json --key lone.pub --yes', /lone\.pub: ssh-keygen did not sign with it/],
    [
      'cofferdam permit sign permit.json --key one --passphrase-file blocks/DB8 --yes',
      /one: the passphrase is wrong/,
    ],
    [
      'cofferdam permit sign permit.json blocks/DB8 --key one --yes',
      /blocks\/DB8: has no OB1, which the permit has/,
    ],
    ['cofferdam permit verify permit.json', /no approvers; say who may approve with --approvers FILE/],
    ['cofferdam permit verify permit.json --approvers one.pub', /one\.pub:1:1: the approvers file is no map/],
    ['cofferdam permit install permit.json --permits s --approvers approvers.yaml', /name the blocks too/],
    [
      'cofferdam permit install permit.json blocks --permits s --approvers approvers.yaml',
      /no approver has signed/,
    ],
    ['cofferdam permit revoke 12345678 --permits s', /say who takes the permit back and why/],
    [
      'cofferdam permit revoke 12345678 --permits s --by one --reason x',
      /no permit or opening is called '12345678'; none is installed/,
    ],
    ['cofferdam key old', /key 'old'\? write key new FILE or key show FILE/],
    ['cofferdam key new one --passphrase-file words', /one: is there already; choose another name/],
    ['cofferdam key new three --passphrase-file short', /passphrase is shorter than 8 characters/],
    ['cofferdam key show approvers.yaml', /approvers\.yaml: 'approvers:' is no kind of key for permits/],
  ];
  for (const [line, reason] of cases) {
    const message = (await fails(t, folder, line)) ?? '';
    assert.match(message, reason, line);
    assert.equal(message.split('\n').length, 1, message);
  }
});

test('a signature that would count for nothing is not added', async t => {
  const folder = desk();
  writeFileSync(join(folder, 'stranger'), newPrivateKey(PASSPHRASE).pem);
  const sign =
    'cofferdam permit sign permit.json --passphrase-file words --yes --approvers approvers.yaml --key';
  assert.equal(await fails(t, folder, `${REQUEST.replace('engineer-1', 'One')} blocks`), undefined);
  const file = join(folder, 'permit.json');
  const unsigned = readFileSync(file);
  assert.equal(await fails(t, folder, `${sign} one`), 'one has asked for this; the requester cannot approve');
  assert.match((await fails(t, folder, `${sign} stranger`))!, /belongs to no approver of approvers\.yaml$/);
  assert.deepEqual(readFileSync(file), unsigned);
  chmodSync(file, 0o640);
  assert.equal(await fails(t, folder, `${sign} two`), undefined);
  assert.equal(statSync(file).mode & 0o777, 0o640);
  assert.match((await fails(t, folder, `${sign} two`))!, /bears a signature of the key SHA256:\S+ already/);
  assert.equal(parseEnvelope(readFileSync(file)).signatures.length, 1);
});

test('no signature is added to what somebody asks for who may not, nor by who does not decide', async t => {
  const folder = desk();
  const approvers = readFileSync(join(folder, 'approvers.yaml'), 'utf8');
  writeFileSync(join(folder, 'asking.yaml'), `${approvers}requesters: [engineer-2]\n`);
  writeFileSync(
    join(folder, 'panel.yaml'),
    `${approvers}  three: ${formatPublicKey(newPrivateKey(PASSPHRASE).publicKey)}
controllers:
  plc-7: { approvers: [two, three] }
`,
  );
  const asked = await fails(t, folder, `${REQUEST} blocks`, `${SIGN('one')} --approvers asking.yaml`);
  assert.equal(
    asked,
    'engineer-1, who asked for this, is not among the requesters of asking.yaml; no signature would count',
  );
  const other = await fails(t, folder, `${SIGN('one')} --approvers panel.yaml`);
  assert.equal(other, 'one does not decide about plc-7; two, three do');
  assert.equal(parseEnvelope(readFileSync(join(folder, 'permit.json'))).signatures.length, 0);
});

test('that a window is over is told wherever the permit is looked at', async t => {
  const folder = desk();
  t.mock.timers.enable({ apis: ['Date'], now: Date.parse('2026-11-19T06:00Z') });
  assert.equal(await fails(t, folder, `${REQUEST} blocks`, SIGN('one')), undefined);
  const over = /^NOTE permit \w{12} ended 1 d 1 h ago, at 2026-11-19T08:00:00Z: it covers nothing any more$/m;
  const verify = 'cofferdam permit verify permit.json --approvers approvers.yaml';
  for (const line of ['cofferdam permit show permit.json', SIGN('two'), verify]) {
    const { status, output } = shell(line, folder);
    assert.equal(status, 0);
    assert.match(output, over);
  }
  assert.equal(JSON.parse(shell(`${verify} --json`, folder).output).ended, true);
  const { status, output } = shell(INSTALL, folder);
  assert.equal(status, 2);
  assert.match(output, /^cofferdam: permit \w{12} ended 1 d 1 h ago, at 2026-11-19T08:00:00Z$/m);
});

test('copies that approvers have each signed are one permit again', async t => {
  const folder = desk();
  const run = (...lines: string[]) => fails(t, folder, ...lines);
  assert.equal(await run(`${REQUEST} blocks`), undefined);
  copyFileSync(join(folder, 'permit.json'), join(folder, 'copy.json'));
  const merge = 'cofferdam permit merge permit.json copy.json';
  assert.equal(await run(SIGN('one'), SIGN('two', 'copy.json'), merge, merge), undefined);
  const { signatures } = parseEnvelope(readFileSync(join(folder, 'permit.json')));
  assert.deepEqual(
    signatures.map(signature => signature.keyId),
    KEYS.map(({ publicKey }) => publicKey.id),
  );
  const other = `${REQUEST} --uses 2 --out copy2.json blocks`;
  const wrong = await run(other, 'cofferdam permit merge permit.json copy2.json');
  assert.match(
    wrong!,
    /^copy2\.json: is permit \w{12}, not \w{12} as permit\.json; only copies of one permit fit$/,
  );
});

test('what opens a conduit by break-glass is revoked by the beginning of its id too', async t => {
  const folder = desk();
  const notBefore = Date.parse('2026-11-20T09:00:00Z');
  const window = { notBefore, notAfter: notBefore + 60_000 };
  const conduit = { from: ['eng-1'], to: 'plc-7', protocol: 's7comm' };
  const payload = formatOpening({ ...conduit, ...window, reason: 'a test', requester: 'engineer-1' });
  const message = preAuthenticationEncoding(PAYLOAD_TYPE, payload);
  const signatures = KEYS.map(({ pem, publicKey }) => {
    return { keyId: publicKey.id, bytes: signWith(parsePrivateKey(pem, PASSPHRASE), message) };
  });
  const approvers = await loadApprovers(join(folder, 'approvers.yaml'));
  const file = Buffer.from(formatEnvelope({ payloadType: PAYLOAD_TYPE, payload, signatures }));
  writeFileSync(join(folder, 'glass.json'), file);
  const install = shell(
    'cofferdam break-glass install glass.json --permits . --approvers approvers.yaml',
    folder,
  );
  assert.equal(install.status, 2);
  assert.match(install.output, /\.: no permit store there; check the name/);
  assert.ok(!existsSync(join(folder, 'openings')));
  const { opening } = await installOpening(join(folder, 's'), file, approvers);
  const line = `cofferdam permit revoke ${opening.id.slice(0, 12)} --permits s --by one --reason x`;
  assert.equal(await fails(t, folder, line), undefined);
  const { openings } = await readOpenings(join(folder, 's'), approvers);
  assert.equal(openings[0]?.unusable?.name, 'revoked');
});

test('blocks are also those of a program that was read out', async t => {
  const folder = desk();
  mkdirSync(join(folder, 'program/blocks'), { recursive: true });
  const files = { 'program.json': '{}', 'blocks/OB1.bin': 'first', 'blocks/PROGRAM%2FA%2E1.bin': 'second' };
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, 'program', name), text);
  assert.equal(await fails(t, folder, `${REQUEST} program`), undefined);
  const { permit } = await readPermitFile(join(folder, 'permit.json'));
  assert.deepEqual(
    permit.blocks.map(block => block.object),
    ['OB1', 'PROGRAM/A.1'],
  );
});

test('a request is held against the policy where one is given', async t => {
  const request = `${REQUEST} --policy ${POLICY} blocks`;
  const when = async (controller: string) => await fails(t, desk(), request.replace('plc-7', controller));
  assert.match((await when('plc7'))!, /^no host 'plc7' in \S+; there are: hmi-1, eng-1, /);
  const other = await when('plc-drive --station 0/3');
  assert.match(other!, /^no conduit of \S+ leads from eng-1 to plc-drive in s7comm, station 0\/3; correct/);
  assert.equal(await when('plc-drive'), undefined);
  const hmi = await fails(t, desk(), request.replace('eng-1', 'hmi-1').replace('plc-7', 'plc-drive'));
  assert.match(hmi!, /^no conduit of \S+ from hmi-1 to plc-drive .* has `download: permit`, so that no/);
});

test('a name that the protocol has not for its blocks is noticed', () => {
  const folder = desk();
  const { status, output } = shell(`${REQUEST} blocks/DB8:OBB1`, folder);
  assert.equal(status, 0);
  assert.match(output, /NOTE OBB1 is no object of S7comm: no download will be called that/);
});

test('a store that is not there is no empty one, and is made only by what is installed', async t => {
  const folder = desk();
  const install = await fails(t, folder, `${REQUEST} blocks`, SIGN('one'), INSTALL);
  assert.match(install!, /signed only by one; one more approval is needed, from two$/);
  const none = /^s: no permit store there; check the name/;
  assert.match((await fails(t, folder, LIST))!, none);
  assert.match((await fails(t, folder, `cofferdam permit revoke ${'0'.repeat(64)} ${REVOKE}`))!, none);
  assert.ok(!existsSync(join(folder, 's')));
  assert.equal(await fails(t, folder, SIGN('two'), INSTALL), undefined);
});

test('one that was revoked says so, once by its ticket, and is not installed again', async t => {
  const folder = desk();
  assert.equal(await fails(t, folder, `${REQUEST} blocks`, SIGN('one'), SIGN('two'), INSTALL), undefined);
  const first = shell(`cofferdam permit revoke T ${REVOKE}`, folder);
  assert.match(first.output, /^\w{12} is revoked; a gateway that runs refuses it/);
  const second = shell('cofferdam permit revoke T --permits s --by two --reason y', folder);
  assert.match(second.output, /^\w{12} was revoked before, by one at 2026-11-20T09:00:00Z: x\n$/);
  assert.match((await fails(t, folder, INSTALL))!, /^permit \w{12} was revoked by one at .*: x$/);
});

test('a ticket that two permits bear is not enough to revoke one', async t => {
  const folder = desk();
  const twice = ['permit.json', 'other.json'].flatMap((file, i) => [
    `${REQUEST} --uses ${i + 1} --out ${file} blocks`,
    SIGN('one', file),
    SIGN('two', file),
    INSTALL.replace('permit.json', file),
  ]);
  assert.equal(await fails(t, folder, ...twice), undefined);
  const line = `cofferdam permit revoke T ${REVOKE}`;
  assert.match((await fails(t, folder, line))!, /^'T' is 2 permits, \w{12}, \w{12}; name one$/);
});

test('the list has first what covers something, and fails where the store is damaged', async t => {
  const folder = desk();
  const windows = [
    ['LONG-OVER', '2026-11-18T06:00Z'],
    ['OVER', '2026-11-19T06:00Z'],
    ['LATER', '2026-11-23T06:00Z'],
    ['NOW', '2026-11-20T08:00Z'],
  ] as const;
  t.mock.timers.enable({ apis: ['Date'] });
  for (const [ticket, start] of windows) {
    t.mock.timers.setTime(Date.parse(start));
    const request = `${REQUEST.replace('--ticket T', `--ticket ${ticket}`)} --start ${start} blocks`;
    assert.equal(await fails(t, folder, request, SIGN('one'), SIGN('two'), INSTALL), undefined);
    rmSync(join(folder, 'permit.json'));
  }
  const good = shell(LIST, folder);
  assert.equal(good.status, 0);
  assert.deepEqual(good.output.match(/NOW|LATER|LONG-OVER|OVER/g), ['NOW', 'LATER', 'OVER', 'LONG-OVER']);
  writeFileSync(join(folder, 's/permits/half.json'), '{');
  const damaged = shell(LIST, folder);
  assert.match(damaged.output, /NOTE half\.json is no permit: /);
  assert.equal(damaged.status, 1);
});

test('help fits a terminal of 80 columns', () => {
  for (const { help } of [permit, key]) {
    assert.deepEqual(
      help.split('\n').filter(line => line.length > 80),
      [],
    );
  }
});

test('data for programs', async t => {
  const folder = desk();
  assert.equal(await fails(t, folder, `${REQUEST} blocks`, SIGN('one'), SIGN('two'), INSTALL), undefined);
  const json = (line: string) => JSON.parse(shell(`${line} --json`, folder).output);
  const statement = json('cofferdam permit show permit.json');
  assert.equal(statement.predicate.ticket, 'T');
  const verified = json('cofferdam permit verify permit.json --approvers approvers.yaml');
  assert.deepEqual([verified.holds, verified.refusal, verified.threshold], [true, null, 2]);
  const { permits, damaged } = json('cofferdam permit list --permits s --approvers approvers.yaml');
  assert.deepEqual(permits[0].usesLeft, { DB8: 1, OB1: 1 });
  assert.equal(permits[0].id, verified.id);
  assert.deepEqual(damaged, []);
});

/** Types on a terminal: [what must be shown first, what is typed then], and gives all that was shown. */
const TYPIST = `
import json, os, pty, sys
folder, words, steps = json.loads(sys.argv[1])
pid, terminal = pty.fork()
if pid == 0:
    os.chdir(folder)
    os.execvp(words[0], words)
shown = b""
def read():
    global shown
    try:
        part = os.read(terminal, 4096)
    except OSError:
        part = b""
    shown += part
    return part
for prompt, answer in steps:
    at = len(shown)
    while prompt.encode() not in shown[at:]:
        if not read():
            break
    os.write(terminal, answer.encode())
while read():
    pass
print(json.dumps([os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), shown.decode()]))
`;

function type(folder: string, line: string, steps: readonly (readonly [string, string])[]) {
  const env = {
    ...process.env,
    COFFERDAM_TEST_TIME: '2026-11-20T09:00:00Z',
    PATH: `${root}:${process.env.PATH}`,
  };
  const input = JSON.stringify([folder, line.split(' '), steps]);
  const { stdout, stderr } = spawnSync(PYTHON, ['-c', TYPIST, input], {
    encoding: 'utf8',
    env,
    timeout: 60_000,
  });
  assert.equal(stderr, '');
  const [status, shown] = JSON.parse(stdout) as [number, string];
  return { status, shown };
}

test('on a terminal passphrases are asked for and not shown, and signing wants a yes', {
  skip: withoutPeer('cryptography'),
}, () => {
  const folder = desk();
  const made = type(folder, 'cofferdam key new typed', [
    ['Passphrase for the new key typed: ', 'sevem\x7fn words\r'],
    ['The same again: ', 'seven words\r'],
  ]);
  assert.equal(made.status, 0, made.shown);
  assert.ok(!made.shown.includes('words'), made.shown);
  assert.equal(statSync(join(folder, 'typed')).mode & 0o777, 0o600);

  const slip = type(folder, 'cofferdam key new slip', [
    ['new key slip: ', 'seven words\r'],
    ['The same again: ', 'seven swords\r'],
  ]);
  assert.equal(slip.status, 2);
  assert.match(slip.shown, /the two passphrases differ; try again/);

  assert.equal(shell(`${REQUEST} blocks`, folder).status, 0);
  const sign = 'cofferdam permit sign permit.json --key typed';
  const passphrase = ['Passphrase for typed: ', 'seven words\r'] as const;
  const refused = type(folder, sign, [passphrase, ['[yes/no] ', 'no\r']]);
  assert.equal(refused.status, 1);
  assert.match(refused.shown, /not signed/);
  assert.equal(type(folder, sign, [passphrase, ['[yes/no] ', '\x03']]).status, 1);
  const signed = type(folder, sign, [passphrase, ['[yes/no] ', 'yes\r']]);
  assert.equal(signed.status, 0, signed.shown);
  assert.match(signed.shown, /permit\.json now bears the signature of SHA256:/);
  const wrong = type(folder, sign, [['Passphrase for typed: ', 'eight words\r']]);
  assert.equal(wrong.status, 2);
  assert.ok(!wrong.shown.includes('purpose'), 'a wrong passphrase is told before the permit is shown');
  const stopped = type(folder, sign, [['Passphrase for typed: ', '\x03']]);
  assert.equal(stopped.status, 2);
  assert.match(stopped.shown, /no passphrase was given/);
});
