import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { parseArgs } from './arguments.ts';

const OPTIONS = {
  requester: { type: 'string' },
  from: { type: 'string' },
  json: { type: 'boolean' },
} as const;

test('what fits is read as it is', () => {
  const { values, positionals } = parseArgs({
    args: ['--from', 'hmi-1', '--json', 'a', '-'],
    options: OPTIONS,
    allowPositionals: true,
  });
  assert.equal(values.from, 'hmi-1');
  assert.equal(values.json, true);
  assert.deepEqual(positionals, ['a', '-']);
});

test('what does not fit is told in one plain line', () => {
  const cases: [string[], string][] = [
    [['--requestor', 'engineer-1'], 'no option --requestor; did you mean --requester?'],
    [['--req=x'], 'no option --req; did you mean --requester?'],
    [['--colours'], 'no option --colours; there are: --requester, --from, --json'],
    [['-x'], 'no option -x; there are: --requester, --from, --json'],
    [['--json=yes'], '--json takes no value; write it alone'],
    [['--from'], '--from needs a value; write it behind: --from VALUE'],
    [
      ['--from', '--json'],
      '--from needs a value, and --json looks like an option; if it is meant: --from=--json',
    ],
    [['word'], "'word' is one word too many; an option in front of it may want two hyphens"],
  ];
  for (const [args, message] of cases) {
    assert.throws(() => parseArgs({ args, options: OPTIONS }), { code: 'COFFERDAM_USAGE', message }, args[0]);
  }
  assert.throws(() => parseArgs({ args: ['--x'], allowPositionals: true }), {
    message: 'no option --x; it takes no options',
  });
});

test('every command reads its words this way', () => {
  const files = readdirSync(import.meta.dirname).filter(name => /^[\w-]+\.ts$/.test(name));
  const others = files.filter(name =>
    /import \{[^}]*\bparseArgs\b[^}]*\} from 'node:util'/.test(
      readFileSync(join(import.meta.dirname, name), 'utf8'),
    ),
  );
  assert.deepEqual(others, ['arguments.ts']);
});
