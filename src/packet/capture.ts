/**
 * Reads a capture from its first byte to its last: finds out what it is, and hands every packet on. Memory does
 * not grow with the file: all bytes pass through one buffer.
 *
 * @module
 */

import { CaptureError } from './capture-error.ts';
import { Unpacked } from './compression.ts';
import { LINK_NAMES, linkName, readsLink } from './link-type.ts';
import { Packet } from './packet.ts';
import { isPcap, PCAP_HEADER, PcapReader } from './pcap.ts';
import { isPcapng, PcapngReader } from './pcapng.ts';
import { type FrameSink, MAX_RECORD, type RecordReader, type Sieve } from './records.ts';
import type { ByteSource } from './source.ts';

/** Bytes asked of a source at a time. */
const CHUNK = 1 << 18;

/** How files begin that are packed in ways that are not unpacked here, and what unpacks them. */
const PACKED = [
  { magic: 0xfd377a58, bits: 32, name: 'xz', command: 'xz -dc' },
  { magic: 0x425a68, bits: 24, name: 'bzip2', command: 'bzip2 -dc' },
  { magic: 0x04224d18, bits: 32, name: 'LZ4', command: 'lz4 -dc' },
] as const;

/** What a reader tells between chunks. */
export interface Progress {
  /** Bytes of the source read so far. */
  readonly bytes: number;
  /** Bytes it has in all; 0 where that is not known. */
  readonly size: number;
  /** Packets handed on so far. */
  readonly packets: number;
}

export interface ReadOptions {
  /** Called after each chunk, and awaited: the place to let output drain. */
  readonly afterChunk?: (progress: Progress) => Promise<void> | void;
  /** Tells which packets need not be handed on. */
  readonly sieve?: Sieve | undefined;
  /** Ends the reading early, without an error. */
  readonly signal?: AbortSignal;
}

export class CaptureReader {
  /** What the captures that were read say of themselves: packets seen where they were taken, and those lost there. */
  received = 0;
  dropped = 0;
  readonly #bytes = new Uint8Array(MAX_RECORD + CHUNK);
  readonly #view = new DataView(this.#bytes.buffer);
  readonly #packet = new Packet();

  /**
   * Hands all packets of `packed`, a capture or a compressed one, to `sink` and closes it. Throws a {@link CaptureError} after the last
   * packet that could be read where the capture is cut short or damaged, or no capture at all.
   */
  async read(packed: ByteSource, sink: FrameSink, options: ReadOptions = {}): Promise<void> {
    const source = new Unpacked(packed);
    const reading = new Reading(sink, options.sieve);
    try {
      await this.#read(source, reading, options);
    } catch (error) {
      if (!(error instanceof CaptureError)) throw error;
      const { code, message, at } = error;
      throw new CaptureError(code, `${source.name}: ${message}${place(reading, at, source.packing)}`);
    } finally {
      this.received += reading.reader?.received ?? 0;
      this.dropped += reading.reader?.dropped ?? 0;
      await source.close();
    }
  }

  async #read(source: ByteSource, reading: Reading, { afterChunk, signal }: ReadOptions): Promise<void> {
    const bytes = this.#bytes;
    const view = this.#view;
    // Bytes that wait to be read are at..end; `at` lies behind `end` while a block of no interest is skipped.
    let at = 0;
    let end = 0;
    // What is begun to be read when the signal is there already would fail when the source is closed.
    while (!isStopped(signal)) {
      const length = await unlessStopped(source.read(bytes.subarray(end, end + CHUNK)), signal);
      if (isStopped(signal)) return;
      if (length === 0) {
        if (reading.reader === undefined) throw noCapture(view, end);
        if (reading.reader.unread.size > 0) throw unreadLinks(reading.reader.unread);
        if (at !== end) throw cutShort(at, end);
        return;
      }
      end += length;
      if (reading.reader === undefined) {
        if (end < PCAP_HEADER) continue;
        if (isPcap(view, 0)) {
          reading.reader = pcapReader(view);
          at = PCAP_HEADER;
        } else if (isPcapng(view, 0)) reading.reader = new PcapngReader();
        else throw noCapture(view, end);
      }
      if (at < end) at = reading.read(view, at, end, this.#packet);
      if (at < end) {
        bytes.copyWithin(0, at, end);
        reading.base += at;
        end -= at;
        at = 0;
      } else {
        reading.base += end;
        at -= end;
        end = 0;
      }
      await afterChunk?.({ bytes: reading.base + end, size: source.size, packets: reading.packets });
    }
  }
}

