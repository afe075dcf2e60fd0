/**
 * Puts protocols on streams: recognises which one a connection speaks, names those that are not decoded, and has the messages
 * of the others read ({@link Messages}).
 *
 * @module
 */

import { Anomaly } from '../operation/anomaly.ts';
import type { Operation, Sink } from '../operation/operation.ts';
import type { Side } from '../operation/side.ts';
import type { Packet } from '../packet/packet.ts';
import { type Share, WHOLE } from '../packet/share.ts';
import { STREAM_LIMITS, type StreamLimits, type StreamSink, Streams } from '../packet/streams.ts';
import { type PacketSink, type SegmentSink, Traffic } from '../packet/traffic.ts';
import { type ConversationLimits, type Protocol, Recognition } from '../protocol/protocol.ts';
import { FRAME_NAMES, SIGNATURES } from '../protocol/signatures/signatures.ts';
import type { Current } from './current.ts';
import { ProtocolHealth } from './health.ts';
import { Messages } from './messages.ts';
import { Datagrams } from './naming/datagrams.ts';
import { Look, MAX_LOOKS, serverOf } from './naming/likeness.ts';
import { Named } from './naming/named.ts';
import { Beginning, Finding, Opening, ownServer, recognise } from './opening.ts';
import type { Session } from './session.ts';
import { Sessions } from './sessions.ts';

export interface MonitorLimits extends StreamLimits {
  /** Connections of recognised or still possible protocols that are remembered at once. */
  readonly sessions: number;
  /** Bytes of begun messages and connections that are kept at once. */
  readonly waiting: number;
  /** What each of them remembers, for the first {@link FEW}, and for each of the others. */
  readonly conversation: ConversationLimits;
  readonly crowded: ConversationLimits;
}

/** Sessions at a time that may remember much. With so many open requests, all together would take gigabytes. */
const FEW = 512;

export const MONITOR_LIMITS: MonitorLimits = {
  ...STREAM_LIMITS,
  sessions: 1 << 13,
  waiting: 16 << 20,
  conversation: { requests: 256, bytes: 65_536 },
  crowded: { requests: 64, bytes: 2048 },
};

/** Beginnings of a connection found open that are looked at before it is left alone. */
const MAX_MISSES = 8;

/** Openings that are kept to be used again. */
const MAX_SPARE_OPENINGS = 64;

export interface MonitorOptions {
  readonly protocols: readonly Protocol[];
  readonly sink: Sink;
  /** Is told the session of each operation. */
  readonly current: Current;
  /** Makes the key of the flow table's hash, which is random without. */
  readonly seed?: number;
  readonly share?: Share;
  readonly limits?: MonitorLimits;
  /** Is handed every TCP segment, before it is put in order. */
  readonly segments?: SegmentSink;
  /** Is handed every packet, before its segment. */
  readonly packets?: PacketSink;
}

export class Monitor implements StreamSink {
  readonly streams: Streams;
  readonly traffic: Traffic;
  /** What is recognised and not decoded. */
  readonly named = new Named();
  /** By index of the protocol. */
  readonly health: readonly ProtocolHealth[];
  /** Payload bytes of connections that were looked at and are of no protocol that is known. */
  unrecognised = 0;
  /** Sessions that had to make room. */
  forgotten = 0;

  readonly #protocols: readonly Protocol[];
  readonly #current: Current;
  readonly #limits: MonitorLimits;
  readonly #messages: Messages;
  readonly #op: Operation;
  readonly #sessions = new Sessions();
  readonly #byFlow = this.#sessions.byFlow;
  // Reused for each recognition.
  readonly #beginnings: [Beginning, Beginning] = [new Beginning(), new Beginning()];
  readonly #finding = new Finding();
  readonly #ports: [number, number] = [0, 0];
  readonly #look = new Look(SIGNATURES);
  readonly #spareOpenings: Opening[] = [];

