import assert from 'node:assert/strict';
import { hash } from 'node:crypto';
import { test } from 'node:test';
import { constants, gzipSync, zstdCompressSync } from 'node:zlib';
import fc from 'fast-check';
import { CaptureReader } from './capture.ts';
import { memorySource, pcap, tcpFrame } from './capture-bytes.fixture.ts';
import { CaptureError } from './capture-error.ts';
import type { ByteSource } from './source.ts';

const PACKETS = 5000;
const FILE = pcap(
  Array.from({ length: PACKETS }, (_, i) => ({
    seconds: i,
    frame: tcpFrame({ payload: hash('sha256', String(i), 'buffer') }),
  })),
);

/** How many packets are read, and what is wrong. */
async function read(source: ByteSource): Promise<{ packets: number; code: string; message: string }> {
  let packets = 0;
  try {
    await new CaptureReader().read(source, {
      frame() {
        packets++;
      },
    });
    return { packets, code: '', message: '' };
  } catch (error) {
    assert.ok(error instanceof CaptureError, String(error));
    return { packets, code: error.code, message: error.message };
  }
}

/** The same bytes, a few at a time. */
function inPieces(file: Uint8Array, piece: number): ByteSource {
  const whole = memorySource('file', file);
  return { ...whole, read: target => whole.read(target.subarray(0, piece)) };
}

const PACKED = {
  gzip: gzipSync(FILE),
  'gzip in two members': Buffer.concat([gzipSync(FILE.subarray(0, 1000)), gzipSync(FILE.subarray(1000))]),
  zstd: zstdCompressSync(FILE),
  'zstd in two frames': Buffer.concat([
    zstdCompressSync(FILE.subarray(0, 1000)),
    zstdCompressSync(FILE.subarray(1000), { params: { [constants.ZSTD_c_checksumFlag]: 1 } }),
  ]),
};

for (const [name, packed] of Object.entries(PACKED)) {
  test(`${name}: read as what is in it`, async () => {
    assert.deepEqual(await read(memorySource('file', packed)), { packets: PACKETS, code: '', message: '' });
    assert.equal((await read(inPieces(packed, 1000))).packets, PACKETS);
    const begin = packed.subarray(0, 3000);
    assert.deepEqual(await read(inPieces(begin, 1)), await read(memorySource('file', begin)));
  });

  test(`${name}: cut short, what could be unpacked is read, and it is said`, async () => {
    const { packets, code, message } = await read(
      memorySource('file', packed.subarray(0, packed.length >> 1)),
    );
    assert.ok(packets > 0 && packets < PACKETS, `${packets} packets`);
    assert.equal(code, 'COFFERDAM_CAPTURE_TRUNCATED');
    assert.match(
      message,
      /^file: .*cut short; copy it again or take it as it is \(\d+ packets before it read\)$/,
    );
  });
}

test('a capture that is not compressed is read the same in pieces of one byte', async () => {
  const file = FILE.subarray(0, 24 + 3 * 110);
  assert.deepEqual(await read(inPieces(file, 1)), await read(memorySource('file', file)));
});

test('damage anywhere ends in a plain error or in packets, and in nothing else', async () => {
  const flips = fc.record({
    which: fc.constantFrom(...Object.values(PACKED)),
    at: fc.nat(),
    bit: fc.nat(7),
  });
  await fc.assert(
    fc.asyncProperty(flips, async ({ which, at, bit }) => {
      const damaged = Buffer.from(which);
      damaged[at % damaged.length]! ^= 1 << bit;
      const { packets } = await read(memorySource('file', damaged));
      assert.ok(packets <= PACKETS);
    }),
    { numRuns: 60 },
  );
});
