import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { formatAddress } from './address.ts';
import { bytes, ethernet, ipv4, ipv6, tcpSegment, u16, udpDatagram } from './capture-bytes.fixture.ts';
import { decodeLayers } from './layers.ts';
import { Packet, PacketKind } from './packet.ts';

const PAYLOAD = new Uint8Array([0xca, 0xfe, 0xba, 0xbe]);
const TCP = tcpSegment({ sourcePort: 1000, destinationPort: 502, sequence: 0x80000001, payload: PAYLOAD });
const V4 = ipv4(6, TCP);
const V6 = ipv6(6, TCP);

/** Decodes `frame` in the midst of other bytes. */
function decode(frame: Uint8Array, link = 1, around = 0): Packet {
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

function payload({ view, payloadAt, transportEnd }: Packet): string {
  return Buffer.from(view.buffer, payloadAt, transportEnd - payloadAt).toString('hex');
}

describe('layers', () => {
  const vlan = (type: number, inner: Uint8Array) => bytes([0, 7], u16(type), inner);
  const frames: Record<string, [frame: Uint8Array, link: number]> = {
    Ethernet: [ethernet(0x0800, V4), 1],
    'Ethernet with padding': [bytes(ethernet(0x0800, V4), [0, 0, 0, 0, 0, 0]), 1],
    VLAN: [ethernet(0x8100, vlan(0x0800, V4)), 1],
    QinQ: [ethernet(0x88a8, vlan(0x8100, vlan(0x0800, V4))), 1],
    'QinQ before it was a standard': [ethernet(0x9100, vlan(0x8100, vlan(0x86dd, V6))), 1],
    'Ethernet with IPv6': [ethernet(0x86dd, V6), 1],
    'Linux cooked': [bytes(new Uint8Array(14), u16(0x0800), V4), 113],
    'Linux cooked, version 2': [bytes(u16(0x0800), new Uint8Array(18), V4), 276],
    'raw IP': [V4, 101],
    'raw IP, as BSD numbers it': [V4, 12],
    'raw IP, as OpenBSD numbers it': [V6, 14],
    'raw IPv4': [V4, 228],
    'raw IPv6': [V6, 229],
    'null, little-endian': [bytes([2, 0, 0, 0], V4), 0],
    'null, big-endian': [bytes([0, 0, 0, 2], V4), 0],
    'null, IPv6': [bytes([30, 0, 0, 0], V6), 0],
    loop: [bytes([0, 0, 0, 2], V4), 108],
  };
  for (const [name, [frame, link]] of Object.entries(frames)) {
    it(name, () => {
      const packet = decode(frame, link);
      assert.equal(packet.kind, PacketKind.tcp);
      assert.equal(packet.sourcePort, 1000);
      assert.equal(packet.destinationPort, 502);
      assert.equal(packet.sequence, 0x80000001 | 0);
      assert.equal(payload(packet), 'cafebabe');
      assert.equal(packet.missing, 0);
    });

    it(`${name}: cut anywhere, is malformed or misses payload`, () => {
      for (let length = 0; length < frame.length; length++) {
        const { kind, missing, payloadAt, end } = decode(frame.subarray(0, length), link);
        if (kind !== PacketKind.tcp) continue;
        assert.ok(payloadAt <= end);
        assert.ok(missing > 0 || name.includes('padding'));
      }
    });
  }

  it('looks behind extension headers', () => {
    const chain = bytes(
      [43, 0, 0, 0, 0, 0, 0, 0], // hop by hop, then routing
      [60, 1, ...new Array(14).fill(0)], // routing, 16 bytes, then destination options
      [51, 0, 0, 0, 0, 0, 0, 0], // destination options, then authentication
      [44, 1, ...new Array(10).fill(0)], // authentication, 12 bytes, then fragment
      [6, 0, 0, 0, 0, 0, 0, 9], // an atomic fragment, then TCP
      TCP,
    );
    const packet = decode(ethernet(0x86dd, ipv6(0, chain)));
    assert.equal(packet.kind, PacketKind.tcp);
    assert.equal(payload(packet), 'cafebabe');
  });

  it('does not take a fragment for the whole', () => {
    assert.equal(
      decode(ethernet(0x0800, ipv4(6, TCP, undefined, undefined, 0x2000))).kind,
      PacketKind.fragment,
    );
    assert.equal(decode(ethernet(0x0800, ipv4(6, TCP, undefined, undefined, 3))).kind, PacketKind.fragment);
    // "Do not fragment" is no fragment.
    assert.equal(decode(ethernet(0x0800, ipv4(6, TCP, undefined, undefined, 0x4000))).kind, PacketKind.tcp);
    const header = [6, 0, 0, 1, 0, 0, 0, 9];
    assert.equal(decode(ethernet(0x86dd, ipv6(44, bytes(header, TCP)))).kind, PacketKind.fragment);
  });

  it('reads UDP, and leaves the rest alone', () => {
    const packet = decode(ethernet(0x0800, ipv4(17, udpDatagram(PAYLOAD))));
    assert.equal(packet.kind, PacketKind.udp);
    assert.equal(payload(packet), 'cafebabe');
    assert.equal(decode(ethernet(0x0800, ipv4(1, PAYLOAD))).kind, PacketKind.otherIp);
    assert.equal(decode(ethernet(0x0806, PAYLOAD)).kind, PacketKind.nonIp);
    assert.equal(decode(ethernet(0x8892, PAYLOAD)).kind, PacketKind.nonIp);
  });

  it('takes what a card that segments itself leaves without a length', () => {
    const frame = ethernet(0x0800, V4);
    frame[16] = 0;
    frame[17] = 0;
    assert.equal(payload(decode(frame)), 'cafebabe');
  });

  it('makes the same of a plain frame, which has a way of its own, as of what is in it', () => {
    const change = fc.tuple(fc.integer({ min: 1, max: 60 }), fc.nat(255));
    fc.assert(
      fc.property(fc.array(change, { maxLength: 3 }), fc.nat(60), (changes, cut) => {
        const datagram = bytes(V4, [0, 0, 0, 0]).slice(0, cut);
        for (const [at, value] of changes) if (at < datagram.length) datagram[at] = value;
        const [plain, general] = [decode(ethernet(0x0800, datagram)), decode(datagram, 101)];
        assert.equal(plain.kind, general.kind);
        if (general.kind !== PacketKind.tcp) return;
        const from = (packet: Packet, at: number) => at - packet.networkAt;
        for (const field of [
          'networkEnd',
          'addressAt',
          'transportAt',
          'transportEnd',
          'payloadAt',
        ] as const) {
          assert.equal(from(plain, plain[field]), from(general, general[field]), field);
        }
        for (const field of ['ipVersion', 'etherType', 'ipProtocol', 'missing'] as const) {
          assert.equal(plain[field], general[field], field);
        }
        for (const field of ['sourcePort', 'sequence', 'acknowledgement', 'flags'] as const) {
          assert.equal(plain[field], general[field], field);
        }
      }),
      { numRuns: 2000 },
    );
  });

  it('never reads outside the frame, whatever its bytes', () => {
    const links = fc.constantFrom(0, 1, 12, 14, 101, 108, 113, 228, 229, 276);
    const base = fc.constantFrom(...Object.values(frames).map(([frame]) => frame));
    const change = fc.tuple(fc.nat(120), fc.nat(255));
    fc.assert(
      fc.property(
        base,
        fc.array(change, { maxLength: 6 }),
        fc.nat(140),
        links,
        (frame, changes, cut, link) => {
          const mutant = frame.slice(0, cut);
          for (const [at, value] of changes) if (at < mutant.length) mutant[at] = value;
          const a = decode(mutant, link, 0);
          const b = decode(mutant, link, 0xff);
          assert.deepEqual({ ...a, view: null }, { ...b, view: null });
          if (a.kind === PacketKind.tcp || a.kind === PacketKind.udp) {
            assert.ok(a.payloadAt >= a.at && a.payloadAt <= a.transportEnd && a.transportEnd <= a.end);
          }
        },
      ),
      { numRuns: 3000 },
    );
  });
});

describe('addresses', () => {
  it('are written as RFC 5952 has them', () => {
    const v6 = (...words: number[]) =>
      formatAddress(new DataView(bytes(...words.map(w => u16(w))).buffer), 0, 6);
    assert.equal(v6(0x2001, 0xdb8, 0, 0, 1, 0, 0, 1), '2001:db8::1:0:0:1');
    assert.equal(v6(0, 0, 0, 0, 0, 0, 0, 0), '::');
    assert.equal(v6(0, 0, 0, 0, 0, 0, 0, 1), '::1');
    assert.equal(v6(0xfe80, 0, 0, 0, 0, 0, 0, 0), 'fe80::');
    assert.equal(v6(1, 0, 2, 3, 4, 5, 6, 7), '1:0:2:3:4:5:6:7');
    assert.equal(formatAddress(new DataView(new Uint8Array([10, 0, 255, 1]).buffer), 0, 4), '10.0.255.1');
  });
});
