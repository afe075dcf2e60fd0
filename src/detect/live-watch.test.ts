/**
 * The detectors on traffic that passes now: what they find is told when it begins, and whoever hands the traffic over is
 * neither held up nor broken.
 *
 * @module
 */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import type { Finding } from '../operation/finding.ts';
import { Operation, type Sink } from '../operation/operation.ts';
import { Side } from '../operation/side.ts';
import { plantWith } from '../policy/testing.ts';
import { ProcessLearner } from '../process/learner.ts';
import type { ProcessProfile } from '../process/profile.ts';
import { pressures } from '../process/testing.ts';
import { diagnostics, readRequest, registersResponse } from '../protocol/modbus/encode.ts';
import { modbus } from '../protocol/modbus/modbus.ts';
import { PROTOCOLS } from '../protocol/registry.ts';
import { Known } from './known.ts';
import { LiveWatch } from './live-watch.ts';
import { DEFAULT_TUNING, type Tuning } from './tuning.ts';

const TAGS = 'pressure: { at: plc modbus holding 4, type: uint16, scale: 0.1, unit: bar, range: [10, 60] }';
const policy = plantWith('allow: [{ read: anything }]', TAGS);

/** A client's session with the controller, whose operations go to a watch. */
function scene(
  options: { tuning?: Partial<Tuning>; detect?: boolean; operations?: number; profile?: ProcessProfile } = {},
) {
  const told: { finding: Finding; over: boolean }[] = [];
  const failures: string[] = [];
  const tuning = { ...DEFAULT_TUNING, ...options.tuning };
  const watch = new LiveWatch({
    protocols: PROTOCOLS,
    policy,
    profile: options.profile,
    detect: options.detect ? { tuning, known: new Known(tuning.learning) } : undefined,
    tell: (finding, over) => told.push({ finding, over }),
    failed: ({ message }) => failures.push(message),
    size: { operations: options.operations ?? 100, bytes: 4096 },
  });
  const conversation = modbus.open({ requests: 8, bytes: 4096 });
  const talk = {
    clientAddress: '10.0.0.1',
    serverAddress: '127.0.0.9',
    clientName: '10.0.0.1:40000',
    serverName: '127.0.0.9:502',
    serverHost: 'plc',
  };
  const op = new Operation();
  op.flow = 1;
  op.protocol = PROTOCOLS.indexOf(modbus);
  op.time = 1_800_000_000;
  const sink: Sink = { operation: each => watch.passed(each, talk) };
  /** A message that passes; its bytes are used for something else right afterwards. */
  const pass = (side: Side, message: Uint8Array) => {
    const bytes = Uint8Array.from(message);
    const view = new DataView(bytes.buffer);
    conversation.decode(side, view, 0, bytes.length, op, sink);
    conversation.follow(side, view, 0, bytes.length);
    bytes.fill(0xee);
  };
  const to = { transaction: 1, unit: 1 };
  return {
    watch,
    told,
    failures,
    op,
    kinds: () => told.map(({ finding, over }) => `${finding.kind}${over ? ` over ${finding.count}` : ''}`),
    read(value: number) {
      pass(Side.client, readRequest(to, 3, 4, 1));
      pass(Side.server, registersResponse(to, 3, [value]));
    },
    restart() {
      pass(Side.client, diagnostics(to, 1, [0]));
    },
  };
}

/** Until all that was handed over has been looked at. */
async function looked(): Promise<void> {
  for (let i = 0; i < 20; i++) await turn();
}

test('a reading outside its range is told, with who read it where, and not before it is looked at', async () => {
  const { read, told } = scene();
  read(300);
  read(601);
  assert.equal(told.length, 0, 'nothing is looked at on the way of the message');
  await looked();
  assert.equal(told.length, 1);
  const { kind, message, subject } = told[0]!.finding;
  assert.equal(kind, 'process.range');
  assert.equal(message, 'pressure, as hmi reads it, is 60.1 bar, outside 10 to 60');
  assert.deepEqual([subject.client, subject.server, subject.object], ['hmi', 'plc', 'pressure']);
});

test('without being asked nothing is said of operations; asked, a finding when it begins, and its count when it is over', async () => {
  const quiet = scene();
  quiet.restart();
  await looked();
  assert.deepEqual(quiet.told, []);

  const it = scene({ detect: true });
  for (let i = 0; i < 5; i++) it.restart();
  await looked();
  it.watch.tick(it.op.time);
  assert.deepEqual(it.kinds(), ['detect.restart']);
  it.watch.tick(it.op.time + 3601);
  assert.deepEqual(it.kinds(), ['detect.restart', 'detect.restart over 5']);
  it.op.time += 7200;
  it.restart();
  it.watch.finish();
  assert.deepEqual(it.kinds().slice(2), ['detect.restart'], 'the next is one of its own');
});

test('what the tuning file mutes is not told', async () => {
  const mute = { kind: 'detect.restart', reason: 'a test', until: '2999-01-01', line: 1 };
  const { restart, watch, told } = scene({ detect: true, tuning: { mutes: [mute] } });
  for (let i = 0; i < 3; i++) restart();
  await looked();
  watch.finish();
  assert.deepEqual(told, []);
});

test('what comes too fast is lost and counted; what waits is looked at all the same', async () => {
  const { read, watch, told } = scene({ operations: 10 });
  for (let i = 0; i < 50; i++) read(601);
  assert.equal(watch.lost(), 90);
  await looked();
  assert.equal(told.length, 1);
  read(300);
  assert.equal(watch.lost(), 0);
});

test('a detector that fails ends the watching and breaks nobody', async () => {
  const { read, watch, failures } = scene();
  watch.reload({ ...policy, hostsAt: () => assert.fail('a mistake of ours') } as unknown as typeof policy);
  read(601);
  await looked();
  assert.deepEqual(failures, ['a mistake of ours']);
  for (let i = 0; i < 500; i++) read(601);
  await looked();
  watch.tick(0);
  watch.finish();
  assert.equal(failures.length, 1);
  assert.equal(watch.lost(), 0);
});

test('another policy with the same tags keeps what is known, one with others begins anew', async () => {
  const { read, watch, told } = scene();
  read(601);
  await looked();
  watch.reload(plantWith('allow: [{ read: anything }, { write: pressure }]', TAGS));
  read(602);
  await looked();
  assert.equal(told.length, 1, 'the same episode');
  watch.reload(plantWith('allow: [{ read: anything }]', TAGS.replace('60]', '60.1]')));
  read(602);
  await looked();
  assert.equal(told.length, 2);
});

test('what an audit reads elsewhere is compared with what passes', async () => {
  const learner = new ProcessLearner([
    { name: 'pressure', unit: 'bar', at: { server: 'plc', protocol: 'modbus', station: '1' } },
  ]);
  for (const [i, value] of pressures(3, 4000).entries()) learner.observe('pressure', i, value, 'hmi');
  const told = async (audited: number): Promise<string[]> => {
    const it = scene({ profile: learner.learn() });
    for (let i = 0; i < 60; i++) {
      it.op.time++;
      it.read(500 + (i % 2));
      await looked();
      if (i % 10 === 9) {
        it.watch.heard({ tag: 'pressure', time: it.op.time + 0.5, value: audited, source: 'audit' });
      }
    }
    return it.told
      .filter(({ finding }) => finding.kind === 'process.disagreement')
      .map(({ finding }) => finding.message);
  };
  assert.deepEqual(await told(58), ['pressure, as audit reads it, is 58 bar here, and 50.1 to hmi']);
  assert.deepEqual(await told(50), []);
});
