import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, before, test } from 'node:test';
import { checkFloors } from './floors.ts';

/** A small house in which nothing is wrong. */
const SOUND: Record<string, string> = {
  'src/operation/verb.ts': 'export type Verb = number;',
  'src/protocol/protocol.ts': "export type { Verb } from '../operation/verb.ts';",
  'src/protocol/osi/tpkt.ts': 'export const TPKT = 3;',
  'src/protocol/one/one.ts':
    "import { TPKT } from '../osi/tpkt.ts';\nimport type { Verb } from '../protocol.ts';\nexport const one: Verb = TPKT;",
  'src/protocol/two/two.ts': 'export const two = 2;',
  'src/protocol/registry.ts':
    "import { one } from './one/one.ts';\nimport { two } from './two/two.ts';\nexport const all = [one, two];",
  'src/packet/flow.ts': 'export const flow = 1;',
  'src/packet/flow.test.ts':
    "import { all } from '../protocol/registry.ts';\nimport { flow } from './flow.ts';\nconsole.log(all, flow);",
  'src/cli/main.ts':
    "import { readFileSync } from 'node:fs';\nimport { flow } from '../packet/flow.ts';\nimport { all } from '../protocol/registry.ts';\nreadFileSync(String([flow, all]));",
};

let root: string;
before(async () => {
  root = await mkdtemp(join(tmpdir(), 'cofferdam-floors-'));
});
after(() => rm(root, { recursive: true }));

async function house(name: string, changes: Record<string, string>): Promise<string> {
  const folder = join(root, name);
  for (const [file, text] of Object.entries({ ...SOUND, ...changes })) {
    await mkdir(dirname(join(folder, file)), { recursive: true });
    await writeFile(join(folder, file), `${text}\n`);
  }
  return folder;
}

test('a sound house passes', async () => {
  assert.deepEqual(await checkFloors(await house('sound', {})), []);
});

const VIOLATIONS: { rule: string; names: string[]; changes: Record<string, string> }[] = [
  {
    rule: 'floor-of-operation',
    names: ['src/operation/verb.ts', 'src/packet/flow.ts'],
    changes: {
      'src/operation/verb.ts': "import { flow } from '../packet/flow.ts';\nexport type Verb = typeof flow;",
    },
  },
  {
    rule: 'floor-of-packet',
    names: ['src/packet/flow.ts', 'src/protocol/protocol.ts'],
    changes: {
      'src/packet/flow.ts':
        "import type { Verb } from '../protocol/protocol.ts';\nexport const flow: Verb = 1;",
    },
  },
  {
    rule: 'protocols-apart',
    names: ['src/protocol/one/one.ts', 'src/protocol/two/two.ts'],
    changes: { 'src/protocol/one/one.ts': "import { two } from '../two/two.ts';\nexport const one = two;" },
  },
  {
    rule: 'contract-before-protocols',
    names: ['src/protocol/protocol.ts', 'src/protocol/one/one.ts'],
    changes: {
      'src/protocol/protocol.ts': "import { one } from './one/one.ts';\nexport type Verb = typeof one;",
    },
  },
  {
    rule: 'registry-from-above',
    names: ['src/protocol/two/two.ts', 'src/protocol/registry.ts'],
    changes: {
      'src/protocol/two/two.ts': "export const two = async () => (await import('../registry.ts')).all;",
    },
  },
  {
    rule: 'no-ring',
    names: ['src/packet/flow.ts', 'src/packet/table.ts'],
    changes: {
      'src/packet/flow.ts': "import type { Table } from './table.ts';\nexport const flow: Table = [1];",
      'src/packet/table.ts': "import type { flow } from './flow.ts';\nexport type Table = (typeof flow)[];",
    },
  },
  {
    rule: 'tests-stay-outside',
    names: ['src/packet/flow.ts', 'test/sample.ts'],
    changes: {
      'src/packet/flow.ts': "export { flow } from '../../test/sample.ts';",
      'test/sample.ts': 'export const flow = 1;',
    },
  },
  {
    rule: 'not-found',
    names: ['src/packet/flow.ts', './nowhere.ts'],
    changes: { 'src/packet/flow.ts': "export { flow } from './nowhere.ts';" },
  },
  {
    rule: 'nobody-needs-it',
    names: ['src/packet/lonely.ts'],
    changes: {
      'src/packet/lonely.ts': 'export const lonely = 1;',
      'src/packet/lonely.test.ts': "import { lonely } from './lonely.ts';\nconsole.log(lonely);",
    },
  },
  {
    rule: 'room-without-floor',
    names: ['src/attic/box.ts'],
    changes: {
      'src/attic/box.ts': 'export const box = 1;',
      'src/cli/main.ts': `${SOUND['src/cli/main.ts']}\nimport { box } from '../attic/box.ts';\nconsole.log(box);`,
    },
  },
];

for (const { rule, names, changes } of VIOLATIONS) {
  test(`a planted violation of ${rule} is caught`, async () => {
    const found = await checkFloors(await house(rule, changes));
    const caught = found.filter(line => line.includes(`: ${rule}: `));
    assert.equal(caught.length > 0, true, `nothing of ${rule} in:\n${found.join('\n')}`);
    for (const name of names) assert.match(caught.join('\n'), new RegExp(name.replaceAll('.', '\\.')));
  });
}

test('a house in which nothing can be read is not called sound', async () => {
  const folder = join(root, 'empty');
  await mkdir(join(folder, 'src'), { recursive: true });
  await writeFile(join(folder, 'src/readme.txt'), '');
  assert.match((await checkFloors(folder)).join('\n'), /no imports read/);
});
