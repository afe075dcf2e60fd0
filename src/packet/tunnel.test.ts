import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import fc from 'fast-check';
import { withoutPeer } from '../../test/peers.ts';
import { formatAddress } from './address.ts';
import { bytes, ethernet, ipv4, ipv6, pcap, tcpSegment, u16, u32 } from './capture-bytes.fixture.ts';
import { decodeLayers } from './layers.ts';
import { Packet, PacketKind } from './packet.ts';

const TCP = tcpSegment({
  sourcePort: 1000,
  destinationPort: 20000,
  payload: bytes([0xca, 0xfe, 0xba, 0xbe]),
});
const INNER4 = ipv4(6, TCP, '192.168.7.1', '192.168.7.2');
const INNER6 = ipv6(6, TCP, 7, 8);
const FRAME = ethernet(0x0800, INNER4);
const TAGGED = ethernet(0x8100, bytes([0, 7], u16(0x0800), INNER4));

const outer = (protocol: number, payload: Uint8Array) => ethernet(0x0800, ipv4(protocol, payload));
const gre = (flags: number, type: number, ...rest: ArrayLike<number>[]) =>
  outer(47, bytes(u16(flags), u16(type), ...rest));
const label = (last: boolean) => [0, 0x01, last ? 0x41 : 0x40, 64];
const vxlan = (inner: Uint8Array) => {
  const content = bytes([8, 0, 0, 0, 0, 0, 5, 0], inner);
  return bytes(u16(55555), u16(4789), u16(8 + content.length), u16(0), content);
};
const udp = (port: number, ...parts: ArrayLike<number>[]) => {
  const content = bytes(...parts);
  return bytes(u16(55555), u16(port), u16(8 + content.length), u16(0), content);
};
const gtp = (flags: number, length: number, ...parts: ArrayLike<number>[]) =>
  udp(2152, [0x30 | flags, 255], u16(length), u32(9), ...parts);
const pppoe = (ppp: Uint8Array) => bytes([0x11, 0], u16(9), u16(ppp.length), ppp);

