import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { zeek } from '../output/zeek/zeek.ts';
import { LogFolder } from './log-folder.ts';

test('a log that could not be ended is made whole when the next one begins, and no line is lost for it', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'cofferdam-'));
  try {
    const logs = new LogFolder({ format: zeek, folder, rotate: 86_400, failed: assert.fail });
    await logs.begin();
    const name = zeek.logs[1]!;
    // What a disk without room leaves: no foot, the current name, half a line.
    writeFileSync(join(folder, `${name}.log`), '#separator \\x09\nwhole\nhal');
    logs.text('new\n', 1);
    await logs.end();
    assert.equal(logs.lost, 0);
    const [old, latest, ...more] = readdirSync(folder)
      .map(file => readFileSync(join(folder, file), 'utf8'))
      .sort((a, b) => Number(a.includes('new')) - Number(b.includes('new')));
    assert.deepEqual(more, []);
    assert.match(old!, /^#separator \\x09\nwhole\n#close\t[-\d]+\n$/);
    assert.match(latest!, /^#separator[\s\S]*\nnew\n#close\t[-\d]+\n$/);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
