/**
 * TCP reassembly: from segments to the bytes of each direction, in order, each once.
 *
 * - Bytes that come in order are handed on where they lie in the packet; only what comes early is copied.
 * - The first copy of a byte wins: retransmissions, whatever they carry, are not looked at.
 * - A hole is given up, and reported as a gap, as soon as the receiver acknowledges bytes behind it (it has them,
 *   so the capture lost them), when too much is held behind it, or after {@link HOLE_SECONDS}.
 * - A connection that was open before the capture began is read from its first segment with payload.
 * - A SYN on a connection that is alive begins a new one only when the other side, or the next segment, agrees
 *   with it: a forged SYN must not blind the reader. Nor must a forged RST: bytes that go on after it are read.
 *
 * @module
 */

import { Asides } from './asides.ts';
import { CELL_SHIFT, Cell, type EvictionSink, FlowBit, FlowTable } from './flow-table.ts';
import { type Packet, TcpFlag } from './packet.ts';
import { Reorder } from './reorder.ts';

/** Directions are 0, from the lower to the higher endpoint, and 1. */
export interface StreamSink {
  /** The next bytes of a direction. They are gone after the call. */
  data(flow: number, direction: number, view: DataView, at: number, end: number): void;
  /**
   * The same for bytes that came with an earlier packet and were held behind a hole: its time, in seconds, and its
   * number.
   */
  held(
    flow: number,
    direction: number,
    view: DataView,
    at: number,
    end: number,
    time: number,
    number: number,
  ): void;
  /** At least `bytes` bytes of a direction are missing here; 0 where their number cannot be known. */
  gap(flow: number, direction: number, bytes: number): void;
  /** The connection ended, or makes room for another: forget it. */
  closed(flow: number): void;
}

export interface StreamLimits {
  /** Flows in the table. */
  readonly flows: number;
  /** Bytes held for all directions together. */
  readonly held: number;
}

export const STREAM_LIMITS: StreamLimits = { flows: 1 << 18, held: 16 << 20 };

/** More than there are flows in any table. */
const ORDER = 2 ** 20;

/** Seconds of capture time that a hole is waited for. */
export const HOLE_SECONDS = 30;

/** A segment further from the expected number than this is of another connection. */
const PLAUSIBLE = 1 << 24;

// Words of a flow's cell. Those with two directions take two words.
const NEXT = Cell.free;
const ACKED = Cell.free + 2;
const SERIAL = Cell.free + 4;
/** Of a flow that is ignored: the label that its bytes are counted by. Acknowledgements are not looked at any more. */
const LABEL = ACKED;
/** Row of the flow's words beside its cell; 0 where it has none. */
const ASIDE = Cell.free + 5;

/** What only connections need that are not simply read on: words beside the cells. Those with two directions take two. */
const Aside = { held: 0, proposed: 2 } as const;

// Bits of a flow's state. Those with two directions take two bits.
const BIT = {
  /** The next sequence number is known. */
  known: 1 << 8,
  /** An acknowledgement was seen. */
  acked: 1 << 10,
  /** A SYN was seen that does not fit the connection. */
  proposed: 1 << 12,
  finished: 1 << 14,
  /** Bytes are held behind a hole. */
  held: 1 << 16,
  closed: 1 << 18,
  ignored: 1 << 19,
  /** A SYN told who the client is, and that it is direction 1. */
  client: 1 << 20,
  client1: 1 << 21,
  proposedClient1: 1 << 22,
  /** Payload was handed on. */
  data: 1 << 23,
} as const;

const SPECIAL = TcpFlag.syn | TcpFlag.fin | TcpFlag.rst;
/** Bits of a direction that is simply read on, and those, but for `data`, that are then not set. */
const USUAL = BIT.known | BIT.acked;
const UNUSUAL = BIT.data | BIT.held | (BIT.held << 1) | BIT.closed | BIT.ignored;

