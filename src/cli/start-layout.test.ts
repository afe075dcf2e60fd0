import assert from 'node:assert/strict';
import test from 'node:test';
import { stripVTControlCharacters, styleText } from 'node:util';
import { cut, newest, wrap } from './start-layout.ts';

const stream = { stream: process.stdout, validateStream: false } as const;

test('a line that is cut keeps its colours', () => {
  const line = `seen ${styleText('green', 'held', stream)} ${styleText('red', 'far out', stream)}`;
  assert.equal(cut(line, 17), line);
  for (let columns = 1; columns < 17; columns++) {
    const short = cut(line, columns);
    assert.equal(stripVTControlCharacters(short), `${'seen held far out'.slice(0, columns - 1)}…`);
    assert.equal(short.split('\x1b').length, line.split('\x1b').length);
  }
});

test('text is broken between words, and nothing is lost', () => {
  const text = 'speed.setpoint = 2400 rpm is outside 1400..1575 rpm (rule line 62)';
  for (let columns = 1; columns < 80; columns++) {
    const lines = wrap(text, columns);
    assert.equal(lines.join(' '), text);
    assert.ok(lines.every(line => line.length <= columns || !line.includes(' ')));
  }
});

test('titles come before the details of older events, and the newest details before all', () => {
  const event = (n: number, details: number) => ({
    title: [`title ${n}`],
    details: Array.from({ length: details }, (_, i) => `detail ${n}.${i}`),
  });
  const blocks = [event(1, 1), event(2, 2), event(3, 1), event(4, 0)];
  assert.deepEqual(newest(blocks, 3), ['title 3', 'detail 3.0', 'title 4']);
  assert.deepEqual(newest(blocks, 5), ['title 1', 'title 2', 'title 3', 'detail 3.0', 'title 4']);
  assert.deepEqual(newest(blocks, 6), ['title 1', 'title 2', 'title 3', 'detail 3.0', 'title 4']);
  assert.equal(newest(blocks, 8).length, 8);
  assert.equal(newest(blocks, 100).length, 8);
  assert.deepEqual(newest([], 5), []);
  assert.deepEqual(newest(blocks, 0), []);
  assert.deepEqual(newest([event(1, 3)], 2), ['title 1'], 'a title where the details have no room');
});
