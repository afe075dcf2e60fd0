/**
 * `cofferdam gateway` tells what it sees in what passes it.
 *
 * @module
 */

import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { userMessage } from '../../src/cli/command.ts';
import { gateway } from '../../src/cli/gateway.ts';
import * as modbus from '../../src/protocol/modbus/encode.ts';
import { Client, Controller } from './live-stand.ts';
import { Program } from './program.ts';
import { policyText } from './stand.ts';

const TAGS = `tags:
  pressure: { at: plc modbus holding 4, type: uint16, scale: 0.1, unit: bar, range: [10, 60] }
conduits:`;

test('a reading outside its range, and a restart, are findings in line; the session is not touched', async t => {
  const folder = mkdtempSync(join(tmpdir(), 'cofferdam-watch-'));
  t.after(() => rmSync(folder, { recursive: true }));
  // It answers reads with 60.1 bar, and anything else with itself.
  const controller = new Controller((chunk, socket) => {
    const to = { transaction: chunk.readUInt16BE(0), unit: 1 };
    socket.write(chunk[7] === 3 ? modbus.registersResponse(to, 3, [601]) : chunk);
  });
  await controller.listen();
  t.after(() => controller.close());
  const policy = join(folder, 'policy.yaml');
  const text = policyText({ modbus: controller.port }).replace('conduits:', TAGS);
  writeFileSync(
    policy,
    text.replace('      - read: anything', '      - read: anything\n      - restart: anything'),
  );
  const program = new Program(t, '--policy', policy, '--json', '--detect');
  const watching = JSON.parse(await program.line('"watching"'));
  assert.deepEqual([watching.tags, watching.ranges, watching.detect], [1, 1, true]);
  const { port } = JSON.parse(await program.line('"listening"'));
  const client = new Client(port);
  t.after(() => client.socket.destroy());
  client.socket.write(modbus.readRequest({ transaction: 1, unit: 1 }, 3, 4, 1));
  assert.equal((await client.read(11)).readUInt16BE(9), 601);
  const { finding } = JSON.parse(await program.line('process.range'));
  assert.equal(finding.message, 'pressure, as hmi reads it, is 60.1 bar, outside 10 to 60');
  const restart = Buffer.from(modbus.diagnostics({ transaction: 2, unit: 1 }, 1, [0]));
  for (let i = 0; i < 3; i++) {
    client.socket.write(restart);
    assert.deepEqual(await client.read(12), restart);
  }
  assert.equal(JSON.parse(await program.line('detect.restart')).finding.count, 1);
  program.process.kill('SIGTERM');
  client.socket.end();
  assert.equal(await program.exit, 0);
  const over = program.lines.map(line => JSON.parse(line)).find(event => event.over === true);
  assert.deepEqual([over.finding.kind, over.finding.count], ['detect.restart', 3]);
});

test('what is to be watched with must be there, and fit together', async t => {
  const folder = mkdtempSync(join(tmpdir(), 'cofferdam-watch-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const policy = join(folder, 'policy.yaml');
  writeFileSync(policy, policyText());
  const mistakes = [
    [['--profile', policy], /policy\.yaml: is no JSON, so no profile/],
    [['--baseline', join(folder, 'none.json')], /none\.json: no such file/],
    [['--tuning', join(folder, 'none.yaml')], /none\.yaml: no such file/],
    [['--no-watch', '--detect'], /--no-watch looks at nothing; leave out/],
    [
      ['--readings', join(folder, 'r.ndjson')],
      /--readings are compared by what was learned .*; add --profile FILE/,
    ],
    [['--state', join(folder, 'none')], /none: no such folder; make it, or check the name/],
  ] as const;
  for (const [words, error] of mistakes) {
    await assert.rejects(gateway.run(['--policy', policy, ...words]), thrown =>
      error.test(userMessage(thrown) ?? ''),
    );
  }
});
