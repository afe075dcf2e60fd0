/**
 * What devices tell of themselves, one thing at a time: who makes them, which model, which firmware, what they are called.
 *
 * @module
 */

import type { Operation } from '../operation/operation.ts';

/** Is told each fact. Names are those of the documentation (docs/assets.md). */
export interface FactSink {
  /** `source`: what said so, for people: `SZL 0x0011`. */
  fact(name: string, value: string, source: string): void;
}

/** Reads what the operations of one session tell of the device that answers them. */
export interface IdentityReader {
  /** Takes each answer with the verb `identify`, in order. */
  operation(op: Operation, sink: FactSink): void;
}

/** Is told the facts of a packet, and an address that its sender says it has. */
export interface AnnouncementSink extends FactSink {
  address(address: string): void;
}

/** Packets in which devices tell of themselves without a session. */
export interface Announcement {
  readonly name: string;
  /** EtherType of the frames; 0 where they are UDP datagrams. */
  readonly etherType: number;
  /** UDP port that they come from. */
  readonly port: number;
  /** Reads the payload `at..end` of such a frame or datagram; what it tells is of its sender. */
  read(view: DataView, at: number, end: number, sink: AnnouncementSink): void;
}
