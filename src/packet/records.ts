/**
 * What a capture format is to the reader: it finds the packets in the file's bytes as they come.
 *
 * @module
 */

import { CaptureError } from './capture-error.ts';
import type { Packet } from './packet.ts';

/** Receives each packet, its frame filled in. The record is reused. */
export interface FrameSink {
  frame(packet: Packet): void;
}

export interface RecordReader {
  /**
   * Hands each packet that is whole within `at..end` to `sink`. Returns where the first record begins that is
   * not whole yet; behind `end` where bytes that are of no interest reach further.
   */
  read(view: DataView, at: number, end: number, packet: Packet, sink: FrameSink): number;
}

/** Longest packet that is believed, in bytes: libpcap's own limit. */
export const MAX_PACKET = 262_144;

/** Longest record that is held: a packet with its headers and options. */
export const MAX_RECORD = 2 * MAX_PACKET;

// cold: once a capture at most
export function damaged(what: string): CaptureError {
  return new CaptureError('COFFERDAM_CAPTURE_DAMAGED', what);
}
