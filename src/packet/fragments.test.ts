import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import fc from 'fast-check';
import { withoutPeer } from '../../test/peers.ts';
import {
  bytes,
  ethernet,
  ipv4,
  ipv6,
  pcap,
  tcpSegment,
  u16,
  u32,
  udpDatagram,
} from './capture-bytes.fixture.ts';
import { FRAGMENT_LIMITS, FRAGMENT_SECONDS } from './fragments.ts';
import { Packet, PacketKind } from './packet.ts';
import { type Share, WHOLE } from './share.ts';
import { Traffic } from './traffic.ts';

const PAYLOAD = Uint8Array.from({ length: 3000 }, (_, i) => (i * 31 + (i >> 8)) & 255);
const UDP = udpDatagram(PAYLOAD);

interface Datagram {
  readonly id?: number;
  readonly protocol?: number;
  readonly version?: 4 | 6;
  readonly source?: number;
}

/** A frame with the bytes `from..to` of `content`; by default the last fragment is the one that ends it. */
function piece(
  content: Uint8Array,
  from: number,
  to: number,
  datagram: Datagram = {},
  more?: boolean,
): Uint8Array {
  const { id = 7, protocol = 17, version = 4, source = 1 } = datagram;
  const follows = more ?? to < content.length;
  const part = content.subarray(from, to);
  if (version === 6) {
    const header = bytes([protocol, 0], u16(from | (follows ? 1 : 0)), u32(id));
    return ethernet(0x86dd, ipv6(44, bytes(header, part), source, 99));
  }
  const packet = ipv4(protocol, part, `10.0.0.${source}`, '10.0.9.9', (from >> 3) | (follows ? 0x2000 : 0));
  packet.set(u16(id), 4);
  return ethernet(0x0800, packet);
}

/** All of `content` in fragments of `size` bytes. */
function pieces(content: Uint8Array, size: number, datagram: Datagram = {}): Uint8Array[] {
  const all: Uint8Array[] = [];
  for (let at = 0; at < content.length; at += size) {
    all.push(piece(content, at, Math.min(content.length, at + size), datagram));
  }
  return all;
}

/** Takes frames, and writes down what they are and what comes out of them. */
class Rig {
  readonly kinds: string[] = [];
  readonly payloads: string[] = [];
  readonly traffic: Traffic;
  time = 1;

  constructor(share: Share = WHOLE) {
    const names = Object.fromEntries(Object.entries(PacketKind).map(([name, kind]) => [kind, name]));
    const look = (packet: Packet) => {
      this.kinds.push(names[packet.kind]!);
      if (packet.kind !== PacketKind.udp && packet.kind !== PacketKind.tcp) return;
      const { view, payloadAt, transportEnd } = packet;
      this.payloads.push(
        Buffer.from(view.buffer, view.byteOffset + payloadAt, transportEnd - payloadAt).toString('hex'),
      );
    };
    this.traffic = new Traffic({ segment: () => {} }, { packet: look }, share);
  }

  send(frames: readonly Uint8Array[], captured?: number): this {
    for (const frame of frames) {
      const packet = new Packet();
      packet.view = new DataView(frame.slice().buffer);
      packet.end = Math.min(frame.length, captured ?? frame.length);
      packet.wireLength = frame.length;
      packet.time = this.time;
      this.traffic.frame(packet);
    }
    return this;
  }

  get counts(): number[] {
    const { assembled, incomplete, overlapping, malformed } = this.traffic.fragments;
    return [assembled, incomplete, overlapping, malformed];
  }
}

const HEX = Buffer.from(PAYLOAD).toString('hex');

