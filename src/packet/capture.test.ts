import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { withoutPeer } from '../../test/peers.ts';
import { plantCapture } from '../monitor/plant-capture.fixture.ts';
import { CaptureReader } from './capture.ts';
import { Blocks, bytes, memorySource, pcap, tcpFrame, u32 } from './capture-bytes.fixture.ts';
import { CaptureError } from './capture-error.ts';
import type { Packet } from './packet.ts';
import type { ByteSource } from './source.ts';

interface Seen {
  readonly time: number;
  readonly frame: string;
  readonly wireLength: number;
  readonly link: number;
}

interface Reading {
  readonly packets: Seen[];
  readonly code: string | undefined;
  readonly message: string;
}

/** Everything that reading `file` gives; it may fail with nothing but a CaptureError. */
async function read(file: Uint8Array, source: ByteSource = memorySource('file', file)): Promise<Reading> {
  const packets: Seen[] = [];
  const sink = {
    frame({ view, at, end, time, wireLength, link }: Packet) {
      const frame = Buffer.from(view.buffer, view.byteOffset + at, end - at).toString('hex');
      packets.push({ time, frame, wireLength, link });
    },
  };
  try {
    await new CaptureReader().read(source, sink);
    return { packets, code: undefined, message: '' };
  } catch (error) {
    assert.ok(error instanceof CaptureError, String(error));
    return { packets, code: error.code, message: error.message };
  }
}

const FRAME = tcpFrame({ payload: new Uint8Array([1, 2, 3]) });
const HEX = Buffer.from(FRAME).toString('hex');

/** The same bytes, a few at a time. */
function inPieces(file: Uint8Array, piece: number): ByteSource {
  const whole = memorySource('file', file);
  return { ...whole, read: target => whole.read(target.subarray(0, piece)) };
}

