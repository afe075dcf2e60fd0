/**
 * Reads the messages of sessions whose protocol is known: finds them in the bytes of each side, has them decoded and followed,
 * and hands every operation to a sink. Nothing that a connection carries ends the decoding of it: bytes that cannot be read
 * are skipped to the next message that can, counted, and marked on the first operation behind them.
 *
 * @module
 */

import { Anomaly } from '../operation/anomaly.ts';
import { Operation, type Sink } from '../operation/operation.ts';
import type { Side } from '../operation/side.ts';
import type { Traffic } from '../packet/traffic.ts';
import { Frame, type Protocol, Recognition } from '../protocol/protocol.ts';
import { ByteQueue } from './byte-queue.ts';
import type { Current } from './current.ts';
import type { ProtocolHealth } from './health.ts';
import type { Session, SideState } from './session.ts';

export class Messages {
  /** The one record of a reading. Who has bytes read sets its time. */
  readonly op = new Operation();
  /** Bytes of begun messages, and of connections that are kept until their protocol is known. */
  waiting = 0;
  /** Begun messages that had to make room. */
  dropped = 0;

  readonly #sink: Sink;
  readonly #current: Current;
  readonly #traffic: Traffic;
  readonly #maxWaiting: number;
  readonly #marker: Marker;

  constructor(sink: Sink, current: Current, traffic: Traffic, maxWaiting: number) {
    this.#sink = sink;
    this.#current = current;
    this.#traffic = traffic;
    this.#maxWaiting = maxWaiting;
    this.#marker = new Marker(sink);
  }

  /** Number of the packet whose bytes are read. */
  get number(): number {
    const { held } = this.#current;
    return held === 0 ? this.#traffic.packet.number : held;
  }

  /** The next bytes of a side whose protocol is known. */
  read(session: Session, side: Side, view: DataView, at: number, end: number): void {
    this.#current.flow = session.flow;
    // Nearly all segments: one message, whole.
    if (
      (session.unsettled & (1 << side)) === 0 &&
      end - at <= session.maxMessage &&
      session.protocol!.frame(side, view, at, end) === end - at
    ) {
      const op = this.op;
      const health = session.health!;
      op.flow = session.serial;
      op.protocol = session.index;
      session.conversation!.observe(side, view, at, end, op, this.#sink);
      health.messages++;
      health.decoded += end - at;
      return;
    }
    this.#readOn(session, side, view, at, end);
  }

  /** The same for what may be several messages, or a part of one, or bytes behind some that are missing. */
  #readOn(session: Session, side: Side, view: DataView, at: number, end: number): void {
    const state = session.state(side);
    const { rest } = state;
    if (rest !== undefined && rest.length > 0) {
      rest.append(view, at, end);
      const late = state.number > this.number;
      const first = late ? this.#readLate(session, side, state, rest) : 0;
      const read = this.#messages(session, side, state, rest.view, first, rest.length);
      if (read > 0 || !late) this.#date(state);
      this.waiting += end - at - read;
      rest.drop(read);
    } else {
      const read = this.#messages(session, side, state, view, at, end);
      if (read !== end) {
        state.rest ??= new ByteQueue();
        state.rest.append(view, read, end);
        this.#date(state);
        this.waiting += end - read;
      }
    }
    if (this.waiting > this.#maxWaiting) {
      this.abandon(session, state);
      state.marks |= Anomaly.evicted;
      state.adrift = true;
      this.dropped++;
    }
    if (state.settled) session.unsettled &= ~(1 << side);
    else session.unsettled |= 1 << side;
  }

  /** What waits for the end of its message came now. */
  #date(state: SideState): void {
    state.time = this.op.time;
    state.number = this.number;
  }

  /**
   * A message whose end was held is whole only since its beginning came: decodes it with that time, if all of it is
   * there, and returns its length.
   */
  #readLate(session: Session, side: Side, state: SideState, rest: ByteQueue): number {
    const length = session.protocol!.frame(side, rest.view, 0, rest.length);
    if (length <= 0 || length > rest.length) return 0;
    const current = this.#current;
    const { time } = this.op;
    const { held } = current;
    this.op.time = state.time;
    current.held = state.number;
    const read = this.#messages(session, side, state, rest.view, 0, length);
    this.op.time = time;
    current.held = held;
    return read;
  }

  /** Decodes the messages that are whole within `at..end`; returns where the first begins that is not. */
  #messages(
    session: Session,
    side: Side,
    state: SideState,
    view: DataView,
    from: number,
    end: number,
  ): number {
    const protocol = session.protocol!;
    const conversation = session.conversation!;
    const health = session.health!;
    const op = this.op;
    let at = from;
    if (state.adrift) {
      state.adrift = false;
      if (protocol.recognise(side, view, at, end) === Recognition.no) {
        at = this.#skip(protocol, side, state, health, view, at, end);
      }
    }
    while (at < end) {
      const length = protocol.frame(side, view, at, end);
      if (length < 0 || length > protocol.maxMessage || (length === 0 && end - at >= protocol.maxMessage)) {
        at = this.#skip(protocol, side, state, health, view, at, end);
        continue;
      }
      if (length === Frame.more || length > end - at) break;
      op.flow = session.serial;
      op.protocol = session.index;
      if (state.marks === 0) conversation.observe(side, view, at, at + length, op, this.#sink);
      else {
        this.#marker.marks = state.marks;
        conversation.observe(side, view, at, at + length, op, this.#marker);
        // Still there where the message is a part that has no operation by itself.
        state.marks = this.#marker.marks;
      }
      health.messages++;
      health.decoded += length;
      at += length;
    }
    return at;
  }

  /** Goes on to where a message plausibly begins. */
  #skip(
    protocol: Protocol,
    side: Side,
    state: SideState,
    health: ProtocolHealth,
    view: DataView,
    at: number,
    end: number,
  ): number {
    const next = Math.max(at + 1, protocol.resync(side, view, at, end));
    health.skipped += next - at;
    state.marks |= Anomaly.resync;
    return next;
  }

  /** Gives up a message whose end will not come. */
  abandon(session: Session, state: SideState): void {
    const { rest } = state;
    if (rest === undefined || rest.length === 0) return;
    session.health!.unfinished += rest.length;
    this.waiting -= rest.length;
    state.rest = undefined;
  }
}

/** Adds what happened before a message to its first operation, and to that alone: it happened once. */
class Marker implements Sink {
  marks = 0;
  readonly #sink: Sink;

  constructor(sink: Sink) {
    this.#sink = sink;
  }

  operation(op: Operation): void {
    const own = op.anomalies;
    op.anomalies |= this.marks;
    this.marks = 0;
    this.#sink.operation(op);
    // The record is used again for the next item.
    op.anomalies = own;
  }
}