for (const version of [4, 6] as const) {
  test(`IPv${version}: any order and any copies give the datagram, once`, () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 200 }), fc.infiniteStream(fc.nat()), (units, random) => {
        const all = pieces(UDP, units * 8, { version });
        for (let i = all.length - 1; i > 0; i--) {
          const j = random.next().value % (i + 1);
          [all[i], all[j]] = [all[j]!, all[i]!];
        }
        // The mirror shows some of them twice, one behind the other.
        const rig = new Rig().send(
          all.flatMap(frame => (random.next().value % 3 === 0 ? [frame, frame] : [frame])),
        );
        rig.traffic.finish();
        assert.deepEqual(rig.payloads, [HEX]);
        assert.deepEqual(rig.counts, [1, 0, 0, 0]);
      }),
      { numRuns: 60 },
    );
  });

  test(`IPv${version}: datagrams of one pair at the same time stay apart`, () => {
    const other = udpDatagram(PAYLOAD.map(byte => byte ^ 255));
    const one = pieces(UDP, 1480, { version, id: 1 });
    const two = pieces(other, 1480, { version, id: 2 });
    const rig = new Rig().send(one.flatMap((frame, i) => [frame, two[i]!]));
    assert.equal(rig.payloads.length, 2);
    assert.deepEqual(rig.counts, [2, 0, 0, 0]);
  });

  test(`IPv${version}: fragments that disagree on the length give the datagram up, and the rest of it`, () => {
    const datagram = { version };
    const rig = new Rig().send([
      piece(UDP, 2000, 2008, datagram, false),
      piece(UDP, 2400, 2800, datagram),
      ...pieces(UDP, 1480, datagram),
    ]);
    assert.deepEqual(rig.payloads, []);
    assert.deepEqual(rig.counts, [0, 1, 0, 0]);
    // Another one is taken.
    rig.send(pieces(UDP, 1480, { version, id: 8 }));
    assert.deepEqual(rig.payloads, [HEX]);
  });

  test(`IPv${version}: what no datagram can have is counted`, () => {
    const rig = new Rig().send([
      piece(new Uint8Array(66_000), 65_528, 65_600, { version }),
      piece(UDP, 8, 8, { version }),
    ]);
    assert.deepEqual(rig.counts, [0, 0, 0, 2]);
  });

  test(`IPv${version}: one that is not whole in time is given up, as is what the capture cut`, () => {
    const [first, ...rest] = pieces(UDP, 1480, { version });
    const rig = new Rig().send([first!]);
    rig.time += FRAGMENT_SECONDS + 1;
    rig.send(rest);
    assert.deepEqual(rig.counts, [0, 1, 0, 0]);
    rig.send(pieces(UDP, 1480, { version, id: 8 }), 1000);
    rig.traffic.finish();
    assert.deepEqual(rig.payloads, []);
    assert.deepEqual(rig.counts, [0, 3, 0, 0]);
  });
}

/** A datagram whose middle comes twice, with other bytes the second time. */
function overlapped(version: 4 | 6): Uint8Array[] {
  const forged = UDP.map((byte, i) => (i >= 1008 ? byte ^ 0xff : byte));
  const [one, two, three] = [0, 1000, 2000].map(at =>
    piece(UDP, at, at === 2000 ? UDP.length : at + 1000, { version }),
  );
  return [one!, two!, piece(forged, 992, 1992, { version }), three!];
}

test('IPv4: where fragments overlap and differ, the bytes that came first count, and it is told', () => {
  const rig = new Rig().send(overlapped(4));
  assert.deepEqual(rig.payloads, [HEX]);
  assert.deepEqual(rig.counts, [1, 0, 1, 0]);
});

test('IPv6: a datagram whose fragments overlap is dropped (RFC 5722)', () => {
  const rig = new Rig().send(overlapped(6));
  assert.deepEqual(rig.payloads, []);
  assert.deepEqual(rig.counts, [0, 1, 1, 0]);
  // Also where they do not differ, as long as they are no copies.
  const same = new Rig().send([piece(UDP, 0, 1000, { version: 6 }), piece(UDP, 992, 2000, { version: 6 })]);
  assert.deepEqual(same.counts, [0, 1, 1, 0]);
});

test('IPv6: the first fragment tells the protocol, and parts of no whole units are not taken', () => {
  const odd = piece(UDP, 0, 1001, { version: 6 }, true);
  assert.deepEqual(new Rig().send([odd]).counts, [0, 0, 0, 1]);
  const later = piece(UDP, 1000, UDP.length, { version: 6, protocol: 6 });
  assert.deepEqual(new Rig().send([later, piece(UDP, 0, 1000, { version: 6 })]).kinds, [
    'fragment',
    'fragment',
    'udp',
  ]);
});

test('an identification that is used again is another datagram', () => {
  const rig = new Rig().send(pieces(UDP, 1480));
  rig.send(pieces(udpDatagram(PAYLOAD.map(byte => byte ^ 1)), 1480));
  assert.equal(rig.payloads.length, 2);
  rig.time += 1;
  rig.send(pieces(udpDatagram(PAYLOAD.map(byte => byte ^ 1)), 1480));
  assert.equal(rig.payloads.length, 3, 'the same once more, and no copy');
});

