/**
 * Captures that are stored compressed: gzip (RFC 1952) and zstd (RFC 8878), unpacked while they are read.
 *
 * @module
 */

import { Readable, type Transform } from 'node:stream';
import { createGunzip, createZstdDecompress } from 'node:zlib';
import { CaptureError } from './capture-error.ts';
import type { ByteSource } from './source.ts';

/** With the bytes that it has taken in. */
type Unpacker = Transform & { readonly bytesWritten: number };

/** Bytes of a packed source that are read at a time. */
const CHUNK = 1 << 16;
/** Bytes that tell how a source is packed. */
const MAGIC = 4;

const PACKINGS = [
  { name: 'gzip', unpack: createGunzip },
  { name: 'zstd', unpack: createZstdDecompress },
] as const;

/** Index of the packing that begins so, or -1. */
function packingOf([a, b, c, d]: Uint8Array): number {
  if (a === 0x1f && b === 0x8b && c === 0x08) return 0;
  const frame = a === 0x28 && b === 0xb5 && c === 0x2f && d === 0xfd;
  // RFC 8878, 3.1.2: frames to be skipped, with which parallel and seekable compressors begin.
  const skipped = a !== undefined && a >> 4 === 5 && b === 0x2a && c === 0x4d && d === 0x18;
  return frame || skipped ? 1 : -1;
}

/** The bytes of a source, or of what is packed in it; which of them, its first bytes tell when they are read. */
export class Unpacked implements ByteSource {
  readonly #source: ByteSource;
  #bytes: ByteSource | undefined;
  #packing: string | undefined;

  constructor(source: ByteSource) {
    this.#source = source;
  }

  get name(): string {
    return this.#source.name;
  }

  get size(): number {
    return (this.#bytes ?? this.#source).size;
  }

  /** How it is packed; undefined where it is not, and before the first bytes were read. */
  get packing(): string | undefined {
    return this.#packing;
  }

  async read(target: Uint8Array): Promise<number> {
    this.#bytes ??= await this.#open();
    return await this.#bytes.read(target);
  }

  /** Closes the source too. */
  close(): Promise<void> {
    return (this.#bytes ?? this.#source).close();
  }

  async #open(): Promise<ByteSource> {
    const source = this.#source;
    const head = new Uint8Array(CHUNK);
    let length = 0;
    while (length < MAGIC) {
      const read = await source.read(head.subarray(length));
      if (read === 0) break;
      length += read;
    }
    const begin = head.subarray(0, length);
    const packing = PACKINGS[packingOf(begin)];
    if (packing === undefined) return resumed(source, begin);
    this.#packing = packing.name;
    return unpacking(source, begin, packing.name, packing.unpack());
  }
}

/** The source from its first byte on, of which `begin` was read already. */
function resumed(source: ByteSource, begin: Uint8Array): ByteSource {
  let rest = begin;
  return {
    name: source.name,
    size: source.size,
    read(target) {
      if (rest.length === 0) return source.read(target);
      const length = take(rest, target);
      rest = rest.subarray(length);
      return Promise.resolve(length);
    },
    close: () => source.close(),
  };
}

function unpacking(source: ByteSource, begin: Uint8Array, name: string, unpack: Unpacker): ByteSource {
  let fed = 0;
  const packed = Readable.from(
    chunks(source, begin, bytes => (fed += bytes)),
    { objectMode: false },
  );
  // What is wrong with the source is wrong with what is unpacked.
  packed.on('error', error => unpack.destroy(error));
  const plain = packed.pipe(unpack)[Symbol.asyncIterator]() as AsyncIterator<Buffer>;
  let rest: Uint8Array = new Uint8Array(0);
  return {
    name: source.name,
    // How much it is when it is unpacked, nobody knows.
    size: 0,
    async read(target) {
      while (rest.length === 0) {
        const next = await plain.next().catch(error => Promise.reject(explained(error, name)));
        if (next.done === true) {
          // Zeros behind gzip fill a block; whatever is behind zstd, the unpacker passes over in silence.
          if (name === 'zstd' && fed > unpack.bytesWritten) throw strange(name, fed - unpack.bytesWritten);
          return 0;
        }
        rest = next.value;
      }
      const length = take(rest, target);
      rest = rest.subarray(length);
      return length;
    },
    async close() {
      packed.destroy();
      unpack.destroy();
      await source.close();
    },
  };
}

async function* chunks(
  source: ByteSource,
  begin: Uint8Array,
  count: (bytes: number) => void,
): AsyncGenerator<Uint8Array> {
  count(begin.length);
  yield begin;
  for (;;) {
    const chunk = new Uint8Array(CHUNK);
    const length = await source.read(chunk);
    if (length === 0) return;
    count(length);
    yield chunk.subarray(0, length);
  }
}

/** Copies as many bytes as fit; returns how many. */
function take(from: Uint8Array, target: Uint8Array): number {
  const length = Math.min(from.length, target.length);
  target.set(from.subarray(0, length));
  return length;
}

function strange(name: string, bytes: number): CaptureError {
  return new CaptureError(
    'COFFERDAM_CAPTURE_DAMAGED',
    `its last ${bytes} bytes are no ${name} compression; copy it again or take it as it is`,
  );
}

function explained(error: unknown, name: string): unknown {
  const code = (error as NodeJS.ErrnoException).code ?? '';
  if (code === 'Z_BUF_ERROR') {
    return new CaptureError(
      'COFFERDAM_CAPTURE_TRUNCATED',
      `its ${name} compression is cut short; copy it again or take it as it is`,
    );
  }
  if (!code.startsWith('Z_') && !code.startsWith('ZSTD_')) return error;
  return new CaptureError(
    'COFFERDAM_CAPTURE_DAMAGED',
    `its ${name} compression is damaged from here (${(error as Error).message}); copy it again or take it as it is`,
  );
}
