/**
 * The pcap format: a file header, then records of 16 bytes and a packet each, in the byte order of the host that
 * wrote it (draft-ietf-opsawg-pcap); and the form with 24 bytes that patched programs of around 2000 write.
 *
 * @module
 */

import type { Packet } from './packet.ts';
import { damaged, type FrameSink, MAX_PACKET, type RecordReader, withoutFcs } from './records.ts';

export const PCAP_HEADER = 24;
const RECORD_HEADER = 16;
/** Behind the usual fields, those of `struct sockaddr_ll`. */
const PATCHED_HEADER = 24;

const MICROSECONDS = 0xa1b2c3d4;
const NANOSECONDS = 0xa1b23c4d;
const PATCHED = 0xa1b2cd34;

/** True where a pcap file begins so. */
export function isPcap(view: DataView, at: number): boolean {
  return isMagic(view.getUint32(at)) || isMagic(view.getUint32(at, true));
}

function isMagic(word: number): boolean {
  return word === MICROSECONDS || word === NANOSECONDS || word === PATCHED;
}

export class PcapReader implements RecordReader {
  readonly received = 0;
  readonly dropped = 0;
  readonly unread: ReadonlyMap<number, number> = new Map();
  /** Link type of all packets. */
  readonly link: number;
  readonly #little: boolean;
  readonly #fraction: number;
  readonly #header: number;
  /** Bytes of the frame check sequence behind each packet. */
  readonly #fcs: number;
  /** Before version 2.4, some programs wrote the two lengths the other way round. */
  readonly #old: boolean;

  /** Reads the file header at `at`; {@link PCAP_HEADER} bytes are there. */
  constructor(view: DataView, at: number) {
    this.#little = !isMagic(view.getUint32(at));
    const magic = view.getUint32(at, this.#little);
    this.#fraction = magic === NANOSECONDS ? 1e-9 : 1e-6;
    this.#header = magic === PATCHED ? PATCHED_HEADER : RECORD_HEADER;
    this.#old = view.getUint16(at + 4, this.#little) === 2 && view.getUint16(at + 6, this.#little) < 4;
    const link = view.getUint32(at + 20, this.#little);
    this.link = link & 0xffff;
    // The upper bits tell whether there is a frame check sequence, and its length in units of 16 bits.
    this.#fcs = (link & 0x04000000) === 0 ? 0 : (link >>> 28) * 2;
  }

  read(view: DataView, from: number, end: number, packet: Packet, sink: FrameSink): number {
    const little = this.#little;
    const fraction = this.#fraction;
    const header = this.#header;
    packet.view = view;
    packet.link = this.link;
    let at = from;
    while (end - at >= header) {
      let length = view.getUint32(at + 8, little);
      let wireLength = view.getUint32(at + 12, little);
      if (this.#old && length > wireLength) {
        const captured = wireLength;
        wireLength = length;
        length = captured;
      }
      if (length > MAX_PACKET) {
        throw damaged(`a packet claims ${length} bytes, more than a packet can have`, at);
      }
      const next = at + header + length;
      if (next > end) break;
      packet.time = view.getUint32(at, little) + view.getUint32(at + 4, little) * fraction;
      packet.wireLength = wireLength;
      packet.at = at + header;
      packet.end = next;
      if (this.#fcs > 0) withoutFcs(packet, this.#fcs);
      at = next;
      sink.frame(packet);
    }
    return at;
  }
}