export class Streams implements EvictionSink {
  /** Connections seen. */
  connections = 0;
  /** Segments with nothing but bytes that were there before, and bytes of holes that were given up. */
  retransmissions = 0;
  gaps = 0;
  gapBytes = 0;
  /** Payload bytes of flows that nobody wants to read. */
  ignoredBytes = 0;
  /** The same by the labels that {@link ignore} was given; undefined where none are given. */
  labelled: Float64Array | undefined;

  readonly #table: FlowTable;
  readonly #sink: StreamSink;
  readonly #maxHeld: number;
  // By the number in `Aside.held`; 0 is none. Those that are spare are used again.
  readonly #reorders: (Reorder | undefined)[] = [undefined];
  readonly #spare: number[] = [];
  #held = 0;
  readonly #asides = new Asides();
  // Of the packet that is being looked at.
  #number = 0;

  /** `seed` makes the key of the flow table's hash, which is random without. */
  constructor(sink: StreamSink, seed?: number, limits: StreamLimits = STREAM_LIMITS) {
    this.#sink = sink;
    this.#maxHeld = limits.held;
    this.#table = new FlowTable(limits.flows, seed, this);
  }

  get evictions(): number {
    return this.#table.evictions;
  }

  /** Number of the connection that the flow is now: that of its first packet, the same for all who share the reading. */
  serial(flow: number): number {
    // As many packets ago as the low bits say, which are all that the cell has room for.
    return this.#number - ((this.#number - this.#table.cells[(flow << CELL_SHIFT) + SERIAL]!) >>> 0);
  }

  /** Direction of the client as a SYN told it, or -1. */
  client(flow: number): number {
    const state = this.#table.cells[flow << CELL_SHIFT]!;
    if ((state & BIT.client) === 0) return -1;
    return (state & BIT.client1) === 0 ? 0 : 1;
  }

  /** Port that packets of `direction` come from. */
  port(flow: number, direction: number): number {
    const ports = this.#table.cells[(flow << CELL_SHIFT) + Cell.ports]!;
    return direction === 0 ? ports >>> 16 : ports & 0xffff;
  }

  /** Address that packets of `direction` come from, as text. */
  address(flow: number, direction: number): string {
    return this.#table.address(flow, direction);
  }

  /** Writes that address, in network order, to `at` in `to`: 4 bytes or 16. Returns the version of IP. */
  writeAddress(flow: number, direction: number, to: DataView, at: number): number {
    return this.#table.writeAddress(flow, direction, to, at);
  }

  /** Nobody wants the bytes of this connection; they are counted by `label`, where it is not 0. */
  ignore(flow: number, label = 0): void {
    const base = flow << CELL_SHIFT;
    for (let direction = 0; direction < 2; direction++) {
      const held = this.#reorderOf(base, direction)?.length ?? 0;
      this.ignoredBytes += held;
      if (this.labelled !== undefined) this.labelled[label]! += held;
      this.#release(base, direction);
    }
    const { cells } = this.#table;
    cells[base]! |= BIT.ignored;
    cells[base + LABEL] = label;
  }

  /** Looks at a packet whose kind is TCP. */
  segment(packet: Packet): void {
    const table = this.#table;
    const flow = table.find(packet);
    const { direction, cells } = table;
    const base = flow << CELL_SHIFT;
    const state = cells[base]!;
    const { flags, sequence } = packet;
    this.#number = packet.number;
    // Nearly all segments: the next bytes, or none, of a connection under way in which nothing is missing.
    if (
      (flags & (SPECIAL | TcpFlag.ack)) === TcpFlag.ack &&
      sequence === cells[base + NEXT + direction] &&
      packet.missing === 0 &&
      (state & (UNUSUAL | (USUAL << direction))) === ((USUAL << direction) | BIT.data)
    ) {
      cells[base + ACKED + direction] = packet.acknowledgement;
      const { payloadAt, transportEnd } = packet;
      if (payloadAt === transportEnd) return;
      cells[base + NEXT + direction] = sequence + transportEnd - payloadAt;
      this.#sink.data(flow, direction, packet.view, payloadAt, transportEnd);
      return;
    }
    if (table.fresh) {
      this.connections++;
      cells[base + SERIAL] = packet.number;
    }
    const length = packet.transportEnd - packet.payloadAt;
    if ((state & BIT.ignored) !== 0 && (flags & TcpFlag.syn) === 0) {
      this.ignoredBytes += length;
      if (this.labelled !== undefined) this.labelled[cells[base + LABEL]!]! += length;
    } else this.#unusual(packet, flow, base, direction, length);
  }