  constructor(options: MonitorOptions) {
    this.#protocols = options.protocols;
    this.#current = options.current;
    this.#current.sessions = this.#byFlow;
    this.#limits = options.limits ?? MONITOR_LIMITS;
    this.health = options.protocols.map(() => new ProtocolHealth());
    this.streams = new Streams(this, options.seed, this.#limits);
    this.streams.labelled = this.named.bytes;
    const { segments } = options;
    const tcp = segments === undefined ? this.streams : new BothSegments(segments, this.streams);
    const others = new Datagrams(SIGNATURES, FRAME_NAMES, this.named, this.#current, options.seed);
    this.traffic = new Traffic(tcp, options.packets, options.share ?? WHOLE, others);
    this.#messages = new Messages(options.sink, this.#current, this.traffic, this.#limits.waiting);
    this.#op = this.#messages.op;
    this.#current.monitor = this;
  }

  /** Begun messages that had to make room. */
  get dropped(): number {
    return this.#messages.dropped;
  }

  /** The capture is over. */
  finish(): void {
    this.traffic.finish();
    this.#current.ending?.();
    this.#current.over = 1;
    this.streams.finish();
  }

  data(flow: number, direction: number, view: DataView, at: number, end: number): void {
    this.#op.time = this.traffic.packet.time;
    this.#read(flow, direction, view, at, end);
  }

  held(
    flow: number,
    direction: number,
    view: DataView,
    at: number,
    end: number,
    time: number,
    number: number,
  ): void {
    this.#op.time = time;
    this.#current.held = number;
    this.#read(flow, direction, view, at, end);
    this.#current.held = 0;
  }

  #read(flow: number, direction: number, view: DataView, at: number, end: number): void {
    const session = this.#byFlow[flow] ?? this.#open(flow);
    session.touched = true;
    if (session.protocol !== undefined)
      this.#messages.read(session, sideOf(session, direction), view, at, end);
    else if (session.foreign) this.#foreign(session, view, at, end);
    else this.#begin(session, direction, view, at, end);
  }

  gap(flow: number, direction: number, _bytes: number): void {
    const session = this.#byFlow[flow];
    if (session === undefined) return;
    if (session.protocol === undefined) {
      this.#miss(session);
      return;
    }
    const side = sideOf(session, direction);
    const state = session.state(side);
    this.#messages.abandon(session, state);
    state.marks |= Anomaly.gap;
    state.adrift = true;
    session.unsettled |= 1 << side;
  }

  closed(flow: number): void {
    const session = this.#byFlow[flow];
    if (session === undefined) return;
    if (session.protocol === undefined) this.#miss(session);
    else {
      this.#messages.abandon(session, session.fromClient);
      this.#messages.abandon(session, session.fromServer);
    }
    this.#sessions.remove(session);
    this.#current.closed?.(session.serial);
  }

  #open(flow: number): Session {
    if (this.#sessions.size >= this.#limits.sessions) {
      // Should its flow go on, it is recognised anew.
      this.closed(this.#sessions.quiet().flow);
      this.forgotten++;
    }
    return this.#sessions.open(flow, this.streams);
  }

  #begin(session: Session, direction: number, view: DataView, at: number, end: number): void {
    this.#ports[0] = this.streams.port(session.flow, 0);
    this.#ports[1] = this.streams.port(session.flow, 1);
    const { opening } = session;
    const kept = opening !== undefined && opening.protocol < 0;
    if (kept) {
      if (!this.#keep(opening, direction, view, at, end)) {
        this.#miss(session);
        this.#strange(session, direction, view, at, end);
        return;
      }
      for (let i = 0; i < 2; i++) this.#beginnings[i]!.set(opening.kept[i]!.view, 0, opening.kept[i]!.length);
    } else {
      this.#beginnings[direction]!.set(view, at, end);
      this.#beginnings[1 - direction]!.set(view, end, end);
    }
    const finding = this.#finding;
    const client = this.streams.client(session.flow);
    // Not every segment may be the beginning of anything: cut finely enough, anything has a message of anything somewhere.
    const anywhere = session.misses < (client < 0 ? MAX_MISSES : 1);
    recognise(this.#protocols, this.#beginnings, client, this.#ports, anywhere, finding);
    if (finding.protocol >= 0) {
      this.#decided(session, finding.protocol, finding.client);
      if (!kept) this.#messages.read(session, sideOf(session, direction), view, at, end);
    } else if (finding.more) {
      if (kept) return;
      this.#miss(session);
      session.opening = this.#takeOpening(-1);
      if (!this.#keep(session.opening, direction, view, at, end)) {
        this.#miss(session);
        this.#strange(session, direction, view, at, end);
      }
    } else if (kept) {
      if (this.#doubtAll(session, opening)) return;
      // What came first was nothing.
      opening.removeLast();
      this.#messages.waiting -= end - at;
      this.#miss(session);
      session.misses++;
      // This segment may be a beginning by itself.
      this.#begin(session, direction, view, at, end);
    } else this.#strange(session, direction, view, at, end);
  }

  #keep(opening: Opening, direction: number, view: DataView, at: number, end: number): boolean {
    if (this.#messages.waiting + end - at > this.#limits.waiting) return false;
    if (!opening.keep(direction, view, at, end, this.#op.time, this.#messages.number)) return false;
    this.#messages.waiting += end - at;
    return true;
  }

  /** The protocol is known: reads what was kept so far, in the order in which it came. */
  #decided(session: Session, index: number, client: number): void {
    session.index = index;
    session.protocol = this.#protocols[index]!;
    session.maxMessage = session.protocol.maxMessage;
    const { conversation, crowded } = this.#limits;
    this.#sessions.converse(session, session.protocol, this.#sessions.size <= FEW ? conversation : crowded);
    session.client = client;
    session.health = this.health[index]!;
    session.health.sessions++;
    const { opening } = session;
    if (opening === undefined) return;
    session.opening = undefined;
    this.#messages.waiting -= opening.length;
    const current = this.#current;
    const { time: now } = this.#op;
    const { held } = current;
    // Where the next segment of each direction begins.
    let at0 = 0;
    let at1 = 0;
    for (let i = 0; i < opening.count; i++) {
      const direction = opening.directionOf(i);
      const length = opening.lengthOf(i);
      const at = direction === 0 ? at0 : at1;
      if (direction === 0) at0 += length;
      else at1 += length;
      this.#op.time = opening.timeOf(i);
      current.held = opening.numberOf(i);
      this.#messages.read(
        session,
        sideOf(session, direction),
        opening.kept[direction]!.view,
        at,
        at + length,
      );
    }
    this.#op.time = now;
    current.held = held;
    this.#giveBack(opening);
  }

  /**
   * A segment that begins no protocol. On a protocol's own port a message is looked for within, and the next
   * segments get their chance too; elsewhere a few segments more get it where the beginning was not seen.
   * What has at least the frame of a message is kept, should one of them show that it was one.
   */
  #strange(session: Session, direction: number, view: DataView, at: number, end: number): void {
    this.#name(session, view, at, end);
    session.misses++;
    for (let index = 0; index < this.#protocols.length; index++) {
      const protocol = this.#protocols[index]!;
      const own = ownServer(protocol, this.#ports);
      if (own < 0) continue;
      const known = this.streams.client(session.flow);
      const client = known >= 0 ? known : 1 - own;
      const side: Side = direction === client ? 0 : 1;
      const found = protocol.resync(side, view, at, end);
      const health = this.health[index]!;
      if (found < end && protocol.recognise(side, view, found, end) >= Recognition.likely) {
        this.#decided(session, index, client);
        health.skipped += found - at;
        session.state(side).marks |= Anomaly.resync;
        session.unsettled |= 1 << side;
        this.#messages.read(session, side, view, found, end);
      } else if (!this.#doubt(session, index, side, direction, view, at, end)) {
        this.#miss(session);
        health.strange += end - at;
      }
      return;
    }
    this.unrecognised += end - at;
    if (this.streams.client(session.flow) < 0 && session.misses < MAX_MISSES) return;
    // A few segments more may still tell its name.
    session.foreign = true;
    this.#leave(session);
  }

  /** Bytes of a connection that is not decoded, and has no name yet. */
  #foreign(session: Session, view: DataView, at: number, end: number): void {
    this.#name(session, view, at, end);
    this.unrecognised += end - at;
    this.#leave(session);
  }

  /** Leaves a connection alone once it has a name, or was looked at often enough. */
  #leave(session: Session): void {
    if (session.label === 0 && session.looks < MAX_LOOKS) return;
    this.streams.ignore(session.flow, session.label);
    this.#sessions.remove(session);
  }

