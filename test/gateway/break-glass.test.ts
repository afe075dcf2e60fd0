/**
 * Break-glass: a pair of approvers opens one conduit for a stated time; it closes by itself, and all of it is told.
 *
 * @module
 */

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { promisify } from 'node:util';
import { BreakGlass } from '../../src/gateway/break-glass.ts';
import { Side } from '../../src/operation/side.ts';
import type { InstalledOpening } from '../../src/program/opening-store.ts';
import * as modbus from '../../src/protocol/modbus/encode.ts';
import { Client, Controller, live } from './live-stand.ts';
import { permitStand } from './permit-stand.ts';
import { MAIN, Program } from './program.ts';
import { policyText, STRANGER, stand } from './stand.ts';

const { client, server } = Side;
const NOON = Date.UTC(2027, 5, 1, 12);
const to = (transaction: number) => ({ transaction, unit: 1 });
/** Denied by the policy of the stand. */
const denied = (transaction: number) => Buffer.from(modbus.writeRegister(to(transaction), 50, 1));
const refusal = (transaction: number) => Buffer.from(modbus.exceptionResponse(to(transaction), 6, 1));

const opening = {
  opening: {
    id: 'a'.repeat(64),
    from: ['hmi'],
    to: 'plc',
    protocol: 'modbus',
    notBefore: NOON,
    notAfter: NOON + 60_000,
    reason: 'the valve hangs',
    requester: 'operator-1',
  },
  approvals: [
    { name: 'shift-lead', keyId: '', form: 'ed25519' },
    { name: 'safety-lead', keyId: '', form: 'ed25519' },
  ],
  threshold: 2,
  absent: [],
  notes: [],
  refusal: undefined,
  unusable: undefined,
} as const satisfies InstalledOpening;

/** A session of `who` while the openings are those given. */
function session(
  who: string | undefined,
  installed: readonly InstalledOpening[],
  damaged: readonly string[] = [],
) {
  const time = { now: NOON - 1 };
  const told: string[] = [];
  const glass = new BreakGlass(
    () => ({ openings: installed, damaged }),
    {
      tell: (what, open) => told.push(`${what} ${open.passed}`),
      refused: ({ opening, why }) => told.push(`refused ${opening?.to ?? ''}: ${why}`),
    },
    () => time.now,
  );
  const it = stand({ glass, ...(who === undefined ? {} : { client: who }) });
  let transaction = 0;
  const passes = (message = denied(++transaction)): boolean => {
    it.say(client, message);
    it.recorder.take(client);
    const passed = it.recorder.take(server).equals(message);
    if (passed) it.say(server, message);
    it.recorder.take(client);
    return passed;
  };
  const at = (now: number): void => {
    time.now = now;
    glass.tick();
  };
  return { ...it, time, told, at, passes };
}

test('open from its first millisecond to its last, and not one more', () => {
  const { at, time, passes, told, recorder } = session(undefined, [opening]);
  at(NOON - 1);
  assert.equal(passes(), false);
  at(NOON);
  assert.ok(passes());
  time.now = NOON + 59_999;
  assert.ok(passes());
  time.now = NOON + 60_000;
  assert.equal(passes(), false, 'before anybody looked');
  at(NOON + 60_000);
  assert.deepEqual(told, ['begins 0', 'ends 2']);
  assert.deepEqual(recorder.verdicts, [
    '6 50 policy answered',
    '6 50 policy passed',
    '6 50 policy passed',
    '6 50 policy answered',
  ]);
});

test('what is malformed does not pass, and a stranger stays one', () => {
  const open = session(undefined, [opening]);
  open.at(NOON);
  assert.equal(open.passes(Buffer.from(modbus.message(to(1), [3, 0, 0, 0, 1, 0]))), false);
  const stranger = session(STRANGER, [opening]);
  stranger.at(NOON);
  assert.equal(stranger.passes(), false);
});

test('an opening that is not approved, or of another conduit, opens nothing', () => {
  const { opening: terms } = opening;
  const others: InstalledOpening[] = [
    { ...opening, unusable: { name: 'unsigned', message: 'no approver has signed' } },
    { ...opening, opening: { ...terms, to: 'plc-2' } },
    { ...opening, opening: { ...terms, from: ['eng'] } },
    { ...opening, opening: { ...terms, protocol: 's7comm' } },
  ];
  for (const other of others) {
    const { at, passes } = session(undefined, [other]);
    at(NOON);
    assert.equal(passes(), false);
  }
});

test('an opening that is refused is told once, whatever is wrong with it; one that was taken back is not', () => {
  const unusable = { name: 'unsigned', message: 'no approver has signed' } as const;
  const installed: InstalledOpening[] = [
    { ...opening, unusable },
    {
      ...opening,
      opening: { ...opening.opening, id: 'b'.repeat(64) },
      unusable: { name: 'revoked', message: 'it was revoked' },
    },
  ];
  const damaged: string[] = [];
  const { at, told } = session(undefined, installed, damaged);
  at(NOON - 1);
  at(NOON);
  damaged.push('x.json is no opening');
  at(NOON + 1);
  installed.pop();
  at(NOON + 2);
  assert.deepEqual(told, ['refused plc: no approver has signed', 'refused : x.json is no opening']);
  const late = session(undefined, [{ ...opening, unusable }]);
  late.at(NOON + 60_000);
  assert.deepEqual(late.told, [], 'its time is over');
});