  /** The capture is over: hands on what is held, and ends all connections, in the order in which they began. */
  // cold: once a capture
  finish(): void {
    const { size } = this.#table;
    // The number of a connection, of 32 bits, and its cell as one number that sorts.
    const order = new Float64Array(size);
    for (let flow = 0; flow < size; flow++) order[flow] = this.serial(flow) * ORDER + flow;
    order.sort();
    for (let i = 0; i < size; i++) {
      const flow = order[i]! % ORDER;
      this.#end(flow, flow << CELL_SHIFT);
    }
  }

  evicted(flow: number): void {
    this.#end(flow, flow << CELL_SHIFT);
  }

  /** Whatever is not simply the next bytes of a connection under way. */
  #unusual(packet: Packet, flow: number, base: number, direction: number, length: number): void {
    const { cells } = this.#table;
    const { flags } = packet;
    let { sequence } = packet;
    // Of a flow that is ignored, a label stands there.
    if ((flags & TcpFlag.ack) !== 0 && (cells[base]! & BIT.ignored) === 0) {
      cells[base + ACKED + direction] = packet.acknowledgement;
      cells[base]! |= BIT.acked << direction;
      const other = 1 - direction;
      if ((cells[base]! & (BIT.held << other)) !== 0) {
        this.#acknowledged(flow, base, other, packet.acknowledgement);
      }
    }
    if ((flags & TcpFlag.syn) !== 0) {
      if (!this.#syn(packet, flow, base, direction)) return;
      sequence = (sequence + 1) | 0;
    }
    const state = cells[base]!;
    if (
      (state & (BIT.proposed << direction)) !== 0 &&
      sequence === ((this.#aside(base, Aside.proposed + direction) + 1) | 0) &&
      sequence !== cells[base + NEXT + direction]
    ) {
      this.#adopt(flow, base, packet.number);
    }
    // RFC 1122, 4.2.2.12: what a RST carries tells people why; receivers do not take it for data.
    if ((flags & TcpFlag.rst) !== 0) this.ignoredBytes += length;
    else if (length > 0 || packet.missing > 0) this.#payload(packet, flow, base, direction, sequence);
    if ((flags & TcpFlag.fin) !== 0) {
      this.#fin(flow, base, direction, (sequence + length + packet.missing) | 0);
    }
    if ((flags & TcpFlag.rst) !== 0) this.#close(flow, base);
  }

  /** True where the SYN is, or repeats, the one that began this connection. */
  #syn(packet: Packet, flow: number, base: number, direction: number): boolean {
    const { cells } = this.#table;
    const { sequence, flags } = packet;
    const answer = (flags & TcpFlag.ack) !== 0;
    const known = (cells[base]! & (BIT.known << direction)) !== 0;
    const next = (sequence + 1) | 0;
    if (known && cells[base + NEXT + direction] === next) return true;
    if ((cells[base]! & (BIT.closed | BIT.ignored)) !== 0) this.#restart(flow, base, packet.number);
    const client = answer ? 1 - direction : direction;
    const state = cells[base]!;
    // Bytes that wait behind a hole are data of a connection under way too.
    if ((state & (BIT.data | BIT.held | (BIT.held << 1))) === 0) {
      cells[base + NEXT + direction] = next;
      cells[base] =
        (state & ~BIT.client1) | (BIT.known << direction) | BIT.client | (client === 1 ? BIT.client1 : 0);
      return true;
    }
    this.#setAside(base, Aside.proposed + direction, sequence);
    cells[base] =
      (state & ~BIT.proposedClient1) | (BIT.proposed << direction) | (client === 1 ? BIT.proposedClient1 : 0);
    const other = 1 - direction;
    const agreed =
      answer &&
      (state & (BIT.proposed << other)) !== 0 &&
      packet.acknowledgement === ((this.#aside(base, Aside.proposed + other) + 1) | 0);
    if (agreed) this.#adopt(flow, base, packet.number);
    return agreed;
  }

  /** A connection that was proposed by SYNs takes the place of the old one. */
  #adopt(flow: number, base: number, number: number): void {
    const { cells } = this.#table;
    const old = cells[base]!;
    const proposed0 = this.#aside(base, Aside.proposed);
    const proposed1 = this.#aside(base, Aside.proposed + 1);
    this.#restart(flow, base, number);
    let state = cells[base]! | BIT.client;
    if ((old & BIT.proposedClient1) !== 0) state |= BIT.client1;
    if ((old & BIT.proposed) !== 0) {
      state |= BIT.known;
      cells[base + NEXT] = (proposed0 + 1) | 0;
    }
    if ((old & (BIT.proposed << 1)) !== 0) {
      state |= BIT.known << 1;
      cells[base + NEXT + 1] = (proposed1 + 1) | 0;
    }
    cells[base] = state;
  }

  #payload(packet: Packet, flow: number, base: number, direction: number, first: number): void {
    const { cells } = this.#table;
    const { view, transportEnd: end } = packet;
    let at = packet.payloadAt;
    let sequence = first;
    const length = end - at;
    if ((cells[base]! & (BIT.known << direction)) === 0) {
      // A connection that the capture found open. A single byte may be a keep-alive that repeats an old one, but not
      // where it follows another.
      if (length + packet.missing <= 1 && cells[base + NEXT + direction] !== sequence) {
        cells[base + NEXT + direction] = (sequence + 1) | 0;
        return;
      }
      cells[base + NEXT + direction] = sequence;
      cells[base]! |= BIT.known << direction;
    }
    let ahead = (sequence - cells[base + NEXT + direction]!) | 0;
    const closed = (cells[base]! & BIT.closed) !== 0;
    if (ahead > PLAUSIBLE || ahead < -PLAUSIBLE) {
      // Another connection on the same ports, whose SYN was not seen.
      if (closed) this.#restart(flow, base, packet.number);
      else {
        this.#giveUp(flow, base, direction);
        this.#gap(flow, base, direction, 0);
      }
      cells[base + NEXT + direction] = sequence;
      cells[base]! |= BIT.known << direction;
      ahead = 0;
    }
    if (ahead < 0) {
      if (-ahead >= length + packet.missing) {
        this.retransmissions++;
        return;
      }
      const old = Math.min(-ahead, length);
      at += old;
      sequence = (sequence + old) | 0;
      ahead += old;
      // What is new of the segment was cut off by the capture.
      if (ahead < 0) {
        this.#skipTo(flow, base, direction, (first + length + packet.missing) | 0);
        return;
      }
    }
    if (ahead > 0) {
      const other = 1 - direction;
      // Not one from long ago, where the other side has not been seen since: the numbers come round.
      const behind = (cells[base + ACKED + other]! - sequence) | 0;
      const acked = (cells[base]! & (BIT.acked << other)) !== 0 && behind >= 0 && behind <= PLAUSIBLE;
      if (!acked || (cells[base]! & (BIT.held << direction)) !== 0) {
        // A segment of which nothing was captured is part of the hole.
        if (at < end) this.#hold(packet, flow, base, direction, sequence, at, end);
        return;
      }
      this.#gap(flow, base, direction, ahead);
    }
    cells[base] = (cells[base]! | BIT.data) & ~BIT.closed;
    this.#inOrder(flow, base, direction, sequence, view, at, end);
    if (packet.missing > 0) this.#skipTo(flow, base, direction, (first + length + packet.missing) | 0);
  }

  /** Hands on the bytes `at..end`, whose first is the expected one, but for those that are held already. */
  #inOrder(
    flow: number,
    base: number,
    direction: number,
    sequence: number,
    view: DataView,
    from: number,
    end: number,
  ): void {
    const { cells } = this.#table;
    let at = from;
    while (at < end) {
      const reorder = this.#reorderOf(base, direction);
      let stop = end;
      if (reorder !== undefined) stop = Math.min(end, from + ((reorder.sequence - sequence) | 0));
      cells[base + NEXT + direction] = (sequence + stop - from) | 0;
      if (stop > at) this.#sink.data(flow, direction, view, at, stop);
      this.#drain(flow, base, direction);
      at = from + ((cells[base + NEXT + direction]! - sequence) | 0);
    }
  }

