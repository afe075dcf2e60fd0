import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CaptureReader } from '../capture.ts';
import { memorySource } from '../capture-bytes.fixture.ts';
import { LinkType } from '../link-type.ts';
import type { Packet } from '../packet.ts';
import { beginning, statistics } from './blocks.ts';
import { packetBytes, writePacket } from './packet-block.ts';

test('what is written is read again: bytes, lengths, interfaces and times to the nanosecond', async () => {
  const source = new DataView(Uint8Array.from({ length: 100 }, (_, i) => i + 1).buffer);
  const times = [
    [0, 0],
    [1, 999_999_999],
    [1_795_871_150, 123_456_789],
    [0xffff_ffff, 999_999_999],
  ] as const;
  const view = new DataView(new ArrayBuffer(2000));
  const wanted: { bytes: number[]; wireLength: number; link: number }[] = [];
  const ticks: bigint[] = [];
  let at = 0;
  for (const [index, [seconds, nanoseconds]] of times.entries()) {
    const end = 7 + index + 4;
    const before = at;
    at = writePacket(view, at, index % 2, seconds, nanoseconds, source, 7, end, 1500);
    assert.equal(at - before, packetBytes(end - 7));
    wanted.push({
      bytes: Array.from({ length: end - 7 }, (_, i) => i + 8),
      wireLength: 1500,
      link: index % 2 === 0 ? LinkType.ethernet : LinkType.raw,
    });
    ticks.push(
      (BigInt(view.getUint32(before + 12, true)) << 32n) | BigInt(view.getUint32(before + 16, true)),
    );
  }
  assert.deepEqual(
    ticks,
    times.map(([seconds, nanoseconds]) => BigInt(seconds) * 1_000_000_000n + BigInt(nanoseconds)),
  );
  const file = Buffer.concat([
    beginning('test', 262_144, [
      { name: 'eth0', link: LinkType.ethernet },
      { name: 'tun0', link: LinkType.raw },
    ]),
    new Uint8Array(view.buffer, 0, at),
    statistics(0, Date.now(), 4, 1),
  ]);
  const found: typeof wanted = [];
  const frame = (packet: Packet) => {
    const bytes = Array.from({ length: packet.end - packet.at }, (_, i) =>
      packet.view.getUint8(packet.at + i),
    );
    found.push({ bytes, wireLength: packet.wireLength, link: packet.link });
  };
  await new CaptureReader().read(memorySource('test', file), { frame });
  assert.deepEqual(found, wanted);
});