test('a flood takes no more than its share from others', () => {
  const [first, ...rest] = pieces(UDP, 1480, { source: 200 });
  const rig = new Rig().send([first!]);
  for (let id = 0; id < 5000; id++) rig.send([piece(UDP, 0, 8, { id, source: 2 })]);
  rig.send(rest);
  assert.deepEqual(rig.payloads, [HEX], 'one pair of hosts');
  assert.equal(rig.counts[1], 5000 - FRAGMENT_LIMITS.pair);
  // Many hosts take everything; then the oldest goes, and it is counted.
  const many = new Rig().send([first!]);
  for (let id = 0; id < 5000; id++) many.send([piece(UDP, 0, 8, { id, source: id % 199 })]);
  many.send(rest);
  assert.deepEqual(many.payloads, []);
  many.traffic.finish();
  assert.equal(many.counts[1], 5000 + 2);
});

test('what is in a tunnel whose packets are in fragments is found by whoever has the hosts within', () => {
  const inner = ethernet(
    0x0800,
    ipv4(6, tcpSegment({ payload: PAYLOAD.subarray(0, 1400) }), '192.168.7.1', '192.168.7.2'),
  );
  const header = [8, 0, 0, 0, 0, 0, 5, 0];
  const vxlan = bytes(u16(55555), u16(4789), u16(8 + 8 + inner.length), u16(0), header, inner);
  const frames = pieces(vxlan, 800);
  const whole = ethernet(0x0800, ipv4(17, vxlan, '10.0.0.1', '10.0.9.9'));
  const shares = Array.from({ length: 5 }, (_, index) => ({ index, count: 5, seed: 3 }));
  const found = shares.map(share => new Rig(share).send(frames).payloads.length);
  assert.deepEqual(
    found,
    shares.map(share => new Rig(share).send([whole]).payloads.length),
  );
  assert.equal(
    found.reduce((sum, n) => sum + n, 0),
    1,
  );
  // Fragments within fragments.
  const within = pieces(UDP, 1480, { source: 3 }).map(frame =>
    bytes(u16(5), u16(4789), u16(16 + frame.length), u16(0), header, frame),
  );
  const nested = new Rig().send(within.flatMap((content, id) => pieces(content, 720, { id })));
  assert.equal(nested.payloads.at(-1), HEX);
});

test('no fragments make it throw, or give more than came', () => {
  const fragment = fc.record({
    from: fc.nat(70).map(unit => unit * 8),
    length: fc.nat(40),
    more: fc.boolean(),
    id: fc.nat(3),
    version: fc.constantFrom(4, 6) as fc.Arbitrary<4 | 6>,
    byte: fc.nat(1),
    cut: fc.nat(90),
    wait: fc.nat(20),
  });
  fc.assert(
    fc.property(fc.array(fragment, { maxLength: 60 }), fragments => {
      const rig = new Rig();
      let sent = 0;
      for (const { from, length, more, id, version, byte, cut, wait } of fragments) {
        const content = new Uint8Array(from + length).fill(byte);
        rig.time += wait - 5;
        rig.send(
          [piece(content, from, from + length, { id, version, protocol: byte ? 17 : 6 }, more)],
          30 + cut,
        );
        sent++;
      }
      rig.traffic.finish();
      const [assembled, incomplete] = rig.counts;
      assert.ok(assembled! + incomplete! <= sent);
      // It still works.
      rig.send(pieces(UDP, 1480, { id: 77 }));
      assert.equal(rig.payloads.at(-1), HEX);
    }),
    { numRuns: 500 },
  );
});

test('tshark puts the same together', { skip: withoutPeer('tshark') }, () => {
  const folder = mkdtempSync(join(tmpdir(), 'cofferdam-'));
  try {
    const udp = (seed: number) => udpDatagram(PAYLOAD.map(byte => byte ^ seed));
    const reversed = pieces(udp(3), 400, { id: 3 }).reverse();
    const frames = [
      ...pieces(udp(1), 1480, { id: 1 }),
      ...pieces(udp(2), 1240, { id: 2, version: 6 }),
      ...reversed,
      ...pieces(udp(4), 8 * 50, { id: 4, version: 6 }).reverse(),
    ];
    const file = join(folder, 'fragments.pcap');
    writeFileSync(file, pcap(frames.map(frame => ({ frame }))));
    const said = execFileSync(
      'tshark',
      ['-n', '-r', file, '-Y', 'udp', '-T', 'fields', '-e', 'udp.payload'],
      {
        encoding: 'utf8',
        stdio: ['ignore', 'pipe', 'ignore'],
      },
    );
    assert.deepEqual(
      new Rig().send(frames).payloads,
      said
        .trimEnd()
        .split('\n')
        .map(hex => hex.replaceAll(':', '')),
    );
  } finally {
    rmSync(folder, { recursive: true });
  }
});