describe('pcap', () => {
  for (const little of [true, false]) {
    for (const nano of [true, false]) {
      it(`${little ? 'little' : 'big'}-endian, ${nano ? 'nanoseconds' : 'microseconds'}`, async () => {
        const fraction = nano ? 250_000_000 : 250_000;
        const file = pcap([{ seconds: 7, fraction, frame: FRAME, wireLength: 2000 }], { little, nano });
        const { packets, code } = await read(file);
        assert.equal(code, undefined);
        assert.deepEqual(packets, [{ time: 7.25, frame: HEX, wireLength: 2000, link: 1 }]);
      });
    }
  }

  it('refuses a link type that is not read, in one line', async () => {
    const { code, message } = await read(pcap([{ frame: FRAME }], { link: 189 }));
    assert.equal(code, 'COFFERDAM_CAPTURE_LINK');
    assert.match(message, /link type 189 \(USB\) is not read/);
  });

  it('takes frame check sequences off, as far as they were captured', async () => {
    const frame = bytes(FRAME, [1, 2, 3, 4]);
    const records = [{ frame }, { frame: frame.subarray(0, -2), wireLength: frame.length }];
    const { packets } = await read(pcap(records, { link: 1 | 0x24000000 }));
    for (const packet of packets) assert.deepEqual([packet.frame, packet.wireLength], [HEX, FRAME.length]);
  });

  it('of an old version: the length that was captured is the shorter one', async () => {
    const file = pcap([{ frame: FRAME, wireLength: 2000 }], { minor: 2 });
    const view = new DataView(file.buffer);
    view.setUint32(24 + 8, 2000, true);
    view.setUint32(24 + 12, FRAME.length, true);
    assert.deepEqual((await read(file)).packets[0]?.frame, HEX);
  });

  it('reads what editcap writes', { skip: withoutPeer('tshark') }, async () => {
    const folder = mkdtempSync(join(tmpdir(), 'cofferdam-'));
    try {
      const file = join(folder, 'plain.pcap');
      writeFileSync(file, plantCapture());
      const expected = await read(plantCapture());
      for (const format of ['pcap', 'nsecpcap', 'modpcap', 'pcapng']) {
        const other = join(folder, format);
        execFileSync('editcap', ['-F', format, file, other], { stdio: 'ignore' });
        const { packets, code } = await read(readFileSync(other));
        assert.equal(code, undefined);
        const near = (seen: Seen[]) =>
          seen.map(packet => ({ ...packet, time: Math.round(packet.time * 1e6) }));
        assert.deepEqual(near(packets), near(expected.packets), format);
      }
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it('stops at a length that cannot be true', async () => {
    const file = bytes(pcap([{ frame: FRAME }]), u32(1), u32(0), u32(0xffffff00), u32(4));
    const { packets, code, message } = await read(bytes(file, new Uint8Array(64)));
    assert.equal(packets.length, 1);
    assert.equal(code, 'COFFERDAM_CAPTURE_DAMAGED');
    assert.match(
      message,
      new RegExp(`damaged from here \\(at byte ${file.length - 16}, behind 1 packet\\)$`),
    );
  });
});

describe('pcapng', () => {
  for (const little of [true, false]) {
    it(`${little ? 'little' : 'big'}-endian section`, async () => {
      const b = new Blocks(little);
      const offset = bytes(little ? [10, 0, 0, 0, 0, 0, 0, 0] : [0, 0, 0, 0, 0, 0, 0, 10]);
      const file = bytes(
        b.section(),
        b.interface(1),
        b.interface(101, b.option(2, [1, 2, 3]), b.option(9, [9]), b.option(14, offset), b.option(0, [])),
        b.interface(113, b.option(9, [0x80 | 2])),
        b.block(4, new Uint8Array(16)), // name resolution
        b.block(10, new Uint8Array(24)), // secrets
        b.block(0xbad, new Uint8Array(8)), // somebody's own
        b.block(0x12345678), // unknown
        b.enhanced(0, 1_500_000n, FRAME),
        b.enhanced(1, 2_500_000_000n, FRAME, 99),
        b.enhanced(2, 10n, FRAME),
        b.simple(FRAME),
      );
      const { packets, code } = await read(file);
      assert.equal(code, undefined);
      const rest = { frame: HEX, wireLength: FRAME.length };
      assert.deepEqual(packets, [
        { ...rest, time: 1.5, link: 1 },
        { ...rest, time: 12.5, link: 101, wireLength: 99 },
        { ...rest, time: 2.5, link: 113 },
        { ...rest, time: 2.5, link: 1 }, // it has none, so that of the packet before it
      ]);
    });
  }

  it('reads sections of both byte orders in one file, each with its own interfaces', async () => {
    const [a, b] = [new Blocks(true), new Blocks(false)];
    const file = bytes(
      a.section(),
      a.interface(1),
      a.enhanced(0, 1_000_000n, FRAME),
      b.section(),
      b.interface(101),
      b.enhanced(0, 2_000_000n, FRAME),
    );
    const { packets } = await read(file);
    assert.deepEqual(
      packets.map(p => [p.time, p.link]),
      [
        [1, 1],
        [2, 101],
      ],
    );
  });

  for (const little of [true, false]) {
    it(`${little ? 'little' : 'big'}-endian: what it says of lost packets`, async () => {
      const b = new Blocks(little);
      const [RECEIVED, DROPPED, SYSTEM, LOST] = [4, 5, 7, 4];
      const lost = (packets: number) => b.option(LOST, b.n64(packets));
      const file = bytes(
        b.section(),
        b.interface(1),
        b.interface(1),
        b.enhanced(0, 1n, FRAME, FRAME.length, lost(3)),
        b.enhanced(1, 1n, FRAME, FRAME.length, b.option(1, [1, 2, 3]), lost(2), b.option(0, [])),
        b.statistics(0, [RECEIVED, 10], [DROPPED, 1]),
        b.enhanced(0, 1n, FRAME, FRAME.length, lost(1)),
        // Counted anew: the latest holds, and packets count the same losses.
        b.statistics(0, [RECEIVED, 2 ** 40], [DROPPED, 4], [SYSTEM, 5]),
        b.statistics(9, [RECEIVED, 7]),
        b.section(),
        b.interface(1),
        b.statistics(0, [RECEIVED, 5], [SYSTEM, 100]),
        b.block(2, b.n16(0), b.n16(6), new Uint8Array(8), b.n32(FRAME.length), b.n32(FRAME.length), FRAME),
      );
      const reader = new CaptureReader();
      await reader.read(memorySource('file', file), { frame: () => {} });
      assert.equal(reader.received, 2 ** 40 + 5);
      assert.equal(reader.dropped, 9 + 2 + 100);
    });
  }

  it('takes frame check sequences off, by interface and by packet', async () => {
    const b = new Blocks();
    const frame = bytes(FRAME, [1, 2, 3, 4]);
    const flags = b.option(2, b.n32(4 << 5));
    const file = bytes(
      b.section(),
      b.interface(1),
      b.interface(1, b.option(13, [32])),
      b.enhanced(0, 1n, frame, frame.length, flags),
      b.enhanced(1, 1n, frame),
    );
    for (const packet of (await read(file)).packets) assert.equal(packet.frame, HEX);
  });

  it('skips blocks longer than its buffer', async () => {
    const b = new Blocks();
    const file = bytes(
      b.section(),
      b.interface(1),
      b.block(10, new Uint8Array(3 << 20)),
      b.enhanced(0, 1n, FRAME),
    );
    const { packets, code } = await read(file);
    assert.equal(code, undefined);
    assert.equal(packets.length, 1);
  });

  it('reads on behind an interface whose link type is not read, and tells', async () => {
    const b = new Blocks();
    const file = bytes(
      b.section(),
      b.interface(1),
      b.interface(189),
      b.interface(9999),
      b.enhanced(1, 1n, FRAME),
      b.enhanced(2, 1n, FRAME),
      b.enhanced(1, 1n, FRAME),
      b.enhanced(0, 1n, FRAME),
    );
    const { packets, code, message } = await read(file);
    assert.equal(packets.length, 1);
    assert.equal(code, 'COFFERDAM_CAPTURE_LINK');
    assert.match(message, /2 packets of link type 189 \(USB\), 1 packet of link type 9999 not read/);
  });

  it('stops at a packet of an interface that is not described', async () => {
    const b = new Blocks();
    const { code } = await read(bytes(b.section(), b.enhanced(0, 1n, FRAME)));
    assert.equal(code, 'COFFERDAM_CAPTURE_DAMAGED');
  });
});

describe('any capture', () => {
  const b = new Blocks();
  const formats = {
    pcap: pcap([{ frame: FRAME }, { frame: FRAME }, { frame: FRAME }]),
    pcapng: bytes(
      b.section(),
      b.interface(1),
      b.enhanced(0, 1n, FRAME),
      b.simple(FRAME),
      b.enhanced(0, 3n, FRAME),
    ),
  };
  // With everything that has lengths of its own.
  const busy = bytes(
    b.section(),
    b.interface(1, b.option(9, [9]), b.option(13, [32]), b.option(14, b.n64(10)), b.option(0, [])),
    b.enhanced(
      0,
      1n,
      FRAME,
      FRAME.length,
      b.option(4, b.n64(1)),
      b.option(2, b.n32(1 << 7)),
      b.option(0, []),
    ),
    b.statistics(0, [4, 5], [5, 6], [7, 8]),
    b.block(2, b.n16(0), b.n16(6), new Uint8Array(8), b.n32(FRAME.length), b.n32(FRAME.length), FRAME),
    new Blocks(false).section(),
    new Blocks(false).interface(1),
    new Blocks(false).simple(FRAME),
  );

  for (const [name, file] of Object.entries(formats)) {
    it(`${name}: cut anywhere, gives all whole packets and one clear error`, async () => {
      // Where a cut leaves nothing over: behind the file header, and behind each record.
      let clean = 0;
      let before = 0;
      for (let length = 0; length <= file.length; length++) {
        const { packets, code, message } = await read(file.subarray(0, length));
        assert.ok(packets.length >= before && packets.length <= 3);
        before = packets.length;
        for (const packet of packets) assert.equal(packet.frame, HEX);
        if (code === undefined) clean++;
        else {
          assert.match(code, /^COFFERDAM_CAPTURE_(FORMAT|TRUNCATED)$/);
          assert.match(message, /^file: [^\n]+$/);
        }
      }
      assert.equal(before, 3);
      assert.equal(clean, name === 'pcap' ? 4 : 5);
    });

    it(`${name}: does not depend on how the bytes arrive`, async () => {
      const whole = await read(file);
      for (const piece of [1, 2, 7, 64]) assert.deepEqual(await read(file, inPieces(file, piece)), whole);
    });
  }

  for (const [name, file] of Object.entries({ ...formats, busy })) {
    it(`${name}: no change of bytes makes it fail in another way`, async () => {
      const change = fc.tuple(fc.nat(file.length - 1), fc.nat(255));
      await fc.assert(
        fc.asyncProperty(fc.array(change, { minLength: 1, maxLength: 8 }), async changes => {
          const mutant = file.slice();
          for (const [at, value] of changes) mutant[at] = value;
          await read(mutant);
        }),
        { numRuns: 300 },
      );
    });
  }

  it('says what a file is that is no capture', async () => {
    assert.match(
      (await read(new Uint8Array(0))).message,
      /^file: is empty; check what wrote it \([^)]+\), or name another$/,
    );
    assert.match((await read(Buffer.from('hello, this is no capture'))).message, /is not a capture/);
    assert.match((await read(bytes([0xfd, 0x37, 0x7a, 0x58], new Uint8Array(30)))).message, /xz -dc/);
    assert.match((await read(bytes([0x42, 0x5a, 0x68], new Uint8Array(30)))).message, /bzip2 -dc/);
    assert.match((await read(bytes([4, 0x22, 0x4d, 0x18], new Uint8Array(30)))).message, /lz4 -dc/);
  });

  it('can be ended early', async () => {
    const stop = new AbortController();
    stop.abort();
    let seen = 0;
    await new CaptureReader().read(
      memorySource('file', formats.pcap),
      { frame: () => seen++ },
      { signal: stop.signal },
    );
    assert.equal(seen, 0);
  });
});
