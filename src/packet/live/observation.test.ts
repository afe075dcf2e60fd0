import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bytesPerCall } from '../../../test/allocation.ts';
import { tcpFrame } from '../capture-bytes.fixture.ts';
import { decodeLayers } from '../layers.ts';
import { LinkType } from '../link-type.ts';
import { Packet } from '../packet.ts';
import { Observation } from './observation.ts';
import { writePacket } from './packet-block.ts';
import { PacketType } from './ring.ts';

test('to look at a packet and to record it allocates nothing', () => {
  const frame = tcpFrame({ payload: new Uint8Array(12) });
  const packet = new Packet();
  packet.view = new DataView(frame.buffer, frame.byteOffset, frame.length);
  packet.end = frame.length;
  packet.wireLength = frame.length;
  decodeLayers(packet);
  const where = { source: 0, status: 0, packetType: PacketType.others };
  const observation = new Observation(where, [{ name: 'eth1', link: LinkType.ethernet, mtu: 1500 }], 7);
  const to = new DataView(new ArrayBuffer(1000));
  const time = Float64Array.of(1000);
  const once = () => {
    time[0]! += 0.001;
    packet.time = time[0]!;
    observation.packet(packet);
    writePacket(to, 0, 0, 1_795_871_150, 999_999_999, packet.view, packet.at, packet.end, packet.wireLength);
  };
  const bytes = bytesPerCall(once, 200_000);
  assert.ok(bytes < 4, `${bytes} bytes a packet`);
  assert.ok(observation.seen.looked >= 1_000_000);
});
