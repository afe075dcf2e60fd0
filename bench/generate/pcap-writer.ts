/**
 * Writes a capture file packet by packet: classic pcap, little-endian, microseconds, Ethernet. One buffer,
 * flushed when it is full, so that a file of any size takes the same memory.
 *
 * @module
 */

import { closeSync, openSync, writeSync } from 'node:fs';

const BUFFER = 1 << 22;
const FILE_HEADER = 24;
const RECORD_HEADER = 16;
const SNAP_LENGTH = 262144;
const LINKTYPE_ETHERNET = 1;

export class PcapWriter {
  readonly bytes = new Uint8Array(BUFFER);
  readonly view = new DataView(this.bytes.buffer);
  readonly #file: number;
  #used = 0;
  #packets = 0;
  #written = 0;

  constructor(path: string) {
    this.#file = openSync(path, 'w');
    const { view } = this;
    view.setUint32(0, 0xa1b2c3d4, true);
    view.setUint16(4, 2, true);
    view.setUint16(6, 4, true);
    view.setUint32(16, SNAP_LENGTH, true);
    view.setUint32(20, LINKTYPE_ETHERNET, true);
    this.#used = FILE_HEADER;
  }

  get packets(): number {
    return this.#packets;
  }

  /** Bytes of all packets so far. */
  get packetBytes(): number {
    return this.#written + this.#used - FILE_HEADER - this.#packets * RECORD_HEADER;
  }

  /** Begins a packet of `length` bytes seen at `micros` µs since 1970; returns where in `bytes` they go. */
  packet(micros: number, length: number): number {
    if (this.#used + RECORD_HEADER + length > BUFFER) this.#flush();
    const at = this.#used;
    const seconds = Math.floor(micros / 1e6);
    this.view.setUint32(at, seconds, true);
    this.view.setUint32(at + 4, micros - seconds * 1e6, true);
    this.view.setUint32(at + 8, length, true);
    this.view.setUint32(at + 12, length, true);
    this.#used = at + RECORD_HEADER + length;
    this.#packets++;
    return at + RECORD_HEADER;
  }

  close(): void {
    this.#flush();
    closeSync(this.#file);
  }

  #flush(): void {
    for (let from = 0; from < this.#used; )
      from += writeSync(this.#file, this.bytes, from, this.#used - from);
    this.#written += this.#used;
    this.#used = 0;
  }
}
