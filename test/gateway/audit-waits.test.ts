/**
 * An audit, which is a program of its own, leaves a controller alone while a program is being loaded into it through the
 * gateway, which is another one.
 *
 * @module
 */

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { approvedFrom } from '../../src/audit/approved-program.ts';
import { writeProgram } from '../../src/audit/program-folder.ts';
import { readDevice } from '../../src/audit/read-device.ts';
import { driveProgram } from '../../src/plant/compressor/drive-program.ts';
import { connectS7 } from '../../src/plant/s7-client.ts';
import { S7Controller } from '../../src/plant/s7-controller.ts';
import { s7Server } from '../../src/plant/s7-server.ts';
import { readMarks } from '../../src/program/loading-marks.ts';
import { blockFile, requestDownload } from '../../src/protocol/s7comm/encode.ts';
import { s7comm } from '../../src/protocol/s7comm/s7comm.ts';
import { stationOf } from '../../src/protocol/s7comm/station.ts';
import { MAIN, Program } from './program.ts';
import { HMI, PLC, policyText } from './stand.ts';

const run = promisify(execFile);

test('an audit waits while a download passes the gateway, says so, and goes on when it is over', async t => {
  const folder = await mkdtemp(join(tmpdir(), 'cofferdam-waits-'));
  t.after(() => rm(folder, { recursive: true }));
  const identity = { order: '6ES7 315-2EH14-0AB0', station: 'S', module: 'CPU', serial: 'S 1' };
  const controller = new S7Controller({ ...identity, firmware: [3, 2, 6] }, driveProgram(), Date.now);
  const server = s7Server(controller);
  const port = await server.listen(PLC);
  t.after(() => server.close());
  const device = { name: 'plc', address: PLC, port, protocol: s7comm, station: stationOf(0, 2) };
  const { program, ended } = await readDevice(device, { rate: 100_000 });
  await writeProgram(join(folder, 'approved'), approvedFrom(device, program, ended));
  const policy = join(folder, 'policy.yaml');
  const rule = '      - write: DB1 0-9';
  await writeFile(policy, policyText({ s7comm: port }).replace(rule, `${rule}\n    download: allow`));
  const state = join(folder, 'state');
  await mkdir(state);
  const words = ['plc', '--policy', policy, '--approved', join(folder, 'approved'), '--state', state];
  /** `cofferdam audit`: its exit code, and what it prints. */
  const audit = async (...more: string[]) => {
    const args = [MAIN, 'audit', ...words, '--keep', join(folder, 'kept'), '--rate', '50', ...more];
    const { code = 0, stdout, stderr } = await run(process.execPath, args).catch(error => error);
    return { code, stdout, stderr };
  };

  const gateway = new Program(t, '--policy', policy, '--state', state);
  const listens = Number(/:(\d+) for plc s7comm/.exec(await gateway.line('for plc s7comm'))![1]);
  await gateway.line('mode');
  const station = await connectS7(HMI, { address: '127.0.0.1', port: listens });
  t.after(() => station.close());
  // It asks to load a block, and gives none.
  void station
    .request(requestDownload(station.nextReference(), blockFile('OB', 1), 300, 200))
    .catch(() => {});
  while ((await readMarks(state, device)).since === undefined) {
    await new Promise(resolve => setImmediate(resolve));
  }
  const during = await audit('--wait', '1s');
  assert.equal(during.code, 1);
  assert.match(
    during.stderr,
    /a program is being loaded into plc through the gateway, since .*; the audit waits, 1 s at most/,
  );
  assert.match(
    during.stdout,
    /audit\.not-done.*not read: a program is being loaded into plc through the gateway/,
  );

  gateway.process.kill('SIGTERM');
  assert.equal(await gateway.exit, 0);
  assert.deepEqual(await readdir(state), []);
  const after = await audit();
  assert.equal(after.code, 0, after.stdout + after.stderr);
  assert.match(after.stderr, /NOTE no gateway that uses .*state stands before plc just now/);
});
