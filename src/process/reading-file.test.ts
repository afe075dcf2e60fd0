/** A file of readings: durable lines, bounded, and followed through crashes, rotation and nonsense. */

import assert from 'node:assert/strict';
import { appendFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import fc from 'fast-check';
import { ReadingTail, ReadingWriter } from './reading-file.ts';
import { formatReading, parseReading, type TagReading } from './reading-lines.ts';

let folder = '';
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'cofferdam-'));
});
after(() => rm(folder, { recursive: true }));

const reading = (value: number): TagReading => ({
  tag: 'pressure',
  time: 1000 + value,
  value,
  source: 'audit',
});

async function rest(tail: ReadingTail): Promise<number[]> {
  const values: number[] = [];
  await tail.more(({ value }) => values.push(value));
  return values;
}

test('what is appended is taken once, through a rotation, and from where the reader began', async () => {
  const path = join(folder, 'rotated');
  const length = formatReading(reading(1)).length;
  const writer = await ReadingWriter.open(path, 4 * length);
  const tail = await ReadingTail.open(path);
  await writer.append([reading(1), reading(2)]);
  assert.deepEqual(await rest(tail), [1, 2]);
  const late = await ReadingTail.open(path, true);
  await writer.append([reading(3), reading(4)]);
  assert.deepEqual(
    [await rest(tail), await rest(late)],
    [
      [3, 4],
      [3, 4],
    ],
  );
  await writer.append([reading(5)]);
  assert.deepEqual([await rest(tail), await rest(late)], [[5], [5]]);
  await writer.close();
  assert.equal((await readFile(`${path}.1`)).length, 4 * length);
  assert.equal((await readFile(path)).length, length);
});

test('a line that a crash cut costs that line only', async () => {
  const path = join(folder, 'cut');
  await writeFile(path, `${formatReading(reading(1))}{"time":10`);
  const tail = await ReadingTail.open(path);
  assert.deepEqual(await rest(tail), [1]);
  const writer = await ReadingWriter.open(path);
  await writer.append([reading(2)]);
  await writer.close();
  assert.deepEqual(await rest(tail), [2]);
  assert.equal(tail.unusable, 1);
});

test('a line that is not whole yet is taken when it is; a slice at a time gives the same', async () => {
  const path = join(folder, 'slices');
  const line = formatReading({ ...reading(1), tag: 'Drück' });
  await writeFile(path, line.slice(0, 20));
  const tail = await ReadingTail.open(path);
  assert.deepEqual(await rest(tail), []);
  await appendFile(path, line.slice(20) + formatReading(reading(2)));
  const values: string[] = [];
  while (await tail.more(({ tag }) => values.push(tag), 7));
  assert.deepEqual(values, ['Drück', 'pressure']);
  await assert.rejects(ReadingTail.open(folder), /is no regular file; name a file of readings/);
});

test('no line breaks anything, and what is read is what was written', () => {
  fc.assert(
    fc.property(fc.string(), line => {
      parseReading(line);
    }),
  );
  fc.assert(
    fc.property(fc.json(), line => {
      parseReading(line);
    }),
  );
  assert.deepEqual(parseReading(formatReading(reading(7)).trimEnd()), reading(7));
  for (const bad of [
    '{"time":1,"tag":"a\\u001b[2J","value":1,"source":"x"}',
    '{"time":1,"tag":"a","value":null,"source":"x"}',
    'null',
    '[]',
  ]) {
    assert.equal(parseReading(bad), undefined, bad);
  }
});
