import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { test } from 'node:test';

const MAIN = join(import.meta.dirname, 'main.ts');
/** Characters of a terminal's line, as most open. */
const WIDTH = 80;

function help(...args: string[]): string {
  const { status, stdout } = spawnSync(process.execPath, [MAIN, 'help', ...args], { encoding: 'utf8' });
  assert.equal(status, 0);
  return stdout;
}

test('the help of every command fits a terminal, and its summary is that of the list', async () => {
  const overview = help();
  const commands = Array.from(overview.matchAll(/^ {2}([a-z-]+) {2,}(.+)$/gm), ([, name, what]) => ({
    name: name!,
    what,
  }));
  assert.ok(commands.length >= 13);
  for (const text of [overview, ...commands.map(({ name }) => help(name))]) {
    assert.deepEqual(
      text.split('\n').filter(line => line.length > WIDTH),
      [],
    );
    assert.doesNotMatch(text, /[ \t]$/m);
  }
  for (const { name, what } of commands) {
    const module: Record<string, unknown> = await import(`./${name}.ts`);
    const summaries = Object.values(module).flatMap(value =>
      typeof value === 'object' && value !== null && 'summary' in value ? [value.summary] : [],
    );
    assert.deepEqual(summaries, [what]);
  }
});
