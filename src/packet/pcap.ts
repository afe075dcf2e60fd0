/**
 * The pcap format: a file header, then records of 16 bytes and a packet each, in the byte order of the host that
 * wrote it (draft-ietf-opsawg-pcap); and the form with 24 bytes that patched programs of around 2000 write.
 *
 * @module
 */

import { LinkType } from './link-type.ts';
import type { Packet } from './packet.ts';
import { damaged, type FrameSink, MAX_PACKET, type RecordReader, type Sieve, withoutFcs } from './records.ts';

export const PCAP_HEADER = 24;
const RECORD_HEADER = 16;
/** Behind the usual fields, those of `struct sockaddr_ll`. */
const PATCHED_HEADER = 24;

/** Records that are looked through before the first of them is read: their headers stay in the cache. */
const AT_A_TIME = 256;

/** No place: the record is not whole yet, or cannot be one. */
const PARTIAL = -1;
const DAMAGED = -2;

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
  // Of the records that are looked through: where they begin, and how many came before.
  readonly #places = new Int32Array(AT_A_TIME + 1);
  readonly #orders = new Int32Array(AT_A_TIME + 1);
  #at = 0;
  #looked = 0;

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

  read(
    view: DataView,
    from: number,
    end: number,
    packet: Packet,
    sink: FrameSink,
    sieve: Sieve | undefined,
  ): number {
    packet.view = view;
    packet.link = this.link;
    const plain = this.link === LinkType.ethernet && this.#fcs === 0 && !this.#old;
    if (sieve !== undefined && plain) return this.#sift(view, from, end, packet, sink, sieve);
    let at = from;
    for (;;) {
      const next = this.#next(view, at, end);
      if (next < 0) return this.#stop(view, at, next);
      this.#fill(packet, view, at, next);
      at = next;
      sink.frame(packet);
    }
  }

  /** Reads in two steps: which records are not kept back, and then those. */
  #sift(view: DataView, from: number, end: number, packet: Packet, sink: FrameSink, sieve: Sieve): number {
    this.#at = from;
    do {
      const found = this.#find(view, end, sieve);
      let done = 0;
      for (let i = 0; i < found; i++) {
        const order = this.#orders[i]!;
        sieve.passed(order - done);
        done = order + 1;
        this.#hand(view, this.#places[i]!, packet, sink);
      }
      sieve.passed(this.#looked - done);
    } while (this.#looked === AT_A_TIME);
    return this.#stop(view, this.#at, this.#next(view, this.#at, end));
  }

  /**
   * Looks through records from `#at` on, which it moves behind them, and writes down the places of those that are not kept
   * back, without a branch on whose they are. Returns how many those are.
   */
  #find(view: DataView, end: number, sieve: Sieve): number {
    const header = this.#header;
    const places = this.#places;
    const orders = this.#orders;
    let at = this.#at;
    let found = 0;
    let order = 0;
    for (; order < AT_A_TIME; order++) {
      const next = this.#next(view, at, end);
      if (next < 0) break;
      places[found] = at;
      orders[found] = order;
      found += sieve.concerns(view, at + header, next);
      at = next;
    }
    this.#at = at;
    this.#looked = order;
    return found;
  }

  #hand(view: DataView, at: number, packet: Packet, sink: FrameSink): void {
    this.#fill(packet, view, at, at + this.#header + view.getUint32(at + 8, this.#little));
    sink.frame(packet);
  }

  /** One past the record at `at`; {@link PARTIAL} or {@link DAMAGED} where there is none that could be read. */
  #next(view: DataView, at: number, end: number): number {
    if (end - at < this.#header) return PARTIAL;
    const length = this.#length(view, at);
    if (length > MAX_PACKET) return DAMAGED;
    const next = at + this.#header + length;
    return next > end ? PARTIAL : next;
  }

  /** Bytes of the packet that the record at `at` has. */
  #length(view: DataView, at: number): number {
    const length = view.getUint32(at + 8, this.#little);
    return this.#old ? Math.min(length, view.getUint32(at + 12, this.#little)) : length;
  }

  /** Makes `packet` that of the record `at..next`. */
  #fill(packet: Packet, view: DataView, at: number, next: number): void {
    const little = this.#little;
    packet.time = view.getUint32(at, little) + view.getUint32(at + 4, little) * this.#fraction;
    packet.wireLength = view.getUint32(at + 12, little);
    if (this.#old) packet.wireLength = Math.max(packet.wireLength, view.getUint32(at + 8, little));
    packet.at = at + this.#header;
    packet.end = next;
    if (this.#fcs > 0) withoutFcs(packet, this.#fcs);
  }

  /** No record at `at` could be read: returns that place, or throws where that is no end. */
  #stop(view: DataView, at: number, why: number): number {
    if (why === PARTIAL) return at;
    throw damaged(`a packet claims ${this.#length(view, at)} bytes, more than a packet can have`, at);
  }
}
