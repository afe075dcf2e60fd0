/**
 * The rotor hall, as whoever cloned the repository runs it: child processes, their exit codes and what they print.
 */

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import test from 'node:test';
import { fileURLToPath } from 'node:url';
import type { HallOutcome } from '../../src/drill/rotor-hall/hall-exercise.ts';
import { DRIVE_TAGS } from '../../src/plant/rotor-hall/tags.ts';
import { connectS7, readTags } from '../../src/plant/s7-client.ts';

const MAIN = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url));

function start(args: readonly string[]) {
  const child = spawn(process.execPath, [MAIN, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  const text = { out: '', err: '' };
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    text.out += chunk;
  });
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => {
    text.err += chunk;
  });
  return { child, text, done: once(child, 'close') };
}

async function run(...args: string[]): Promise<{ code: number; out: string; err: string }> {
  const { text, done } = start(args);
  const [code] = (await done) as [number];
  return { code, ...text };
}

test('start --plant rotor-hall serves clients behind the gateway until it is told to stop', async t => {
  const { child, text, done } = start(['start', '--plant', 'rotor-hall', '--seed', '3', '--speed', '20']);
  t.after(() => child.kill('SIGKILL'));
  while (!/plc-b: every block/.test(text.out)) await once(child.stdout, 'data');
  const port = Number(/plc-b at 127\.0\.6\.2:(\d+)/.exec(text.out)![1]);
  const client = await connectS7('127.0.4.11', { address: '127.0.6.2', port });
  const answer = await readTags([DRIVE_TAGS[6]!.frequency])(client);
  client.close();
  assert.ok(Math.abs(Number(answer.items[0]!.values[0]) - 1064) < 5);
  child.kill('SIGTERM');
  assert.deepEqual(await done, [0, null]);
  assert.equal(text.err, '');
});

test('drill tells the course in lines, or the outcome as JSON; 1 where a defence did not keep the rotors', async () => {
  const [lines, json] = await Promise.all([
    run('drill', 'rotor-hall', '--defences', 'limits', '--seed', '2'),
    run('drill', 'rotor-hall', '--defences', 'limits', '--seed', '2', '--json'),
  ]);
  assert.equal(lines.code, 0, lines.err);
  assert.match(lines.out, /^ 10:10 {2}intruder {2}eng-1 → plc-a: download .*: done$/m);
  assert.match(lines.out, /^rotors {7}0 of 12 wrecked/m);
  const outcome = JSON.parse(json.out) as HallOutcome;
  assert.equal(outcome.wrecked, 0);
  assert.deepEqual(outcome.defences, ['limits']);
});

test('the programs as listings, and quiet readings as CSV', async () => {
  const listing = await run('drill', 'rotor-hall', '--program');
  assert.equal(listing.code, 0, listing.err);
  assert.match(listing.out, /^FC1865$/m);
  assert.doesNotMatch(listing.out, /\?\?/);
  const readings = await run('readings', 'rotor-hall', '--hours', '0.01', '--seed', '5');
  const [head, ...rows] = readings.out.trimEnd().split('\n');
  assert.match(head!, /^time,drive-1\.setpoint,drive-1\.frequency,/);
  assert.equal(rows.length, 36);
  for (const row of rows) assert.equal(row.split(',').length, head!.split(',').length);
});

test('what cannot be is said in a line, with exit code 2', async () => {
  for (const [args, message] of [
    [['drill'], /name the plant/],
    [['drill', 'compressor'], /name the plant/],
    [['drill', 'rotor-hall', '--defences', 'luck'], /--defences has 'luck'/],
    [['drill', 'rotor-hall', '--table', '--quiet'], /leave --quiet out/],
    [['drill', 'rotor-hall', '--policy', '/nowhere'], /\/nowhere: no such file/],
    [['start', '--plant', 'rotor-hall', '--once'], /--once is for the compressor/],
    [['start', '--plant', 'mill'], /--plant is 'mill'/],
    [['readings', 'mill'], /name one plant/],
    [['readings', 'compressor', '--hours', '0'], /--hours is '0'/],
  ] as const) {
    const { code, err } = await run(...args);
    assert.equal(code, 2, args.join(' '));
    assert.match(err, message);
  }
});
