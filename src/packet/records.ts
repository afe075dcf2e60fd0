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

/** Where several read the same packets: tells which are certainly another's, so that they need not be handed on. */
export interface Sieve {
  /** 0 where the Ethernet frame `at..end` is another's, else 1. */
  concerns(view: DataView, at: number, end: number): number;
  /** The next `count` packets are another's, and are left out. */
  passed(count: number): void;
}

export interface RecordReader {
  /** What the capture says of itself: packets that were seen where it was taken, and those that it lost. */
  readonly received: number;
  readonly dropped: number;
  /** Packets that are not read, by their link type. */
  readonly unread: ReadonlyMap<number, number>;
  /**
   * Hands each packet that is whole within `at..end` to `sink`, but those that `sieve` keeps back. Returns where the
   * first record begins that is not whole yet; behind `end` where bytes that are of no interest reach further.
   */
  read(
    view: DataView,
    at: number,
    end: number,
    packet: Packet,
    sink: FrameSink,
    sieve: Sieve | undefined,
  ): number;
}

/** Longest packet that is believed, in bytes: libpcap's own limit. */
export const MAX_PACKET = 262_144;

/** Longest record that is held: a packet with its headers and options. */
export const MAX_RECORD = 2 * MAX_PACKET;

/** `at` is where the record that is damaged begins. cold: once a capture at most */
export function damaged(what: string, at: number): CaptureError {
  return new CaptureError('COFFERDAM_CAPTURE_DAMAGED', `${what}; the file is damaged from here`, at);
}

/** Takes the frame check sequence of `fcs` bytes off a packet, as far as the capture has it. */
export function withoutFcs(packet: Packet, fcs: number): void {
  packet.wireLength = Math.max(0, packet.wireLength - fcs);
  packet.end = Math.min(packet.end, packet.at + packet.wireLength);
}
