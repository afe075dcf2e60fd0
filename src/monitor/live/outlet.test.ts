import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { closeSync, constants, mkdtempSync, openSync, readSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { Outlet } from './outlet.ts';

test('lines for a reader who is slow are kept within a bound, and what is left out is counted and told', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'cofferdam-'));
  const pipe = join(folder, 'pipe');
  execFileSync('mkfifo', [pipe]);
  const reader = openSync(pipe, constants.O_RDWR | constants.O_NONBLOCK);
  const writer = openSync(pipe, constants.O_WRONLY);
  try {
    const outlet = new Outlet(writer, lines => `${lines} lost`, assert.fail);
    const piece = Buffer.from(`${'x'.repeat(99)}\n`.repeat(10_000));
    for (let i = 0; i < 40; i++) {
      Atomics.add(outlet.waiting, 0, piece.length);
      outlet.print(piece);
    }
    assert.ok(outlet.lost > 0 && outlet.lost % 10_000 === 0);
    assert.ok(outlet.waiting[0]! < 17e6);
    let done = false;
    const flushed = outlet.flush(30_000).then(() => {
      done = true;
    });
    const bytes = Buffer.alloc(1 << 16);
    let text = 0;
    let end = '';
    while (!done) {
      try {
        const length = readSync(reader, bytes, 0, bytes.length, null);
        text += length;
        end = (end + bytes.toString('latin1', 0, length)).slice(-20);
      } catch (error) {
        assert.equal((error as NodeJS.ErrnoException).code, 'EAGAIN');
      }
      await new Promise(setImmediate);
    }
    await flushed;
    for (;;) {
      try {
        const length = readSync(reader, bytes, 0, bytes.length, null);
        text += length;
        end = (end + bytes.toString('latin1', 0, length)).slice(-20);
      } catch {
        break;
      }
    }
    const notice = `${outlet.lost} lost\n`;
    assert.ok(end.endsWith(`\n${notice}`));
    assert.equal(text, (400_000 - outlet.lost) * 100 + notice.length);
    assert.equal(outlet.waiting[0], 0);
  } finally {
    closeSync(writer);
    closeSync(reader);
    rmSync(folder, { recursive: true });
  }
});

test('where there is no room for what is written, that is told, and nothing waits for it', async () => {
  const full = openSync('/dev/full', 'w');
  try {
    const { promise, resolve } = Promise.withResolvers<NodeJS.ErrnoException>();
    const outlet = new Outlet(full, String, resolve);
    outlet.line('first');
    assert.equal((await promise).code, 'ENOSPC');
    outlet.line('second');
    assert.equal(outlet.waiting[0], 0);
    assert.equal(outlet.lost, 1);
  } finally {
    closeSync(full);
  }
});
