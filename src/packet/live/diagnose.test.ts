import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bytes, ethernet, ipv4, tcpFrame, tcpSegment, u16 } from '../capture-bytes.fixture.ts';
import { LinkType } from '../link-type.ts';
import { Packet } from '../packet.ts';
import { Traffic } from '../traffic.ts';
import { diagnose, type Figures } from './diagnose.ts';
import { Observation } from './observation.ts';
import { PacketType, Status } from './ring.ts';

interface Given {
  readonly frame: Uint8Array;
  readonly time?: number;
  readonly wireLength?: number;
  readonly packetType?: number;
  readonly status?: number;
}

/** Names of what is noticed of these packets. */
function noticed(given: readonly Given[], more: Partial<Figures> = {}): string[] {
  const where = { source: 0, status: 0, packetType: PacketType.others as number };
  const observation = new Observation(where, [{ name: 'eth1', link: LinkType.ethernet, mtu: 1500 }], 7);
  const traffic = new Traffic({ segment: () => {} }, observation);
  const packet = new Packet();
  given.forEach(({ frame, time, wireLength, packetType, status }, index) => {
    where.status = status ?? Status.checksumGood;
    where.packetType = packetType ?? PacketType.others;
    packet.view = new DataView(frame.buffer, frame.byteOffset, frame.length);
    packet.at = 0;
    packet.end = frame.length;
    packet.wireLength = wireLength ?? frame.length;
    packet.time = time ?? 1000 + index / 1000;
    traffic.frame(packet);
  });
  const sources = [{ name: 'eth1', packets: given.length }];
  const figures = { ...observation.seen, dropped: 0, lost: 0, waiting: 0, sources, sessions: 1, seconds: 60 };
  return diagnose({ ...figures, ...more }).map(({ notice }) => notice);
}

/** Segments of `connections` connections; `sides` 1 has the requests alone. */
function talk(connections: number, sides: 1 | 2, count = 20): Uint8Array[] {
  return Array.from({ length: connections * count }, (_, n) => {
    const connection = n % connections;
    const back = sides === 2 && Math.floor(n / connections) % 2 === 1;
    const hosts = [`10.0.0.${connection}`, '10.0.1.1'];
    const ports = [40_000 + connection, 502];
    return tcpFrame({
      source: hosts[back ? 1 : 0]!,
      destination: hosts[back ? 0 : 1]!,
      sourcePort: ports[back ? 1 : 0]!,
      destinationPort: ports[back ? 0 : 1]!,
      sequence: n * 12,
      payload: new Uint8Array(12),
    });
  });
}

const of = (frames: readonly Uint8Array[], more: Omit<Given, 'frame'> = {}) =>
  frames.map(frame => ({ frame, ...more }));
const two = talk(5, 2);
/** The checksum of `tcpSegment({})` between the fixture's hosts, as tshark computes it. */
const RIGHT = 0xdd9a;

function summed(checksum: number): Uint8Array {
  const segment = tcpSegment({});
  segment.set(u16(checksum), 16);
  return ethernet(0x0800, ipv4(6, segment));
}

test('a good mirror gives no reason to say anything', () => {
  assert.deepEqual(noticed(of(two)), []);
});

test('each trouble is told by its name', () => {
  const cases: [string, string[]][] = [
    ['silent eth1', noticed([])],
    ['one-sided', noticed(of(talk(5, 1)))],
    ['no mirror', noticed(of(two, { packetType: PacketType.broadcast }))],
    [
      'copies',
      noticed(
        two.flatMap((frame, n) => [
          { frame, time: n },
          { frame, time: n + 0.001 },
        ]),
      ),
    ],
    [
      'checksum offload',
      noticed([...of(two), ...of(two, { packetType: PacketType.outgoing, status: 8, time: 2000 })]),
    ],
    ['checksums', noticed(of(two, { status: 0 }))],
    ['cut', noticed(of(two, { wireLength: 1400 }))],
    [
      'oversize',
      noticed(of([...two, ethernet(0x0800, ipv4(6, tcpSegment({ payload: new Uint8Array(4000) })))])),
    ],
    [
      'vlan',
      noticed(of(two.map(frame => bytes(frame.subarray(0, 12), [0x81, 0, 0, 5], frame.subarray(12))))),
    ],
    [
      'tunnel',
      noticed(of(two.map(frame => ethernet(0x0800, ipv4(47, bytes([0, 0, 8, 0], frame.subarray(14))))))),
    ],
    ['clock', noticed([...of(two), { frame: summed(RIGHT), time: 500 }])],
    ['drops', noticed(of(two), { dropped: 1 })],
    ['lost', noticed(of(two), { lost: 1 })],
    ['no protocol', noticed(of(talk(5, 2, 400)), { sessions: 0 })],
  ];
  for (const [notice, found] of cases) assert.deepEqual(found, [notice]);
});

test('checksums are computed where nobody vouches for them', () => {
  const frames = (checksum: number) => of(Array(30).fill(summed(checksum)), { status: 0 });
  assert.deepEqual(noticed(frames(RIGHT)), []);
  assert.deepEqual(noticed(frames(RIGHT ^ 1)), ['checksums']);
});
