/**
 * Somebody between a controller and its operator plays him recorded answers. What an audit reads of the controller itself
 * gives the lie away; on a day without one, the two agree. All of it through real sockets, in the hall's time.
 *
 * @module
 */

import assert from 'node:assert/strict';
import { connect, createServer, type Socket } from 'node:net';
import { test } from 'node:test';
import { readTags } from '../../audit/read-tags.ts';
import { ReadingsOf } from '../../detect/readings.ts';
import type { Finding } from '../../operation/finding.ts';
import type { Operation } from '../../operation/operation.ts';
import { Side } from '../../operation/side.ts';
import { MessageReader } from '../../plant/message-reader.ts';
import type { Endpoint } from '../../plant/protocol-client.ts';
import { Random } from '../../plant/random.ts';
import { ROTOR_HALL_HISTORY, rotorHallHistory } from '../../plant/rotor-hall/history.ts';
import { RotorHallNetwork } from '../../plant/rotor-hall/network.ts';
import { OperatorStation } from '../../plant/rotor-hall/operator-station.ts';
import { RotorHall } from '../../plant/rotor-hall/rotor-hall.ts';
import { DRIVE_TAGS, MONITOR, TAGS } from '../../plant/rotor-hall/tags.ts';
import { loadPolicy } from '../../policy/parse.ts';
import { ProcessLearner } from '../../process/learner.ts';
import { ProcessMonitor } from '../../process/process-monitor.ts';
import { s7comm } from '../../protocol/s7comm/s7comm.ts';
import { TAG_INFO } from './tag-info.ts';

const policy = await loadPolicy('policies/rotor-hall.yaml');
/** Seconds between two readings of the audit, and comparisons that a disagreement takes. */
const INTERVAL = 10;
const ROW = 5;
/** When the intruder begins to lie, and when he moves the drives meanwhile: within their band. */
const LIE = 60;
const MOVED = 1190;
const END = 200;

/** Passes on what operator and controller say; from `lying` on, answers are those of so many messages before. */
class Relay {
  lying = false;
  readonly #to: Endpoint;
  readonly #server = createServer(client => this.#pass(client));
  readonly #sockets = new Set<Socket>();
  readonly #recorded: Uint8Array[] = [];
  #at = 0;

  constructor(to: Endpoint) {
    this.#to = to;
  }