/** Each with its link type. */
const TUNNELS: Record<string, readonly [frame: Uint8Array, link: number]> = {
  'IP in IP': [outer(4, INNER4), 1],
  'IPv6 in IPv4': [outer(41, INNER6), 1],
  'IPv4 in IPv6': [ethernet(0x86dd, ipv6(4, INNER4)), 1],
  GRE: [gre(0, 0x0800, INNER4), 1],
  'GRE with checksum, key and number': [gre(0xb000, 0x0800, new Uint8Array(12), INNER4), 1],
  'GRE with IPv6': [gre(0, 0x86dd, INNER6), 1],
  'GRE with Ethernet': [gre(0x2000, 0x6558, u32(7), FRAME), 1],
  'ERSPAN, type I': [gre(0, 0x88be, FRAME), 1],
  'ERSPAN, type II': [gre(0x1000, 0x88be, u32(1), [0x10, 5, 0, 9, 0, 0, 0, 1], TAGGED), 1],
  'ERSPAN, type III': [gre(0x1000, 0x22eb, u32(1), [0x20, 5, 0, 9], u32(1), [0, 0, 0, 0], FRAME), 1],
  'ERSPAN, type III, with a subheader': [
    gre(0x1000, 0x22eb, u32(1), [0x20, 5, 0, 9], u32(1), [0, 0, 0, 1], new Uint8Array(8), FRAME),
    1,
  ],
  VXLAN: [outer(17, vxlan(FRAME)), 1],
  'VXLAN over IPv6': [ethernet(0x86dd, ipv6(17, vxlan(TAGGED))), 1],
  'VXLAN with a group': [outer(17, udp(4789, [0x88, 0, 0, 7, 0, 0, 5, 0], FRAME)), 1],
  'VXLAN-GPE': [outer(17, udp(4790, [0x0c, 0, 0, 3, 0, 0, 5, 0], FRAME)), 1],
  'VXLAN-GPE with IPv6': [outer(17, udp(4790, [0x0c, 0, 0, 2, 0, 0, 5, 0], INNER6)), 1],
  Geneve: [outer(17, udp(6081, [0, 0, 0x65, 0x58, 0, 0, 5, 0], TAGGED)), 1],
  'Geneve with options': [outer(17, udp(6081, [2, 0, 0x08, 0, 0, 0, 5, 0], [1, 2, 3, 1], u32(7), INNER4)), 1],
  'GTP-U': [outer(17, gtp(0, INNER4.length, INNER4)), 1],
  'GTP-U with a number': [outer(17, gtp(2, 4 + INNER6.length, [0, 1, 0, 0], INNER6)), 1],
  'GTP-U with an extension': [outer(17, gtp(4, 8 + INNER4.length, [0, 0, 0, 0x85], [1, 0, 9, 0], INNER4)), 1],
  'Cisco HDLC, by its own number': [bytes([0x0f, 0], u16(0x0800), INNER4), 104],
  netANALYZER: [bytes([0, 4, 0, 0], FRAME, u32(1)), 240],
  'netANALYZER with preamble': [
    bytes([0, 6, 0, 0], new Uint8Array(7).fill(0x55), [0xd5], TAGGED, u32(1)),
    241,
  ],
  MPLS: [ethernet(0x8847, bytes(label(false), label(true), INNER4)), 1],
  'MPLS with IPv6': [ethernet(0x8847, bytes(label(true), INNER6)), 1],
  'MPLS with Ethernet': [ethernet(0x8847, bytes(label(true), [0, 0, 0, 0], FRAME)), 1],
  'MPLS in GRE': [gre(0, 0x8847, label(true), INNER4), 1],
  PPPoE: [ethernet(0x8864, pppoe(bytes(u16(0x21), INNER4))), 1],
  'PPPoE with IPv6': [ethernet(0x8864, pppoe(bytes(u16(0x57), INNER6))), 1],
  'PPPoE, by its own number': [pppoe(bytes(u16(0x21), INNER4)), 51],
  PPP: [bytes(u16(0x21), INNER4), 9],
  'PPP, framed': [bytes([0xff, 3], u16(0x21), INNER4), 9],
  'PPP, its number in one byte': [bytes([0x21], INNER4), 9],
  'PPP in HDLC': [bytes([0xff, 3], u16(0x57), INNER6), 50],
  'Cisco HDLC': [bytes([0x0f, 0], u16(0x0800), INNER4), 50],
  'VXLAN in MPLS in GRE': [gre(0, 0x8847, label(true), ipv4(17, vxlan(FRAME))), 1],
};

/** Decodes `frame` in the midst of other bytes. */
function decode(frame: Uint8Array, link: number, around = 0): Packet {
  const surrounded = bytes(new Uint8Array(5).fill(around), frame, new Uint8Array(9).fill(around));
  const packet = new Packet();
  packet.view = new DataView(surrounded.buffer);
  packet.at = 5;
  packet.end = 5 + frame.length;
  packet.wireLength = frame.length;
  packet.link = link;
  decodeLayers(packet);
  return packet;
}

function addresses({ view, addressAt, ipVersion }: Packet): string[] {
  const version = ipVersion === 4 ? 4 : 6;
  return [addressAt, addressAt + (version === 4 ? 4 : 16)].map(at => formatAddress(view, at, version));
}

for (const [name, [frame, link]] of Object.entries(TUNNELS)) {
  test(`${name}: what is within`, () => {
    const packet = decode(frame, link);
    assert.equal(packet.kind, PacketKind.tcp);
    assert.deepEqual([packet.sourcePort, packet.destinationPort], [1000, 20000]);
    const { view, payloadAt, transportEnd, missing } = packet;
    assert.equal(Buffer.from(view.buffer, payloadAt, transportEnd - payloadAt).toString('hex'), 'cafebabe');
    assert.equal(missing, 0);
    const inner = packet.ipVersion === 4 ? ['192.168.7.1', '192.168.7.2'] : ['fe80::7', 'fe80::8'];
    assert.deepEqual(addresses(packet), inner);
  });

  test(`${name}: cut anywhere, nothing is read beyond, whatever stands there`, () => {
    for (let length = 0; length < frame.length; length++) {
      const [one, other] = [0, 255].map(around => decode(frame.subarray(0, length), link, around));
      assert.deepEqual({ ...one!, view: 0 }, { ...other!, view: 0 });
      if (one!.kind === PacketKind.tcp) assert.ok(one!.missing > 0 && one!.transportEnd <= one!.end);
    }
  });
}

