import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { loadApprovers, parseApprovers } from './approvers-file.ts';
import { formatPublicKey } from './public-key.ts';
import { CONTROLS, SAFETY, SHIFT } from './testing.ts';

const folder = mkdtempSync(join(tmpdir(), 'cofferdam-approvers-'));
after(() => rmSync(folder, { recursive: true }));

const [shift, controls] = [SHIFT, CONTROLS].map(one => formatPublicKey(one.keys[0]!));
const pem = SAFETY.keys[0]!.key.export({ format: 'pem', type: 'spki' }).toString();
const indented = pem.trim().replaceAll('\n', '\n    ');

const GOOD = `threshold: 2
approvers:
  shift-lead: ${shift} somebody@somewhere
  controls-lead: [${controls}]
  safety-lead: |
    ${indented}
requesters: [engineer-1, engineer-2]
controllers:
  plc-safety: { threshold: 3 }
  plc-7: { approvers: [shift-lead, controls-lead] }
`;

const parse = (text: string) => parseApprovers(text, 'a.yaml');

test('names, keys in both forms, thresholds by controller', async () => {
  const file = join(folder, 'approvers.yaml');
  writeFileSync(file, GOOD);
  const approvers = await loadApprovers(file);
  assert.deepEqual(
    approvers.all.map(one => [one.name, one.keys[0]?.id]),
    [SHIFT, CONTROLS, SAFETY].map(one => [one.name, one.keys[0]?.id]),
  );
  assert.equal(approvers.panel('plc-1').threshold, 2);
  assert.equal(approvers.panel('plc-safety').threshold, 3);
  assert.deepEqual(
    approvers.panel('plc-7').approvers.map(one => one.name),
    ['shift-lead', 'controls-lead'],
  );
  assert.ok(approvers.mayRequest('engineer-1'));
  assert.ok(!approvers.mayRequest('engineer-3'));
  assert.equal(approvers.ownerOf(SAFETY.keys[0]!.id)?.name, 'safety-lead');
});

test('the threshold is two where none is written; JSON will do', () => {
  const approvers = parse(JSON.stringify({ approvers: { a: shift, b: controls } }));
  assert.equal(approvers.panel('plc-7').threshold, 2);
  assert.ok(approvers.mayRequest('anybody'));
});

test('every mistake is told at its line and column', () => {
  const cases: [string, string][] = [
    ['', 'a.yaml:1:1: the approvers file is no map; write one `name: value` a line'],
    ['approvers: {a: {}', 'a.yaml:1:18: this is no YAML: '],
    ['threshold: 2', 'a.yaml:1:1: no approvers; write `approvers:`'],
    [
      GOOD.replace('threshold', 'treshold'),
      "a.yaml:1:1: unknown key 'treshold' in the approvers file; there are: ",
    ],
    [
      GOOD.replace('threshold: 2', 'threshold: 1'),
      "a.yaml:1:12: threshold is '1'; write a whole number from 2 to 3",
    ],
    [
      GOOD.replace('threshold: 2', 'threshold: 4'),
      "a.yaml:1:12: threshold is '4'; write a whole number from 2 to 3",
    ],
    [GOOD.replace('controls-lead:', 'Shift-Lead:'), "a.yaml:4:3: 'Shift-Lead' is there twice"],
    [GOOD.replace('controls-lead:', 'shift-lead:'), 'a.yaml:4:3: this is no YAML: Map keys must be unique'],
    [
      GOOD.replace(controls!, shift!),
      'a.yaml:4:19: controls-lead has the key of shift-lead; each approver needs',
    ],
    [
      GOOD.replace(shift!, 'ssh-rsa AAAA'),
      "a.yaml:3:15: shift-lead: 'ssh-rsa' is no kind of key for permits",
    ],
    [
      GOOD.replace(shift!, shift!.slice(0, -4)),
      'a.yaml:3:15: shift-lead: what follows ssh-ed25519 is no whole key',
    ],
    [GOOD.replace('BEGIN PUBLIC', 'BEGIN PRIVATE'), 'a.yaml:5:16: safety-lead: this is a private key'],
    [GOOD.replace('[engineer-1', '["-"'), "a.yaml:9:14: '-' in requesters is no name"],
    [
      GOOD.replace('controls-lead:', '"shift-lead\uFE0F":'),
      "a.yaml:4:3: 'shift-lead?' in approvers is no name (? stands for what nobody sees)",
    ],
    [
      GOOD.replace('controls-lead:', 'controls  lead:'),
      "a.yaml:4:3: 'controls  lead' in approvers is no name",
    ],
    [GOOD.replace('threshold: 3', 'threshold: 9'), "a.yaml:11:28: threshold is '9'"],
    [
      GOOD.replace('[shift-lead, ', '[shift-led, '),
      "a.yaml:12:24: no approver 'shift-led' in this file; there are: ",
    ],
    [GOOD.replace('[shift-lead, controls-lead]', 'shift-lead'), 'a.yaml:12:3: plc-7 has fewer approvers'],
    [`approvers:\n  a: ${shift}\n`, 'a.yaml:1:1: 1 approver is too few; a permit needs at least 2 people'],
    [`approvers:\n  a: ${shift}\n  b: {}\n`, 'a.yaml:3:6: the key of b is not written out here'],
    [`approvers:\n  a: ${shift}\n  b: []\n`, 'a.yaml:3:6: the list is empty'],
    [`approvers:\n  a: &k ${shift}\n  b: *k\n`, 'a.yaml:3:6: the key of b is not written out here'],
    ['approvers: {}\n---\nx', 'a.yaml:2:1: a second document begins here; take the `---` out'],
    ['- a\n- b', 'a.yaml:1:1: the approvers file is no map'],
  ];
  for (const [text, message] of cases) {
    assert.throws(
      () => parse(text),
      (error: Error & { code?: string }) => {
        assert.equal(error.code, 'COFFERDAM_PERMIT');
        const lines = error.message.split('\n');
        assert.ok(
          lines.some(line => line.startsWith(message)),
          `${error.message}\nhas no\n${message}`,
        );
        return true;
      },
      message,
    );
  }
});

test('several mistakes are told together, in their order, and not without end', () => {
  const many = Array.from({ length: 100 }, (_, i) => `  a${i}: ssh-rsa AAAA`).join('\n');
  assert.throws(
    () => parse(`approvers:\n${many}\n`),
    ({ message }: Error) => {
      const lines = message.split('\n');
      assert.equal(lines.length, 21);
      assert.match(lines[0]!, /^a\.yaml:2:7: a0: /);
      assert.equal(lines.at(-1), 'a.yaml: and 80 more');
      return true;
    },
  );
});

test('what is too long, without end or no file is not read', async () => {
  const long = join(folder, 'long');
  writeFileSync(long, '');
  truncateSync(long, (1 << 20) + 1);
  await assert.rejects(loadApprovers(long), /is longer than 1048576 bytes/);
  for (const other of ['/dev/zero', folder]) {
    await assert.rejects(loadApprovers(other), { code: 'COFFERDAM_PERMIT', message: /is no regular file/ });
  }
});
