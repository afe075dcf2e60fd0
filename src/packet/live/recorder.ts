/**
 * Keeps the latest packets in pcapng files in a folder, within a bound of bytes and of age: a ring of files, of which
 * the oldest goes when the newest needs its room.
 *
 * Packets are copied into chunks, which are written whole while the next one fills; so the disk may be slow for a
 * while without anything waiting for it. When no chunk is free, packets are left out and counted. A file that this
 * program was killed in the middle of can be read up to its last whole block.
 *
 * @module
 */

import type { Packet } from '../packet.ts';
import type { FrameSink } from '../records.ts';
import type { Described } from './blocks.ts';
import { FileRing, type FileRingOptions } from './file-ring.ts';
import { packetBytes, writePacket } from './packet-block.ts';
import type { Ring } from './ring.ts';

const CHUNK = 1 << 20;
/** Of all threads together, and of one at least. */
const CHUNKS = 16;
const FEWEST = 4;

export interface RecorderCounts {
  /** Packets and bytes in files, also such as are gone by now. */
  packets: number;
  bytes: number;
  /** Packets that were left out: the disk was too slow, or full. */
  missed: number;
  /** Files that were removed although the bound was not reached, because the disk was full. */
  early: number;
  /** Why the last ones could not be written; '' where they could. */
  problem: string;
}

interface Chunk {
  readonly bytes: Uint8Array;
  readonly view: DataView;
  used: number;
  packets: number;
  /** By interface. */
  readonly bySource: Float64Array;
}

export class Recorder implements FrameSink {
  readonly counts: RecorderCounts = { packets: 0, bytes: 0, missed: 0, early: 0, problem: '' };
  readonly #ring: Pick<Ring, 'source' | 'seconds' | 'nanoseconds'>;
  readonly #files: FileRing;
  readonly #free: Chunk[] = [];
  readonly #full: Chunk[] = [];
  #chunk: Chunk;
  #writing: Promise<void> | undefined;

  constructor(
    ring: Pick<Ring, 'source' | 'seconds' | 'nanoseconds'>,
    sources: readonly Described[],
    options: FileRingOptions,
  ) {
    this.#ring = ring;
    this.#files = new FileRing(sources, options);
    for (let i = 0; i < Math.max(FEWEST, CHUNKS / options.part.count); i++) {
      const bytes = new Uint8Array(CHUNK);
      const view = new DataView(bytes.buffer);
      this.#free.push({ bytes, view, used: 0, packets: 0, bySource: new Float64Array(sources.length) });
    }
    this.#chunk = this.#free.pop()!;
  }

  // cold: once a reading
  open(): Promise<void> {
    return this.#files.open();
  }

  frame(packet: Packet): void {
    const { source, seconds, nanoseconds } = this.#ring;
    const { view, at, end, wireLength } = packet;
    // Of an interface that has just gone: no interface of the file.
    if (source < 0) {
      this.counts.missed++;
      return;
    }
    const length = packetBytes(end - at);
    if (this.#chunk.used + length > CHUNK && (length > CHUNK || !this.#exchange())) {
      this.counts.missed++;
      return;
    }
    const chunk = this.#chunk;
    chunk.used = writePacket(chunk.view, chunk.used, source, seconds, nanoseconds, view, at, end, wireLength);
    chunk.packets++;
    chunk.bySource[source]!++;
  }

  /** Takes an empty chunk in place of the full one; false where there is none. */
  #exchange(): boolean {
    const next = this.#free.pop();
    if (next === undefined) return false;
    this.#full.push(this.#chunk);
    this.#chunk = next;
    this.#write();
    return true;
  }

  // cold: once a chunk
  #write(): void {
    this.#writing ??= this.#writeAll().finally(() => {
      this.#writing = undefined;
    });
  }

  // cold: once a chunk
  async #writeAll(): Promise<void> {
    for (let chunk = this.#full.shift(); chunk !== undefined; chunk = this.#full.shift()) {
      const problem = await this.#files.append(chunk.bytes, chunk.used, chunk.bySource);
      if (problem === '') {
        this.counts.packets += chunk.packets;
        this.counts.bytes += chunk.used;
      } else this.counts.missed += chunk.packets;
      this.counts.problem = problem;
      this.counts.early = this.#files.early;
      chunk.used = 0;
      chunk.packets = 0;
      chunk.bySource.fill(0);
      this.#free.push(chunk);
    }
    await this.#files.tidy();
  }

  // cold: once a second
  /** Writes what there is, so that no more than the latest moments are lost with the program; lets old files go. */
  flush(): void {
    if (this.#chunk.used === 0 || !this.#exchange()) this.#write();
  }

  // cold: once a reading
  /** Writes what is left, and the statistics of the interfaces; `dropped` as the kernel counted for all of them. */
  async close(dropped: number): Promise<void> {
    while (this.#chunk.used > 0 || this.#full.length > 0 || this.#writing !== undefined) {
      if (this.#chunk.used === 0 || !this.#exchange()) this.#write();
      await this.#writing;
    }
    await this.#files.close(dropped);
  }

  /** What the kernel dropped so far, for the statistics in the files. */
  set dropped(count: number) {
    this.#files.dropped = count;
  }
}
