/**
 * Reads a capture from its first byte to its last: finds out what it is, and hands every packet on. Memory does
 * not grow with the file: all bytes pass through one buffer.
 *
 * @module
 */

import { CaptureError } from './capture-error.ts';
import { Unpacked } from './compression.ts';
import { LINK_NAMES } from './link-type.ts';
import { Packet } from './packet.ts';
import { isPcap, PCAP_HEADER, PcapReader } from './pcap.ts';
import { isPcapng, PcapngReader } from './pcapng.ts';
import { type FrameSink, MAX_RECORD, type RecordReader } from './records.ts';
import type { ByteSource } from './source.ts';

/** Bytes asked of a source at a time. */
const CHUNK = 1 << 18;

/** How files begin that are packed in ways that are not unpacked here. */
const XZ = 0xfd377a58;
const BZIP2 = 0x425a68;

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
  /** Ends the reading early, without an error. */
  readonly signal?: AbortSignal;
}

export class CaptureReader {
  readonly #bytes = new Uint8Array(MAX_RECORD + CHUNK);
  readonly #view = new DataView(this.#bytes.buffer);
  readonly #packet = new Packet();

  /**
   * Hands all packets of `packed`, a capture or a compressed one, to `sink` and closes it. Throws a {@link CaptureError} after the last
   * packet that could be read where the capture is cut short or damaged, or no capture at all.
   */
  async read(packed: ByteSource, sink: FrameSink, options: ReadOptions = {}): Promise<void> {
    const counter = new Counter(sink);
    const source = new Unpacked(packed);
    try {
      await this.#read(source, counter, options);
    } catch (error) {
      if (!(error instanceof CaptureError)) throw error;
      const before = counter.packets === 0 ? '' : ` (${counted(counter.packets)} before it read)`;
      throw new CaptureError(error.code, `${source.name}: ${error.message}${before}`);
    } finally {
      await source.close();
    }
  }

  async #read(source: ByteSource, counter: Counter, { afterChunk, signal }: ReadOptions): Promise<void> {
    const bytes = this.#bytes;
    const view = this.#view;
    let reader: RecordReader | undefined;
    let total = 0;
    // Bytes that wait to be read are at..end; `at` lies behind `end` while a block of no interest is skipped.
    let at = 0;
    let end = 0;
    for (;;) {
      const length = await unlessStopped(source.read(bytes.subarray(end, end + CHUNK)), signal);
      if (signal?.aborted === true) return;
      if (length === 0) {
        if (reader === undefined) throw noCapture(view, end);
        if (reader instanceof PcapngReader && reader.unread > 0) throw unreadLinks(reader);
        if (at !== end) throw cutShort(end - at);
        return;
      }
      total += length;
      end += length;
      if (reader === undefined) {
        if (end < PCAP_HEADER) continue;
        if (isPcap(view, 0)) {
          reader = new PcapReader(view, 0);
          at = PCAP_HEADER;
        } else if (isPcapng(view, 0)) reader = new PcapngReader();
        else throw noCapture(view, end);
      }
      if (at < end) at = reader.read(view, at, end, this.#packet, counter);
      if (at < end) {
        bytes.copyWithin(0, at, end);
        end -= at;
        at = 0;
      } else {
        at -= end;
        end = 0;
      }
      await afterChunk?.({ bytes: total, size: source.size, packets: counter.packets });
    }
  }
}

/** Counts the packets on their way. */
class Counter implements FrameSink {
  packets = 0;
  readonly #sink: FrameSink;

  constructor(sink: FrameSink) {
    this.#sink = sink;
  }

  frame(packet: Packet): void {
    this.packets++;
    this.#sink.frame(packet);
  }
}

/** What `reading` resolves to, or 0 as soon as the signal is given: standard input may keep silent for ever. */
async function unlessStopped(reading: Promise<number>, signal: AbortSignal | undefined): Promise<number> {
  if (signal === undefined) return await reading;
  if (signal.aborted) return 0;
  const { promise: stopped, resolve } = Promise.withResolvers<number>();
  const stop = () => resolve(0);
  signal.addEventListener('abort', stop);
  try {
    return await Promise.race([reading, stopped]);
  } finally {
    signal.removeEventListener('abort', stop);
  }
}

function noCapture(view: DataView, length: number): CaptureError {
  const magic = length < 4 ? 0 : view.getUint32(0);
  const what =
    length === 0
      ? 'is empty; check what wrote it (tcpdump writes each packet at once with -U only), or name another'
      : magic === XZ
        ? 'is compressed with xz; unpack it first (xz -dc FILE | cofferdam inspect -)'
        : magic >>> 8 === BZIP2
          ? 'is compressed with bzip2; unpack it first (bzip2 -dc FILE | cofferdam inspect -)'
          : 'is not a capture; give a pcap or pcapng file, as tcpdump and Wireshark write them';
  return new CaptureError('COFFERDAM_CAPTURE_FORMAT', what);
}

function unreadLinks({ unread, unreadLink }: PcapngReader): CaptureError {
  return new CaptureError(
    'COFFERDAM_CAPTURE_LINK',
    `${counted(unread)} of link type ${unreadLink} not read; capture on an interface of another kind (${LINK_NAMES})`,
  );
}

/** `left` is negative where the end lies within a block that was being skipped. */
function cutShort(left: number): CaptureError {
  const what = left > 0 ? `its last ${left} bytes are part of a packet` : 'it ends within a block';
  return new CaptureError(
    'COFFERDAM_CAPTURE_TRUNCATED',
    `the capture is cut short: ${what}; copy it again or take it as it is`,
  );
}

function counted(packets: number): string {
  return packets === 1 ? '1 packet' : `${packets} packets`;
}
