/**
 * The pcap format: a file header, then records of 16 bytes and a packet each, in the byte order of the host that
 * wrote it (draft-ietf-opsawg-pcap).
 *
 * @module
 */

import { CaptureError } from './capture-error.ts';
import { LINK_NAMES, readsLink } from './link-type.ts';
import type { Packet } from './packet.ts';
import { damaged, type FrameSink, MAX_PACKET, type RecordReader } from './records.ts';

export const PCAP_HEADER = 24;
const RECORD_HEADER = 16;

const MICROSECONDS = 0xa1b2c3d4;
const NANOSECONDS = 0xa1b23c4d;

/** True where a pcap file begins so. */
export function isPcap(view: DataView, at: number): boolean {
  const magic = view.getUint32(at);
  const swapped = view.getUint32(at, true);
  return (
    magic === MICROSECONDS || magic === NANOSECONDS || swapped === MICROSECONDS || swapped === NANOSECONDS
  );
}

export class PcapReader implements RecordReader {
  readonly #little: boolean;
  readonly #fraction: number;
  readonly #link: number;

  /** Reads the file header at `at`; {@link PCAP_HEADER} bytes are there. */
  constructor(view: DataView, at: number) {
    const magic = view.getUint32(at);
    this.#little = magic !== MICROSECONDS && magic !== NANOSECONDS;
    this.#fraction = view.getUint32(at, this.#little) === NANOSECONDS ? 1e-9 : 1e-6;
    // The upper bits may tell the length of a frame check sequence.
    this.#link = view.getUint32(at + 20, this.#little) & 0xffff;
    if (!readsLink(this.#link)) {
      throw new CaptureError(
        'COFFERDAM_CAPTURE_LINK',
        `link type ${this.#link} is not read; capture on an interface of another kind (${LINK_NAMES})`,
      );
    }
  }

  read(view: DataView, from: number, end: number, packet: Packet, sink: FrameSink): number {
    const little = this.#little;
    const fraction = this.#fraction;
    packet.view = view;
    packet.link = this.#link;
    let at = from;
    while (end - at >= RECORD_HEADER) {
      const length = view.getUint32(at + 8, little);
      if (length > MAX_PACKET) {
        throw damaged(
          `a packet claims ${length} bytes, more than a packet can have; the file is damaged from here`,
        );
      }
      const next = at + RECORD_HEADER + length;
      if (next > end) break;
      packet.time = view.getUint32(at, little) + view.getUint32(at + 4, little) * fraction;
      packet.wireLength = view.getUint32(at + 12, little);
      packet.at = at + RECORD_HEADER;
      packet.end = next;
      at = next;
      sink.frame(packet);
    }
    return at;
  }
}
