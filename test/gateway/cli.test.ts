/**
 * `cofferdam gateway` as its user meets it.
 *
 * @module
 */

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import net from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import * as modbus from '../../src/protocol/modbus/encode.ts';
import { Client, Controller } from './live-stand.ts';
import { Program } from './program.ts';
import { policyText } from './stand.ts';

const to = (transaction: number) => ({ transaction, unit: 1 });
const write = (transaction: number) => Buffer.from(modbus.writeRegister(to(transaction), 50, 1));
const refusal = (transaction: number) => Buffer.from(modbus.exceptionResponse(to(transaction), 6, 1));

function policyFile(t: TestContext, text: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'cofferdam-gateway-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const file = join(folder, 'policy.yaml');
  writeFileSync(file, text);
  return file;
}

async function controllerOf(t: TestContext): Promise<Controller> {
  const controller = new Controller((chunk, socket) => socket.write(chunk));
  controller.server.on('connection', socket => socket.once('end', () => socket.end()));
  await controller.listen();
  t.after(() => controller.close());
  return controller;
}

function connect(t: TestContext, port: number): Client {
  const client = new Client(port);
  t.after(() => client.socket.destroy());
  return client;
}

test('runs, tells, reloads on SIGHUP, keeps the old policy if the new one is bad, and stops on SIGTERM', async t => {
  const controller = await controllerOf(t);
  const ports = { modbus: controller.port, s7comm: controller.port };
  const file = policyFile(t, policyText(ports));
  const program = new Program(t, '--policy', file);
  assert.match(await program.line('mode'), /ENFORCE/);
  const port = Number(/:(\d+) for plc modbus/.exec(await program.line('for plc modbus'))![1]);
  const client = connect(t, port);
  client.socket.write(write(1));
  assert.deepEqual(await client.read(9), refusal(1));
  assert.match(
    await program.line('DENY'),
    /DENY, answered 127\.0\.1\.11 → plc modbus 1: write holding 50 = 1/,
  );

  writeFileSync(file, policyText({ ...ports, writes: 'holding 50' }));
  program.process.kill('SIGHUP');
  await program.line('is in force');
  client.socket.write(write(2));
  assert.deepEqual(await client.read(12), write(2), 'the same session, under the new policy');

  writeFileSync(file, 'cofferdam: 2\n');
  program.process.kill('SIGHUP');
  await program.line('stays in force');
  client.socket.write(write(3));
  assert.deepEqual(await client.read(12), write(3));

  program.process.kill('SIGTERM');
  assert.equal((await client.rest()).length, 0);
  client.socket.end();
  assert.equal(await program.exit, 0);
  assert.match(program.lines.at(-1)!, /1 sessions.* 4 passed.* 1 denied/);
  assert.equal(program.errors, '');
});

test('--json prints one object a line, and monitor mode says that it refuses nothing', async t => {
  const controller = await controllerOf(t);
  const file = policyFile(t, policyText({ modbus: controller.port }));
  const program = new Program(t, '--policy', file, '--json', '--mode', 'monitor');
  const { port } = JSON.parse(await program.line('"listening"')) as { port: number };
  const client = connect(t, port);
  client.socket.write(write(1));
  assert.deepEqual(await client.read(12), write(1));
  const verdict = JSON.parse(await program.line('"verdict"')) as Record<string, unknown>;
  assert.equal(verdict.verdict, 'deny');
  assert.equal(verdict.fate, 'passed');
  assert.equal(verdict.mode, 'monitor');
  client.socket.end();
  program.process.kill('SIGINT');
  assert.equal(await program.exit, 0);
  for (const line of program.lines) JSON.parse(line);
  const last = JSON.parse(program.lines.at(-1)!) as { counts: { denied: number } };
  assert.equal(last.counts.denied, 1);

  const loud = new Program(t, '--policy', file, '--mode', 'monitor');
  assert.match(await loud.line('mode'), /NOTHING IS REFUSED/);
  loud.process.kill('SIGTERM');
  assert.equal(await loud.exit, 0);
});

test('a reader that has gone away does not end the protection', async t => {
  const controller = await controllerOf(t);
  const file = policyFile(t, policyText({ modbus: controller.port }));
  const program = new Program(t, '--policy', file);
  const port = Number(/:(\d+) for plc modbus/.exec(await program.line('for plc modbus'))![1]);
  program.process.stdout!.destroy();
  const client = connect(t, port);
  for (let i = 1; i <= 3; i++) {
    client.socket.write(write(i));
    assert.deepEqual(await client.read(9), refusal(i));
  }
  client.socket.end();
  program.process.kill('SIGTERM');
  assert.equal(await program.exit, 0);
});

test('a reader that does not read holds up nothing', async t => {
  const controller = await controllerOf(t);
  const file = policyFile(t, policyText({ modbus: controller.port }));
  const program = new Program(t, '--policy', file, '--all', '--json');
  const { port } = JSON.parse(await program.line('"listening"')) as { port: number };
  program.process.stdout!.pause();
  // Each is answered, whatever becomes of the lines: more than the pipe and the streams at its ends hold.
  for (let i = 0; i < 40; i++) {
    const client = connect(t, port);
    for (let k = 0; k < 50; k++) client.socket.write(write(k));
    assert.equal((await client.read(50 * 9)).length, 50 * 9);
    client.socket.resetAndDestroy();
  }
  program.process.stdout!.resume();
  program.process.kill('SIGTERM');
  assert.equal(await program.exit, 0);
});

test('what the user can mend is one line, and exit code 2', async t => {
  const file = policyFile(t, policyText());
  const taken = net.createServer().listen(0, '127.0.0.1');
  await once(taken, 'listening');
  t.after(() => taken.close());
  const { port } = taken.address() as net.AddressInfo;
  const cases: [string[], RegExp][] = [
    [[], /--policy FILE/],
    [['--policy', '/nowhere/policy.yaml'], /nowhere.*no such file/],
    [['--policy', file, '--mode', 'watch'], /enforce or monitor/],
    [['--policy', file, '--listen', 'plc/modbus=nonsense'], /plc-7\/modbus=127\.0\.0\.1:1502/],
    [['--policy', file, '--listen', 'pump/modbus=127.0.0.1:1502'], /there are: plc\/modbus, plc\/s7comm/],
    [
      ['--policy', file, '--listen', `plc/modbus=127.0.0.1:${port}`],
      new RegExp(`127\\.0\\.0\\.1:${port}.*in use`),
    ],
    [
      ['--policy', file, '--listen', 'plc/s7comm=192.0.2.1:1102'],
      /192\.0\.2\.1:1102: not an address of this/,
    ],
    [['--policy', policyFile(t, 'cofferdam: 1\nplant: x\n')], /listeners/],
  ];
  const programs = cases.map(([args]) => new Program(t, ...args));
  for (const [i, program] of programs.entries()) {
    assert.equal(await program.exit, 2, program.errors);
    assert.match(program.errors, cases[i]![1]);
    assert.equal(program.errors.trimEnd().split('\n').length, 1, program.errors);
    assert.deepEqual(program.lines, [], 'it listens nowhere, and says nowhere that it does');
  }
  const check = new Program(t, '--policy', file, '--check');
  assert.equal(await check.exit, 0);
  assert.match(check.lines.join(), /good; 2 listeners/);
  const old = policyFile(t, policyText().replace('review: 2099-01-01', 'review: 2001-01-01'));
  const overdue = new Program(t, '--policy', old, '--check');
  assert.equal(await overdue.exit, 0);
  assert.match(overdue.lines[0]!, /^NOTE .*policy\.yaml:\d+:\d+: .*2001-01-01/);
});
