import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { hash } from 'node:crypto';
import { test } from 'node:test';
import { constants, gzipSync, zstdCompressSync } from 'node:zlib';
import fc from 'fast-check';
import { CaptureReader } from './capture.ts';
import { bytes, memorySource, pcap, tcpFrame, u32 } from './capture-bytes.fixture.ts';
import { CaptureError } from './capture-error.ts';
import type { ByteSource } from './source.ts';

const PACKETS = 5000;
/** Bytes of a record: its header, Ethernet to TCP, the payload. */
const RECORD = 16 + 54 + 32;
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

/** Frames that unpackers skip: pzstd begins with one, seekable archives end with one. */
const SKIPPED = Buffer.from([0x53, 0x2a, 0x4d, 0x18, 3, 0, 0, 0, 1, 2, 3]);

const PACKED = {
  gzip: gzipSync(FILE),
  'gzip in two members': Buffer.concat([gzipSync(FILE.subarray(0, 1000)), gzipSync(FILE.subarray(1000))]),
  zstd: zstdCompressSync(FILE),
  'zstd in two frames': Buffer.concat([
    zstdCompressSync(FILE.subarray(0, 1000)),
    zstdCompressSync(FILE.subarray(1000), { params: { [constants.ZSTD_c_checksumFlag]: 1 } }),
  ]),
  'zstd with frames to be skipped': Buffer.concat([
    SKIPPED,
    zstdCompressSync(FILE.subarray(0, 1000)),
    SKIPPED,
    zstdCompressSync(FILE.subarray(1000)),
    SKIPPED,
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
    assert.match(message, /^file: .*cut short; copy it again or take it as it is \(behind \d+ packets\)$/);
  });
}

for (const [program, ending] of [
  ['gzip', 'gz'],
  ['zstd', 'zst'],
] as const) {
  const missing = spawnSync(program, ['--version']).status !== 0;
  test(`what ${program} unpacks of a file that is cut short is read`, {
    skip: missing && `no ${program}`,
  }, async () => {
    const packed = PACKED[program];
    for (const share of [0.3, 0.7, 0.99]) {
      const cut = packed.subarray(0, packed.length * share);
      const unpacked = spawnSync(program, ['-dc'], { input: cut, maxBuffer: FILE.length * 2 }).stdout;
      const { packets } = await read(memorySource(`cut.${ending}`, cut));
      assert.equal(packets, Math.max(0, Math.floor((unpacked.length - 24) / RECORD)));
    }
  });
}

test('what stands behind the compression is told, but for zeros behind gzip', async () => {
  const behind = async (packed: Uint8Array, more: Uint8Array) =>
    await read(memorySource('file', bytes(packed, more)));
  assert.match(
    (await behind(PACKED.zstd, Buffer.from('more'))).message,
    /its last \d+ bytes are no zstd compression/,
  );
  assert.equal((await behind(PACKED.gzip, Buffer.from('more'))).code, 'COFFERDAM_CAPTURE_DAMAGED');
  assert.equal((await behind(PACKED.gzip, new Uint8Array(512))).code, '');
});

test('a place in what is packed is that of what is in it', async () => {
  const damaged = bytes(
    FILE.subarray(0, 24 + 3 * RECORD),
    u32(1),
    u32(0),
    u32(0xffffff00),
    u32(4),
    new Uint8Array(64),
  );
  const { message } = await read(memorySource('file', gzipSync(damaged)));
  assert.match(message, /damaged from here \(at byte 330 when unpacked, behind 3 packets\)$/);
});

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
