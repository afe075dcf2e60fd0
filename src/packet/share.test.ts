import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { CaptureReader } from './capture.ts';
import {
  Blocks,
  bytes,
  ethernet,
  ipv4,
  ipv6,
  memorySource,
  pcap,
  tcpSegment,
  u16,
  udpDatagram,
} from './capture-bytes.fixture.ts';
import { CaptureError } from './capture-error.ts';
import type { Packet } from './packet.ts';
import { type Share, WHOLE } from './share.ts';
import { Traffic } from './traffic.ts';

interface Seen {
  /** Number and bytes of each packet, in the order in which they came. */
  readonly packets: readonly string[];
  readonly number: number;
  readonly error: string | undefined;
}

/** What one worker sees of a capture; all of it is handed to it first where nothing is `sifted`. */
async function read(file: Uint8Array, share: Share, sifted: boolean): Promise<Seen> {
  const packets: string[] = [];
  const packet = ({ view, at, end, number, time }: Packet) => {
    packets.push(
      `${number} ${time} ${Buffer.from(view.buffer, view.byteOffset + at, end - at).toString('hex')}`,
    );
  };
  const traffic = new Traffic({ segment: () => {} }, { packet }, share);
  let error: string | undefined;
  try {
    await new CaptureReader().read(memorySource('file', file), traffic, {
      sieve: sifted ? traffic.sieve : undefined,
    });
  } catch (thrown) {
    assert.ok(thrown instanceof CaptureError);
    error = thrown.message;
  }
  return { packets, number: traffic.number, error };
}

const TCP = tcpSegment({ payload: new Uint8Array(5) });
const host = fc.integer({ min: 1, max: 6 }).map(n => `10.0.0.${n}`);
const hosts = fc.tuple(host, host);

const plain = hosts.map(([from, to]) => ethernet(0x0800, ipv4(6, TCP, from, to)));
const frame = fc.oneof(
  { arbitrary: plain, weight: 4 },
  hosts.map(([from, to]) => ethernet(0x0800, ipv4(17, udpDatagram(new Uint8Array(9)), from, to))),
  hosts.map(([from, to]) => ethernet(0x8100, bytes(u16(5), u16(0x0800), ipv4(6, TCP, from, to)))),
  fc.constant(ethernet(0x86dd, ipv6(6, TCP, 1, 2))),
  fc.constant(ethernet(0x88cc, new Uint8Array(30))),
  // Whatever a sieve looks at, changed; or cut off.
  fc
    .tuple(plain, fc.integer({ min: 12, max: 50 }), fc.nat(255))
    .map(([whole, at, value]) => whole.with(at, value)),
  fc.tuple(plain, fc.nat(70)).map(([whole, length]) => whole.slice(0, length)),
);
const frames = fc.array(frame, { minLength: 1, maxLength: 60 });

const FORMATS = {
  pcap: (all: readonly Uint8Array[]) => pcap(all.map(frame => ({ frame }))),
  pcapng: (all: readonly Uint8Array[]) => {
    const b = new Blocks();
    return bytes(b.section(), b.interface(1), ...all.map((frame, i) => b.enhanced(0, BigInt(i), frame)));
  },
};

describe('shares of a reading', () => {
  for (const [name, capture] of Object.entries(FORMATS)) {
    it(`${name}: each packet is one worker's, with the number that it has for one alone`, async () => {
      await fc.assert(
        fc.asyncProperty(frames, fc.integer({ min: 2, max: 5 }), fc.nat(), async (all, count, seed) => {
          const file = capture(all);
          const alone = await read(file, WHOLE, false);
          const shares = Array.from({ length: count }, (_, index) => ({ index, count, seed }));
          const seen = await Promise.all(shares.map(share => read(file, share, true)));
          const inOrder = seen.flatMap(({ packets }) => packets).sort(byNumber);
          assert.deepEqual(inOrder, alone.packets);
          for (const { number } of seen) assert.equal(number, alone.number);
        }),
      );
    });

    it(`${name}: what is kept back unseen would not have been taken`, async () => {
      const damaged = fc.option(fc.tuple(fc.nat(), fc.nat(255)));
      await fc.assert(
        fc.asyncProperty(frames, damaged, fc.nat(), async (all, damage, seed) => {
          const file = capture(all);
          if (damage !== null) file[24 + (damage[0] % (file.length - 24))] = damage[1];
          for (const index of [0, 1]) {
            const share = { index, count: 2, seed };
            assert.deepEqual(await read(file, share, true), await read(file, share, false));
          }
        }),
      );
    });
  }
});

function byNumber(a: string, b: string): number {
  return Number.parseInt(a, 10) - Number.parseInt(b, 10);
}