/** How far the reading of one capture is. */
class Reading implements FrameSink, Sieve {
  reader: RecordReader | undefined;
  packets = 0;
  /** Bytes of the capture in front of those that are in the buffer. */
  base = 0;
  readonly #sink: FrameSink;
  readonly #sieve: Sieve | undefined;

  constructor(sink: FrameSink, sieve: Sieve | undefined) {
    this.#sink = sink;
    this.#sieve = sieve;
  }

  read(view: DataView, at: number, end: number, packet: Packet): number {
    return this.reader!.read(view, at, end, packet, this, this.#sieve === undefined ? undefined : this);
  }

  concerns(view: DataView, at: number, end: number): number {
    return this.#sieve!.concerns(view, at, end);
  }

  passed(count: number): void {
    this.packets += count;
    this.#sieve!.passed(count);
  }

  frame(packet: Packet): void {
    this.packets++;
    this.#sink.frame(packet);
  }
}

function isStopped(signal: AbortSignal | undefined): boolean {
  return signal?.aborted === true;
}

/** What `reading` resolves to, or 0 as soon as the signal is given: standard input may keep silent for ever. */
async function unlessStopped(reading: Promise<number>, signal: AbortSignal | undefined): Promise<number> {
  if (signal === undefined) return await reading;
  const { promise: stopped, resolve } = Promise.withResolvers<number>();
  const stop = () => resolve(0);
  signal.addEventListener('abort', stop);
  try {
    return await Promise.race([reading, stopped]);
  } finally {
    signal.removeEventListener('abort', stop);
  }
}

function pcapReader(view: DataView): PcapReader {
  const reader = new PcapReader(view, 0);
  if (readsLink(reader.link)) return reader;
  throw new CaptureError(
    'COFFERDAM_CAPTURE_LINK',
    `link type ${linkName(reader.link)} is not read; capture on an interface of another kind (${LINK_NAMES})`,
  );
}

function noCapture(view: DataView, length: number): CaptureError {
  const magic = length < 4 ? 0 : view.getUint32(0);
  const packed = PACKED.find(({ magic: wanted, bits }) => magic >>> (32 - bits) === wanted);
  const what =
    length === 0
      ? 'is empty; check what wrote it (tcpdump writes each packet at once with -U only), or name another'
      : packed !== undefined
        ? `is compressed with ${packed.name}; unpack it first (${packed.command} FILE | cofferdam inspect -)`
        : 'is not a capture; give a pcap or pcapng file, as tcpdump and Wireshark write them';
  return new CaptureError(
    packed === undefined ? 'COFFERDAM_CAPTURE_FORMAT' : 'COFFERDAM_CAPTURE_PACKED',
    what,
  );
}

function unreadLinks(unread: ReadonlyMap<number, number>): CaptureError {
  const each = Array.from(unread, ([link, packets]) => `${counted(packets)} of link type ${linkName(link)}`);
  return new CaptureError(
    'COFFERDAM_CAPTURE_LINK',
    `${each.join(', ')} not read; capture on an interface of another kind (${LINK_NAMES})`,
  );
}

/** The end lies within a block that was being skipped where `at` lies behind it. */
function cutShort(at: number, end: number): CaptureError {
  const what = at < end ? `its last ${end - at} bytes are part of a packet` : 'it ends within a block';
  return new CaptureError(
    'COFFERDAM_CAPTURE_TRUNCATED',
    `the capture is cut short: ${what}; copy it again or take it as it is`,
    Math.min(at, end),
  );
}

/** Where it was met, for people. */
function place({ base, packets }: Reading, at: number | undefined, packing: string | undefined): string {
  const unpacked = packing === undefined ? '' : ' when unpacked';
  const parts = at === undefined ? [] : [`at byte ${base + at}${unpacked}`];
  if (packets > 0) parts.push(`behind ${counted(packets)}`);
  return parts.length === 0 ? '' : ` (${parts.join(', ')})`;
}

function counted(packets: number): string {
  return packets === 1 ? '1 packet' : `${packets} packets`;
}