  async listen(address: string): Promise<Endpoint> {
    await new Promise<void>(resolve => this.#server.listen(0, address, resolve));
    return { address, port: (this.#server.address() as { port: number }).port };
  }

  close(): void {
    for (const socket of this.#sockets) socket.destroy();
    this.#server.close();
  }

  #pass(client: Socket): void {
    const server = connect({ host: this.#to.address, port: this.#to.port });
    for (const socket of [client, server]) this.#sockets.add(socket.on('error', () => {}));
    client.on('data', chunk => server.write(chunk));
    const reader = new MessageReader(s7comm, Side.server);
    server.on('data', (chunk: Buffer) => {
      reader.receive(chunk, (view, at, end) => {
        const message = new Uint8Array(view.buffer, view.byteOffset + at, end - at).slice();
        client.write(this.#told(message));
      });
    });
  }

  #told(message: Uint8Array): Uint8Array {
    // Polls have long answers; whatever else is said passes as it is.
    if (message.length < 100) return message;
    if (!this.lying) {
      this.#recorded.push(message);
      return message;
    }
    const old = this.#recorded[this.#at++ % this.#recorded.length]!.slice();
    // The PDU reference of the request: behind TPKT, COTP, protocol, kind and two bytes.
    old.set(message.subarray(11, 13), 11);
    return old;
  }
}

/** A day of the hall, and what comparing the audit's readings with the operator's finds. */
async function day(lies: boolean): Promise<{ findings: Finding[]; audits: number }> {
  const learner = new ProcessLearner(TAG_INFO);
  for (const { time, values } of rotorHallHistory({ seed: 77, seconds: 4000 })) {
    for (const [i, tag] of ROTOR_HALL_HISTORY.entries()) learner.observe(tag.name, time, values[i]!, 'hmi-1');
  }
  const findings: Finding[] = [];
  const monitor = new ProcessMonitor({
    tags: TAG_INFO,
    profile: learner.learn(),
    sink: finding => finding.kind === 'process.disagreement' && findings.push(finding),
  });
  const hall = new RotorHall({ seed: 5 });
  const network = new RotorHallNetwork(hall);
  const free = (address: string) => ({ address, port: 0 });
  const places = await network.listen({
    'plc-a': free('127.0.5.71'),
    'plc-b': free('127.0.5.72'),
    [MONITOR]: free('127.0.5.73'),
  });
  const relay = new Relay(places['plc-a']);
  const shown = { ...places, 'plc-a': await relay.listen('127.0.6.71') };
  const operator = new OperatorStation('127.0.4.71', shown, new Random(9));
  const tags = [...policy.tags.values()].filter(({ host }) => host.name === 'plc-a');
  const device = { name: 'plc-a', ...places['plc-a'], protocol: s7comm, station: tags[0]!.station };
  let audits = 0;
  const audit = async (time: number): Promise<void> => {
    const session = { clientAddress: 'audit', serverAddress: '', serverHost: 'plc-a' };
    const values = new ReadingsOf(
      policy,
      { session },
      {
        observe: (tag, _time, value, source) => monitor.observe(tag, time, value, source),
        command: () => {},
      },
    );
    const sink = {
      operation(op: Operation) {
        op.protocol = policy.protocols.indexOf(s7comm);
        values.operation(op);
      },
    };
    // The pace is that of the hall's time, not of the clock on the wall.
    const { value } = await readTags(
      device,
      tags.map(({ range }) => range),
      sink,
      { rate: 1e6 },
    );
    assert.deepEqual(value, []);
    audits++;
  };
  try {
    for (let time = 1; time <= END; time++) {
      hall.runUntil(time);
      if (lies && time === LIE) {
        relay.lying = true;
        for (const { setpoint } of DRIVE_TAGS.slice(0, 6)) hall.set(setpoint, MOVED);
      }
      await operator.round();
      for (const tag of TAGS) {
        if (tag.controller === 'plc-a') monitor.observe(tag.name, time, operator.reading(tag), 'hmi-1');
      }
      if (time % INTERVAL === 0) await audit(time + 0.5);
    }
    return { findings, audits };
  } finally {
    operator.close();
    relay.close();
    await network.close();
  }
}

test('what the operator is told and the controller does not hold is found at the fifth reading', async () => {
  const { findings } = await day(true);
  const frequency = findings.find(({ subject }) => subject.object === 'drive-1.frequency');
  assert.match(
    frequency?.message ?? 'none',
    /^drive-1\.frequency, as (audit|hmi-1) reads it, is 1[01]\d\d.* Hz here, and 1[01]\d\d.* to (audit|hmi-1)$/,
  );
  const first = Math.min(...findings.map(({ from }) => from));
  const last = Math.max(...findings.map(({ to }) => to));
  assert.ok(first > LIE, `nothing before: ${first}`);
  assert.ok(last <= LIE + ROW * INTERVAL + 2 * INTERVAL, `all in time: ${last}`);
  const drives = new Set(findings.map(({ subject }) => subject.object));
  // The operator sets drive 4 meanwhile, so that what he is told of it comes true.
  for (const { frequency, setpoint } of DRIVE_TAGS.slice(0, 3)) {
    assert.ok(drives.has(frequency.name) && drives.has(setpoint.name), frequency.name);
  }
});

test('on a day without a lie operator and audit agree', async () => {
  const { findings, audits } = await day(false);
  assert.deepEqual(findings, []);
  assert.equal(audits, END / INTERVAL);
});