test('one that is taken back closes at once', () => {
  const installed: InstalledOpening[] = [opening];
  const { at, passes, told } = session(undefined, installed);
  at(NOON);
  assert.ok(passes());
  installed[0] = { ...opening, unusable: { name: 'revoked', message: 'it was revoked' } };
  at(NOON + 1);
  assert.equal(passes(), false);
  assert.deepEqual(told, ['begins 0', 'ends 1']);
});

test('a live gateway closes by itself, and the session is refused again', async t => {
  const controller = await echo(t);
  const installed: InstalledOpening[] = [];
  const { port, told } = await live(
    t,
    { modbus: controller.port },
    { openings: () => ({ openings: installed, damaged: [] }) },
  );
  const station = new Client(port('modbus'));
  t.after(() => station.socket.destroy());
  const begun = Date.now();
  const window = { notBefore: begun, notAfter: begun + 1000 };
  installed.push({ ...opening, opening: { ...opening.opening, ...window } });
  await told(event => event.event === 'break-glass' && event.what === 'begins' && event.known);
  const open = Date.now() < begun + 900;
  station.socket.write(denied(1));
  // On a machine that took too long it is over already.
  if (open) assert.deepEqual(await station.read(12), denied(1));
  else await station.read(9);
  await told(event => event.event === 'break-glass' && event.what === 'ends');
  const finding = (kind: string) =>
    told(event => event.event === 'finding' && event.finding.kind === `program.break-glass-${kind}`);
  await finding('opened');
  await finding('closed');
  if (open) await finding('used');
  station.socket.write(denied(2));
  assert.deepEqual(await station.read(9), refusal(2));
});

const run = promisify(execFile);
const cofferdam = async (...args: string[]) =>
  await run(process.execPath, [MAIN, ...args]).catch((error: { stderr: string; stdout: string }) => error);

test('its whole life, from the request to the line that it is closed again', async t => {
  const { folder, approversFile, keyFile } = await permitStand(t);
  const controller = await echo(t);
  const policy = join(folder, 'policy.yaml');
  await writeFile(policy, policyText({ modbus: controller.port }));
  const options = ['--permits', folder, '--approvers', approversFile];
  const program = new Program(t, '--policy', policy, ...options);
  await program.line('permits of');
  const port = Number(/:(\d+) for plc modbus/.exec(await program.line('for plc modbus'))![1]);

  const file = join(folder, 'open.json');
  const asked = ['--from', 'hmi', '--to', 'plc', '--protocol', 'modbus', '--requester', 'engineer-1'];
  const { stdout } = await cofferdam(
    'break-glass',
    'request',
    ...asked,
    '--for',
    '30min',
    '--reason',
    'the valve hangs',
    '--out',
    file,
  );
  const install = () => cofferdam('break-glass', 'install', file, ...options);
  const sign = async (person: Parameters<typeof keyFile>[0]) =>
    await cofferdam(
      'break-glass',
      'sign',
      file,
      '--key',
      await keyFile(person),
      '--approvers',
      approversFile,
      '--yes',
    );
  await sign('shift-lead');
  assert.match((await install()).stderr, /signed only by shift-lead; one more approval is needed/);
  assert.match((await sign('engineer-1')).stderr, /engineer-1 has asked for this; the requester cannot/);
  await sign('controls-lead');

  const station = new Client(port);
  t.after(() => station.socket.destroy());
  station.socket.write(denied(1));
  assert.deepEqual(await station.read(9), refusal(1));
  assert.equal((await install()).stderr, '');
  assert.match(
    await program.line('BREAK-GLASS BEGINS'),
    /hmi → plc modbus: EVERYTHING PASSES until .*Z: the valve hangs \(asked for by engineer-1, approved by shift-lead, controls-lead\)/,
  );
  station.socket.write(denied(2));
  assert.deepEqual(await station.read(12), denied(2));
  assert.match(await program.line('ALERT'), /open by break-glass.*: the valve hangs/);
  assert.match(
    await program.line('break-glass-opened'),
    /FINDING, high hmi: hmi to plc, modbus is open until/,
  );
  assert.match(
    await program.line('break-glass-used'),
    /FINDING, high 127\.0\.1\.11: hmi to plc, modbus, open by break-glass, is used: modbus 1 {2}Write Single Register {2}holding 50 = 1/,
  );
  const id = /\b[0-9a-f]{64}\b/.exec(stdout)![0];
  const by = ['--permits', folder, '--by', 'shift-lead', '--reason', 'the valve moves'];
  assert.equal((await cofferdam('permit', 'revoke', id, ...by)).stderr, '');
  assert.match(await program.line('BREAK-GLASS ENDS'), /hmi → plc modbus: closed again, 1 operation passed/);
  assert.match(
    await program.line('break-glass-closed'),
    /1 operation passed because it was open: the valve hangs/,
  );
  await writeFile(join(folder, 'openings', 'forged.json'), '{}');
  assert.match(await program.line('break-glass-refused'), /forged\.json is no opening/);
  station.socket.write(denied(3));
  assert.deepEqual(await station.read(9), refusal(3), 'the session lives, and is refused again');
});

async function echo(t: TestContext): Promise<Controller> {
  const controller = new Controller((chunk, socket) => socket.write(chunk));
  await controller.listen();
  t.after(() => controller.close());
  return controller;
}