  /** Keeps bytes that lie behind a hole. */
  #hold(
    packet: Packet,
    flow: number,
    base: number,
    direction: number,
    sequence: number,
    at: number,
    end: number,
  ): void {
    const { cells } = this.#table;
    let reorder = this.#reorderOf(base, direction);
    if (reorder !== undefined && packet.time - reorder.since > HOLE_SECONDS) {
      this.#giveUp(flow, base, direction);
      this.#payloadBehind(packet, flow, base, direction, sequence, at, end);
      return;
    }
    if (reorder === undefined) {
      const index = this.#spare.pop() ?? this.#reorders.length;
      // cold: until enough are spare
      reorder = this.#reorders[index] ?? new Reorder();
      reorder.since = packet.time;
      this.#reorders[index] = reorder;
      this.#held += reorder.capacity;
      this.#setAside(base, Aside.held + direction, index);
      cells[base]! |= BIT.held << direction;
    }
    const before = reorder.capacity;
    const kept = reorder.add(sequence, packet, at, end);
    this.#held += reorder.capacity - before;
    if (kept && this.#held <= this.#maxHeld) return;
    this.#giveUp(flow, base, direction);
    if (!kept) this.#payloadBehind(packet, flow, base, direction, sequence, at, end);
  }

  /** Bytes for which there was no room behind a hole that is given up now. */
  #payloadBehind(
    packet: Packet,
    flow: number,
    base: number,
    direction: number,
    sequence: number,
    at: number,
    end: number,
  ): void {
    const { cells } = this.#table;
    const ahead = (sequence - cells[base + NEXT + direction]!) | 0;
    if (ahead > 0) this.#gap(flow, base, direction, ahead);
    const from = ahead < 0 ? at - ahead : at;
    if (from < end)
      this.#inOrder(flow, base, direction, cells[base + NEXT + direction]!, packet.view, from, end);
  }

  /** The receiver has everything before `acknowledgement`: what is missing of that, the capture lost. */
  #acknowledged(flow: number, base: number, direction: number, acknowledgement: number): void {
    for (;;) {
      const reorder = this.#reorderOf(base, direction);
      if (reorder === undefined || ((acknowledgement - reorder.sequence) | 0) < 0) return;
      this.#skipHole(flow, base, direction, reorder);
    }
  }

  /** Gives all holes of a direction up. */
  #giveUp(flow: number, base: number, direction: number): void {
    for (;;) {
      const reorder = this.#reorderOf(base, direction);
      if (reorder === undefined) return;
      this.#skipHole(flow, base, direction, reorder);
    }
  }

  /** What the capture cut off a packet, up to `sequence`, is missing but for what is held of it. */
  #skipTo(flow: number, base: number, direction: number, sequence: number): void {
    const { cells } = this.#table;
    for (;;) {
      const next = cells[base + NEXT + direction]!;
      let missing = (sequence - next) | 0;
      if (missing <= 0) return;
      const reorder = this.#reorderOf(base, direction);
      if (reorder !== undefined) missing = Math.min(missing, (reorder.sequence - next) | 0);
      this.#gap(flow, base, direction, missing);
      this.#drain(flow, base, direction);
    }
  }

  #skipHole(flow: number, base: number, direction: number, reorder: Reorder): void {
    const missing = (reorder.sequence - this.#table.cells[base + NEXT + direction]!) | 0;
    if (missing > 0) this.#gap(flow, base, direction, missing);
    this.#drain(flow, base, direction);
  }

  /** Hands on what is held up to the next hole. */
  #drain(flow: number, base: number, direction: number): void {
    const { cells } = this.#table;
    const reorder = this.#reorderOf(base, direction);
    if (reorder === undefined) return;
    while (reorder.count > 0) {
      const ahead = (reorder.sequence - cells[base + NEXT + direction]!) | 0;
      if (ahead > 0) return;
      const { at, end, time, number } = reorder;
      const from = at - ahead;
      reorder.shift();
      if (from >= end) continue;
      cells[base + NEXT + direction] = (cells[base + NEXT + direction]! + end - from) | 0;
      cells[base] = (cells[base]! | BIT.data) & ~BIT.closed;
      this.#sink.held(flow, direction, reorder.view, from, end, time, number);
    }
    this.#release(base, direction);
  }

  /** Forgets what is held. */
  #release(base: number, direction: number): void {
    const index = this.#aside(base, Aside.held + direction);
    const reorder = this.#reorders[index];
    if (reorder === undefined) return;
    this.#held -= reorder.capacity;
    // One that grew is not kept: spare ones would come to more memory than the limit on what is held.
    if (reorder.grew) this.#reorders[index] = undefined;
    else reorder.clear();
    this.#spare.push(index);
    this.#setAside(base, Aside.held + direction, 0);
    this.#table.cells[base]! &= ~(BIT.held << direction);
  }

  #reorderOf(base: number, direction: number): Reorder | undefined {
    return this.#reorders[this.#aside(base, Aside.held + direction)];
  }

  /** A word of what the flow has beside its cell, 0 where it has none. */
  #aside(base: number, word: number): number {
    return this.#asides.get(this.#table.cells[base + ASIDE]!, word);
  }

  #setAside(base: number, word: number, value: number): void {
    const { cells } = this.#table;
    if (cells[base + ASIDE] === 0) cells[base + ASIDE] = this.#asides.take();
    this.#asides.set(cells[base + ASIDE]!, word, value);
  }

  #giveBackAside(base: number): void {
    const { cells } = this.#table;
    const row = cells[base + ASIDE]!;
    if (row === 0) return;
    cells[base + ASIDE] = 0;
    this.#asides.giveBack(row);
  }

  #gap(flow: number, base: number, direction: number, bytes: number): void {
    const { cells } = this.#table;
    cells[base + NEXT + direction] = (cells[base + NEXT + direction]! + bytes) | 0;
    this.gaps++;
    this.gapBytes += bytes;
    this.#sink.gap(flow, direction, bytes);
  }

  #fin(flow: number, base: number, direction: number, sequence: number): void {
    const { cells } = this.#table;
    if ((cells[base]! & (BIT.known << direction)) === 0) {
      cells[base + NEXT + direction] = sequence;
      cells[base]! |= BIT.known << direction;
    }
    if (cells[base + NEXT + direction] !== sequence) return;
    cells[base + NEXT + direction] = (sequence + 1) | 0;
    cells[base]! |= BIT.finished << direction;
    const both = BIT.finished | (BIT.finished << 1);
    if ((cells[base]! & both) === both) this.#close(flow, base);
  }

  #close(flow: number, base: number): void {
    if ((this.#table.cells[base]! & BIT.closed) !== 0) return;
    this.#end(flow, base);
    this.#table.cells[base]! |= BIT.closed;
  }

  /** Another connection begins in this cell. */
  #restart(flow: number, base: number, number: number): void {
    const { cells } = this.#table;
    // Bytes may be held that came behind the end of the old one.
    if ((cells[base]! & (BIT.closed | BIT.held | (BIT.held << 1))) !== BIT.closed) this.#end(flow, base);
    else this.#giveBackAside(base);
    cells[base]! &= FlowBit.ipv6 | FlowBit.udp | FlowBit.touched | FlowBit.used;
    for (let word = NEXT; word < ASIDE; word++) cells[base + word] = 0;
    this.connections++;
    cells[base + SERIAL] = number;
  }

  /** Hands on what is still held, and tells that the connection is over. */
  #end(flow: number, base: number): void {
    this.#giveUp(flow, base, 0);
    this.#giveUp(flow, base, 1);
    this.#giveBackAside(base);
    this.#sink.closed(flow);
  }
}
