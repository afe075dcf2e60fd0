/**
 * Recorded downloads of real stations into real controllers: their blocks are what tshark puts together; under a permit
 * for them the whole session passes the gateway unchanged, and with one bit changed the block does not; and they can be
 * loaded through a live gateway into a controller of ours.
 *
 * @module
 */

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { test } from 'node:test';
import { Current } from '../../src/monitor/current.ts';
import { Monitor } from '../../src/monitor/monitor.ts';
import { Side } from '../../src/operation/side.ts';
import { CaptureReader } from '../../src/packet/capture.ts';
import { openSource } from '../../src/packet/source.ts';
import { STREAM_LIMITS, type StreamSink, Streams } from '../../src/packet/streams.ts';
import { Traffic } from '../../src/packet/traffic.ts';
import { readBlock } from '../../src/plant/s7-block.ts';
import { Desk } from '../../src/program/desk.ts';
import { NOON, PermitsInMemory, permitFor } from '../../src/program/desk-testing.ts';
import { type ExtractedBlock, Extractor } from '../../src/program/extract.ts';
import { PROTOCOLS } from '../../src/protocol/registry.ts';
import { capturePath, withoutCapture } from '../captures.ts';
import { withoutPeer } from '../peers.ts';
import { S7COMM } from './conversations.ts';
import { programHall } from './program-hall.ts';
import { policyOf, policyText, stand } from './stand.ts';

const CAPTURES = [
  { file: 's7comm/s7comm-download-block.pcap', object: 'DB1', bytes: 500, opening: true },
  { file: 's7comm/s7comm-download-block-cut.pcap', object: 'DB1', bytes: 500, opening: true },
  { file: 's7comm/s7comm-download-ob1.pcap', object: 'OB1', bytes: 332, opening: false },
] as const;

/** All but downloads is allowed. */
const policy = policyOf(
  policyText().replace(
    '      - read: anything\n      - write: DB1 0-9',
    `      - read: anything
      - identify: anything
      - browse: anything
      - diagnose: anything
      - operate: anything
      - subscribe: anything
    download: permit`,
  ),
);

/** The blocks of a capture. */
async function extract(path: string): Promise<ExtractedBlock[]> {
  const blocks: ExtractedBlock[] = [];
  const current = new Current();
  const parties = () => ({ client: current.session.clientName, server: current.session.serverName });
  const sink = new Extractor(PROTOCOLS, parties, block => blocks.push(block));
  const monitor = new Monitor({ protocols: PROTOCOLS, sink, current });
  await new CaptureReader().read(await openSource(path), monitor.traffic);
  monitor.finish();
  sink.finish();
  return blocks;
}

interface Segment {
  readonly side: Side;
  readonly bytes: Uint8Array;
}

/** What both sides of the connection of the download sent, in order. */
async function dialogue(path: string): Promise<Segment[]> {
  const flows = new Map<number, Segment[]>();
  const sink: StreamSink = {
    data(flow, direction, view, at, end) {
      const bytes = new Uint8Array(view.buffer, view.byteOffset + at, end - at).slice();
      const side = streams.port(flow, direction) === 102 ? Side.server : Side.client;
      const serial = streams.serial(flow);
      flows.set(serial, [...(flows.get(serial) ?? []), { side, bytes }]);
    },
    held(flow, direction, view, at, end) {
      sink.data(flow, direction, view, at, end);
    },
    gap() {},
    closed() {},
  };
  const streams = new Streams(sink, 1, STREAM_LIMITS);
  await new CaptureReader().read(await openSource(path), new Traffic(streams));
  streams.finish();
  // An S7 message whose function is "request download".
  const found = [...flows.values()].find(segments => segments.some(({ bytes }) => bytes[17] === 0x1a));
  return found!;
}

for (const { file, object, bytes, opening } of CAPTURES) {
  const skip = withoutCapture(file);
  test(`${file}: the block is what tshark puts together`, {
    skip: skip || withoutPeer('tshark'),
  }, async () => {
    const [block, ...others] = await extract(capturePath(file));
    assert.deepEqual(others, []);
    assert.equal(block!.object, object);
    assert.equal(block!.problem, '');
    const filter = 's7comm.param.func == 0x1b && s7comm.header.rosctr == 3';
    const args = ['-r', capturePath(file), '-Y', filter, '-T', 'fields', '-e', 's7comm.resp.data'];
    const parts = execFileSync('tshark', args, { stdio: ['ignore', 'pipe', 'ignore'] }).toString();
    assert.equal(Buffer.from(block!.content).toString('hex'), parts.replace(/\s/g, ''));
    assert.equal(block!.content.length, bytes);
  });

  test(`${file}: passes unchanged under a permit, and with one bit changed does not`, { skip }, async () => {
    const [block] = await extract(capturePath(file));
    const segments = await dialogue(capturePath(file));
    for (const changed of [false, true]) {
      const permits = new PermitsInMemory();
      permits.install(permitFor({ [object]: block!.content }), [block!.content]);
      const desk = new Desk('plc', permits, () => NOON);
      const it = stand({ protocol: 's7comm', policy, desk });
      if (!opening) for (const [i, message] of S7COMM.opening.entries()) it.say(i % 2 === 0 ? 0 : 1, message);
      it.recorder.take(Side.client);
      it.recorder.take(Side.server);
      const came: Buffer[] = [];
      for (const segment of segments) {
        // The last byte of the block's first part.
        const first = Buffer.from(segment.bytes);
        const at = changed ? first.indexOf(block!.content.subarray(0, 50)) : -1;
        if (at >= 0) first[at + 221]! ^= 0x01;
        it.say(segment.side, first);
        await it.recorded();
        came.push(it.recorder.take(segment.side === Side.client ? Side.server : Side.client));
      }
      const whole = (side: Side) => Buffer.concat(segments.filter(s => s.side === side).map(s => s.bytes));
      const out = (side: Side) => Buffer.concat(came.filter((_, i) => segments[i]!.side === side));
      const { used } = permits.installed[0]!;
      if (changed) {
        assert.equal(out(Side.client).indexOf(block!.content.subarray(0, 50)), -1, 'no part of it went on');
        assert.ok(it.recorder.permissions.includes('other-content'));
        assert.equal(used.size, 0);
      } else {
        assert.deepEqual(out(Side.client), whole(Side.client));
        assert.deepEqual(out(Side.server), whole(Side.server));
        assert.deepEqual([...used], [[object, 1]]);
      }
    }
  });

  test(`${file}: its block is loaded through the gateway into a controller of ours`, { skip }, async t => {
    const [recorded] = await extract(capturePath(file));
    const block = readBlock(recorded!.content)!;
    const { load, put } = await programHall(t);
    assert.equal(await load(block), false, 'not without a permit');
    await put({}, { [object]: block.bytes }, ['shift-lead', 'controls-lead']);
    assert.ok(await load(block));
  });
}