test('tshark sees the same within', { skip: withoutPeer('tshark') }, () => {
  const folder = mkdtempSync(join(tmpdir(), 'cofferdam-'));
  try {
    for (const link of new Set(Object.values(TUNNELS).map(([, link]) => link))) {
      // tshark says that it is a frame with its preamble, and no more; tcpdump reads on.
      if (link === 241) continue;
      const here = Object.entries(TUNNELS).filter(([, tunnel]) => tunnel[1] === link);
      const file = join(folder, `${link}.pcap`);
      writeFileSync(
        file,
        pcap(
          here.map(([, [frame]]) => ({ frame })),
          { link },
        ),
      );
      const fields = ['tcp.srcport', 'tcp.payload'].flatMap(field => ['-e', field]);
      const said = execFileSync(
        'tshark',
        ['-n', '-r', file, '-T', 'fields', '-E', 'occurrence=l', ...fields],
        {
          encoding: 'utf8',
          stdio: ['ignore', 'pipe', 'ignore'],
        },
      );
      const seen = said.trimEnd().split('\n');
      assert.deepEqual(
        here.map(([name], i) => `${name}: ${seen[i]}`),
        here.map(([name]) => `${name}: 1000\tcafebabe`),
      );
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test('tunnels within each other without end are left where they are', () => {
  let inner = INNER4;
  for (let i = 0; i < 30; i++) inner = ipv4(4, inner);
  const packet = decode(ethernet(0x0800, inner), 1);
  assert.equal(packet.kind, PacketKind.otherIp);
});

test('what only looks like a tunnel stays what it is', () => {
  const udp = (port: number, content: Uint8Array) =>
    outer(17, bytes(u16(55555), u16(port), u16(8 + content.length), u16(0), content));
  const header = bytes([8, 0, 0, 0, 0, 0, 5, 0], FRAME);
  assert.equal(decode(udp(4790, header), 1).kind, PacketKind.udp, 'another port');
  assert.equal(decode(udp(4789, bytes([0], header.subarray(1))), 1).kind, PacketKind.udp, 'no identifier');
  assert.equal(decode(gre(1, 0x880b, INNER4), 1).kind, PacketKind.otherIp, 'GRE of another version');
  assert.equal(decode(gre(0, 0x1234, INNER4), 1).kind, PacketKind.nonIp, 'GRE with something else');
});

test('what netANALYZER marks as broken on the line, or as its own, is no frame', () => {
  assert.equal(decode(bytes([4, 4, 0, 0], FRAME, u32(1)), 240).kind, PacketKind.malformed);
  assert.equal(decode(bytes([0, 5, 0, 0], FRAME, u32(1)), 240).kind, PacketKind.nonIp);
});

test('no change of bytes makes it read elsewhere or fail', () => {
  const changes = fc.array(fc.record({ at: fc.nat(), byte: fc.nat(255) }), { minLength: 1, maxLength: 4 });
  fc.assert(
    fc.property(fc.constantFrom(...Object.values(TUNNELS)), changes, ([whole, link], changed) => {
      const frame = whole.slice();
      for (const { at, byte } of changed) frame[at % frame.length] = byte;
      const [one, other] = [0, 255].map(around => decode(frame, link, around));
      assert.deepEqual({ ...one!, view: 0 }, { ...other!, view: 0 });
      const { kind, payloadAt, transportEnd, end } = one!;
      if (kind === PacketKind.tcp || kind === PacketKind.udp) {
        assert.ok(payloadAt <= transportEnd && transportEnd <= end);
      }
    }),
    { numRuns: 5000 },
  );
});
