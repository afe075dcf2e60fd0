import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { CaptureReader } from '../packet/capture.ts';
import {
  bytes,
  ethernet,
  ipv4,
  memorySource,
  pcap,
  type Record,
  u16,
} from '../packet/capture-bytes.fixture.ts';
import { decodeLayers } from '../packet/layers.ts';
import type { Packet } from '../packet/packet.ts';
import type { Share } from '../packet/share.ts';
import { PROTOCOLS } from '../protocol/registry.ts';
import { Inspection } from './inspection.ts';
import { plantCapture } from './plant-capture.fixture.ts';
import { mergeSummaries, type Summary } from './summary.ts';

/** A TCP segment of the plant's capture: its bytes from IPv4 on, and where its payload begins in them. */
interface Segment {
  readonly packet: Uint8Array;
  readonly payloadAt: number;
}

async function segments(): Promise<Segment[]> {
  const found: Segment[] = [];
  const sink = {
    frame(packet: Packet) {
      decodeLayers(packet);
      const { view, networkAt, end, payloadAt } = packet;
      found.push({
        packet: new Uint8Array(view.buffer, networkAt, end - networkAt).slice(),
        payloadAt: payloadAt - networkAt,
      });
    },
  };
  await new CaptureReader().read(memorySource('plant', plantCapture(4, 10)), sink);
  return found;
}

/** The part `from..to` of a segment's payload as a segment of its own. */
function part({ packet, payloadAt }: Segment, from: number, to: number): Uint8Array {
  const piece = bytes(packet.subarray(0, payloadAt), packet.subarray(payloadAt + from, payloadAt + to));
  const view = new DataView(piece.buffer);
  view.setUint16(2, piece.length);
  view.setUint32(24, view.getUint32(24) + from);
  return piece;
}

/** The same packet in two fragments. */
function fragments(packet: Uint8Array, id: number): Uint8Array[] {
  const payload = packet.subarray(20);
  const [source, destination] = [12, 16].map(at => packet.subarray(at, at + 4).join('.'));
  return [
    [0, 24],
    [24, payload.length],
  ].map(([from, to]) => {
    const more = to! < payload.length ? 0x2000 : 0;
    const fragment = ipv4(6, payload.subarray(from, to), source, destination, (from! >> 3) | more);
    fragment.set(u16(id), 4);
    return fragment;
  });
}

async function summaryOf(capture: Uint8Array, share?: Share): Promise<Summary> {
  const inspection = new Inspection({
    protocols: PROTOCOLS,
    digest: true,
    ...(share === undefined ? {} : { share }),
  });
  await inspection.read(memorySource('capture', capture));
  return inspection.finish();
}

/** Frames of the plant's segments, cut, repeated, in fragments and out of order within each. */
function disturb(all: readonly Segment[], random: () => number): Uint8Array[] {
  const frames: Uint8Array[] = [];
  let opened = 0;
  for (const [id, segment] of all.entries()) {
    const length = segment.packet.length - segment.payloadAt;
    const pieces = length === 0 ? [segment.packet] : [];
    for (let at = 0; at < length; ) {
      const size = Math.min(length - at, 1 + (random() % 12));
      pieces.push(part(segment, at, at + size));
      at += size;
    }
    for (const piece of [...pieces]) if (random() % 4 === 0) pieces.push(piece);
    for (let i = pieces.length - 1; i > 0; i--) {
      const j = random() % (i + 1);
      [pieces[i], pieces[j]] = [pieces[j]!, pieces[i]!];
    }
    for (const [i, piece] of pieces.entries()) {
      const several = piece.length > 44 && random() % 3 === 0 ? fragments(piece, id * 64 + i) : [piece];
      frames.push(...several.map(packet => ethernet(0x0800, packet)));
    }
    // One that came long before; not of a handshake, with which a new connection would begin.
    if (length === 0) opened = frames.length;
    else if (random() % 8 === 0) frames.push(frames[opened + (random() % (frames.length - opened))]!);
  }
  return frames;
}

test('however segments are cut, repeated, fragmented and ordered, the operations are the same', async () => {
  const all = await segments();
  const clean = await summaryOf(plantCapture(4, 10));
  await fc.assert(
    fc.asyncProperty(fc.infiniteStream(fc.nat()), async random => {
      const frames = disturb(all, () => random.next().value);
      const records: Record[] = frames.map((frame, i) => ({ seconds: 1000, fraction: i, frame }));
      const { digest, protocols, streams, fragments } = await summaryOf(pcap(records));
      assert.equal(digest, clean.digest);
      assert.deepEqual(protocols[0]!.anomalies, clean.protocols[0]!.anomalies);
      assert.equal(streams.gaps, 0);
      assert.equal(fragments.incomplete, 0);
    }),
    { numRuns: 40 },
  );
});

test('whatever the clock does, workers give what one reading gives', async () => {
  const all = await segments();
  await fc.assert(
    fc.asyncProperty(fc.infiniteStream(fc.nat()), async random => {
      const frames = disturb(all, () => random.next().value).filter(() => random.next().value % 20 > 0);
      // Backwards, by years, and at the beginning of all time.
      const time = () => [0, 1, 1000, 2 ** 32 - 1, random.next().value % 2000][random.next().value % 5]!;
      const capture = pcap(frames.map(frame => ({ seconds: time(), frame })));
      const alone = await summaryOf(capture);
      const shares = [0, 1, 2].map(index => ({ index, count: 3, seed: 99 }));
      const parts = await Promise.all(shares.map(share => summaryOf(capture, share)));
      assert.deepEqual(mergeSummaries(parts), alone);
    }),
    { numRuns: 15 },
  );
});