  /** Looks for the name of what no protocol that is decoded can read. */
  #name(session: Session, view: DataView, at: number, end: number): void {
    if (session.label > 0) {
      this.named.bytes[session.label]! += end - at;
      return;
    }
    session.unnamed += end - at;
    if (session.looks >= MAX_LOOKS) return;
    session.looks++;
    const look = this.#look;
    const index = look.stream(session.weak, session.weakToo, view, at, end);
    session.weak |= look.weak;
    session.weakToo |= look.weakToo;
    if (index < 0) return;
    const { streams } = this;
    const { flow } = session;
    const known = streams.client(flow);
    const guess = serverOf(streams.port(flow, 0), streams.port(flow, 1), SIGNATURES[index]!.port);
    const server = known >= 0 ? 1 - known : guess;
    const port = streams.port(flow, server);
    session.label = this.named.conversation(SIGNATURES[index]!, 'tcp', streams, flow, server, port);
    this.#current.named?.(session.serial, SIGNATURES[index]!.name);
    this.named.bytes[session.label]! += session.unnamed;
  }

  /** Keeps a segment on a protocol's own port that is whole messages by their frame; false where it is not. */
  #doubt(
    session: Session,
    index: number,
    side: Side,
    direction: number,
    view: DataView,
    from: number,
    end: number,
  ): boolean {
    if (!isFramed(this.#protocols[index]!, side, view, from, end)) return false;
    session.opening ??= this.#takeOpening(index);
    return this.#keep(session.opening, direction, view, from, end);
  }

  /** The same for all that is kept of a connection, which is in the opening already. */
  #doubtAll(session: Session, opening: Opening): boolean {
    const known = this.streams.client(session.flow);
    for (let index = 0; index < this.#protocols.length; index++) {
      const protocol = this.#protocols[index]!;
      const own = ownServer(protocol, this.#ports);
      if (own < 0) continue;
      const client = known >= 0 ? known : 1 - own;
      for (let direction = 0; direction < 2; direction++) {
        const { view, length } = opening.kept[direction]!;
        if (!isFramed(protocol, direction === client ? 0 : 1, view, 0, length)) return false;
      }
      opening.protocol = index;
      return true;
    }
    return false;
  }

  /** Gives up what was kept of a connection whose protocol is not known. */
  #miss(session: Session): void {
    const { opening } = session;
    if (opening === undefined) return;
    session.opening = undefined;
    this.#messages.waiting -= opening.length;
    if (opening.protocol >= 0) this.health[opening.protocol]!.strange += opening.length;
    else {
      this.unrecognised += opening.length;
      for (const { view, length } of opening.kept) if (length > 0) this.#name(session, view, 0, length);
    }
    this.#giveBack(opening);
  }

  #takeOpening(protocol: number): Opening {
    const opening = this.#spareOpenings.pop() ?? new Opening();
    opening.protocol = protocol;
    return opening;
  }

  #giveBack(opening: Opening): void {
    opening.clear();
    if (this.#spareOpenings.length < MAX_SPARE_OPENINGS) this.#spareOpenings.push(opening);
  }
}

/** Are the bytes whole messages by their frame? */
function isFramed(protocol: Protocol, side: Side, view: DataView, from: number, end: number): boolean {
  for (let at = from; at < end; ) {
    const length = protocol.frame(side, view, at, end);
    if (length <= 0 || length > end - at) return false;
    at += length;
  }
  return true;
}

/** Who sends in `direction`: the client where it is the client's, both being 0 or 1. Without a branch. */
function sideOf(session: Session, direction: number): Side {
  return (direction ^ session.client) as Side;
}

/** Hands each segment to two. */
class BothSegments implements SegmentSink {
  readonly #first: SegmentSink;
  readonly #second: SegmentSink;

  constructor(first: SegmentSink, second: SegmentSink) {
    this.#first = first;
    this.#second = second;
  }

  segment(packet: Packet): void {
    this.#first.segment(packet);
    this.#second.segment(packet);
  }
}
