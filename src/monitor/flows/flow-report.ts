/**
 * Reports flows: what was said between two ports, and how much of it was understood. Asked for only, since it costs a
 * look-up for each packet.
 *
 * A flow is told of when another connection takes its ports, when it has to make room, and at the end. What the
 * reading as a whole has come to (gaps, bytes decoded and not) is looked at before and after each packet: the
 * difference is the flow's.
 *
 * @module
 */

import { randomInt } from 'node:crypto';
import { Anomaly } from '../../operation/anomaly.ts';
import type { Operation, Sink } from '../../operation/operation.ts';
import { type EvictionSink, FlowTable } from '../../packet/flow-table.ts';
import { type Packet, PacketKind, TcpFlag } from '../../packet/packet.ts';
import type { PacketSink } from '../../packet/traffic.ts';
import type { Protocol } from '../../protocol/protocol.ts';
import type { Current } from '../current.ts';
import { communityId } from './community-id.ts';
import { Column, FlowCells } from './flow-cells.ts';
import type { FlowRecord } from './flow-record.ts';
import { addLetter, historyOf, stateOf } from './flow-state.ts';

/** Flows in the table; then the quiet ones make room, and are told of. */
const MAX_FLOWS = 1 << 17;

/** What flows take their share of: {@link FlowReport.#totals}. */
const SHARES = [
  Column.retransmissions,
  Column.gaps,
  Column.gapBytes,
  Column.decoded,
  Column.notUnderstood,
  Column.unrecognised,
] as const;

export interface FlowSink {
  flow(flow: FlowRecord): void;
}

export class FlowReport implements PacketSink, Sink, EvictionSink {
  readonly #current: Current;
  readonly #protocols: readonly Protocol[];
  readonly #sink: FlowSink;
  readonly #table: FlowTable;
  readonly #cells = new FlowCells();
  /** Cells by the number of the flow. */
  readonly #byNumber = new Map<number, number>();
  /** Names of what is not decoded, of which there are few. */
  readonly #names: string[] = [];
  /** Cell of the packet that was last seen, or -1. */
  #cell = -1;
  readonly #before = new Float64Array(SHARES.length);
  readonly #now = new Float64Array(SHARES.length);

  constructor(current: Current, protocols: readonly Protocol[], sink: FlowSink, limit: number = MAX_FLOWS) {
    this.#current = current;
    this.#protocols = protocols;
    this.#sink = sink;
    this.#table = new FlowTable(limit, randomInt(2 ** 31), this);
    current.named = (serial, name) => this.#name(serial === 0 ? this.#cell : this.#cellOf(serial), name);
    current.closed = serial => this.#closed(serial);
    current.ending = () => this.#settle(this.#cell);
  }

  packet(packet: Packet): void {
    this.#settle(this.#cell);
    this.#cell = -1;
    const tcp = packet.kind === PacketKind.tcp;
    if (!tcp && packet.kind !== PacketKind.udp) return;
    const table = this.#table;
    const cell = table.find(packet);
    const { direction } = table;
    const cells = this.#cells;
    const at = cells.at(cell);
    const { counts, times } = cells;
    const flags = tcp ? packet.flags : 0;
    const syn = (flags & (TcpFlag.syn | TcpFlag.ack)) === TcpFlag.syn;
    if (table.fresh) this.#begin(cell, packet, direction);
    else if (syn && hasEnded(counts, at)) {
      this.#tell(cell);
      this.#begin(cell, packet, direction);
    }
    this.#cell = cell;
    const payload = packet.transportEnd + packet.missing - packet.payloadAt;
    counts[at + Column.packets + direction]!++;
    counts[at + Column.bytes + direction]! += packet.transportEnd + packet.missing - packet.networkAt;
    counts[at + Column.payload + direction]! += payload;
    if (packet.time > times[cell * 2 + 1]!) times[cell * 2 + 1] = packet.time;
    if (tcp) {
      counts[at + Column.flags + direction]! = counts[at + Column.flags + direction]! | flags;
      if (syn) counts[at + Column.client] = direction;
      else if ((flags & TcpFlag.syn) !== 0) counts[at + Column.client] = 1 - direction;
    }
    addLetter(counts, at, direction, tcp ? flags : -1, payload);
  }

  operation(op: Operation): void {
    const cell = this.#cellOf(op.flow);
    if (cell < 0) return;
    const { counts } = this.#cells;
    const at = this.#cells.at(cell);
    counts[at + Column.operations]!++;
    counts[at + Column.protocol] = op.protocol + 1;
    counts[at + Column.client] = this.#current.session.client;
    if (op.anomalies === 0) return;
    counts[at + Column.anomalies]!++;
    if ((op.anomalies & Anomaly.opaque) !== 0) counts[at + Column.opaque]!++;
  }

  evicted(cell: number): void {
    this.#tell(cell);
    // Whoever sends packets on them again is a flow of its own.
    if (this.#cell === cell) this.#cell = -1;
  }

  /** Tells of all flows that are left, in the order in which they began. */
  finish(): void {
    const numbers = Float64Array.from(this.#byNumber.keys()).sort();
    this.#current.over = 2;
    for (const number of numbers) {
      this.#current.told = number;
      this.#tell(this.#byNumber.get(number)!);
    }
  }

  #name(cell: number, name: string): void {
    if (cell < 0) return;
    let index = this.#names.indexOf(name);
    if (index < 0) index = this.#names.push(name) - 1;
    this.#cells.counts[this.#cells.at(cell) + Column.named] = index + 1;
  }

  #begin(cell: number, packet: Packet, direction: number): void {
    const cells = this.#cells;
    cells.clear(cell);
    const at = cells.at(cell);
    const { counts, times } = cells;
    counts[at + Column.number] = packet.number;
    counts[at + Column.ports + direction] = packet.sourcePort;
    counts[at + Column.ports + 1 - direction] = packet.destinationPort;
    counts[at + Column.udp] = packet.kind === PacketKind.udp ? 1 : 0;
    // Who speaks first asks; but where the beginning was not seen, a port below 1024 tells more.
    const answers = packet.sourcePort < 1024 && packet.destinationPort >= 1024;
    counts[at + Column.client] = answers ? 1 - direction : direction;
    times[cell * 2] = packet.time;
    times[cell * 2 + 1] = packet.time;
    this.#byNumber.set(packet.number, cell);
  }

  /** The cell of a connection that the reader of streams gave that number. */
  #cellOf(number: number): number {
    const cell = this.#cell;
    const { counts } = this.#cells;
    if (cell >= 0 && counts[this.#cells.at(cell) + Column.number] === number) return cell;
    const known = this.#byNumber.get(number);
    if (known !== undefined) return known;
    if (cell < 0 || this.#current.over > 0) return -1;
    // It saw another connection begin on the same ports, by what is in the segments.
    const at = this.#cells.at(cell);
    this.#byNumber.delete(counts[at + Column.number]!);
    counts[at + Column.number] = number;
    this.#byNumber.set(number, cell);
    return cell;
  }

  /** A connection was ended, or forgotten: what that changed is its own. */
  #closed(number: number): void {
    this.#settle(this.#byNumber.get(number) ?? this.#cell);
  }

  /** What came to the whole since the last time belongs to the flow of that cell; to none, where it is -1. */
  #settle(cell: number): void {
    if (!this.#changed() || cell < 0) return;
    const at = this.#cells.at(cell);
    const { counts } = this.#cells;
    for (let i = 0; i < SHARES.length; i++) counts[at + SHARES[i]!]! += this.#now[i]!;
  }

  /** Puts the differences to the last time into `#now`; false where there are none. */
  #changed(): boolean {
    const { monitor } = this.#current;
    if (monitor === undefined) return false;
    const { streams, health } = monitor;
    let decoded = 0;
    let notUnderstood = 0;
    for (let i = 0; i < health.length; i++) {
      const one = health[i]!;
      decoded += one.decoded;
      notUnderstood += one.skipped + one.unfinished + one.strange;
    }
    const now = this.#now;
    now[0] = streams.retransmissions;
    now[1] = streams.gaps;
    now[2] = streams.gapBytes;
    now[3] = decoded;
    now[4] = notUnderstood;
    now[5] = monitor.unrecognised + streams.ignoredBytes;
    const before = this.#before;
    let changed = false;
    for (let i = 0; i < SHARES.length; i++) {
      const total = now[i]!;
      now[i] = total - before[i]!;
      before[i] = total;
      if (now[i] !== 0) changed = true;
    }
    return changed;
  }

  #tell(cell: number): void {
    const cells = this.#cells;
    const at = cells.at(cell);
    const { counts, times } = cells;
    const number = counts[at + Column.number]!;
    this.#byNumber.delete(number);
    const client = counts[at + Column.client]!;
    const both = (column: number) => ({
      client: counts[at + column + client]!,
      server: counts[at + column + 1 - client]!,
    });
    const transport = counts[at + Column.udp] === 1 ? 'udp' : 'tcp';
    const clientAddress = this.#table.address(cell, client);
    const serverAddress = this.#table.address(cell, 1 - client);
    const ports = both(Column.ports);
    const flags = both(Column.flags);
    const packets = both(Column.packets);
    const protocol = counts[at + Column.protocol]!;
    const named = counts[at + Column.named]!;
    this.#sink.flow({
      time: times[cell * 2]!,
      end: times[cell * 2 + 1]!,
      flow: number,
      transport,
      clientAddress,
      clientPort: ports.client,
      serverAddress,
      serverPort: ports.server,
      protocol: protocol === 0 ? '' : this.#protocols[protocol - 1]!.name,
      named: named === 0 ? '' : this.#names[named - 1]!,
      state: stateOf(transport, flags, packets),
      history: historyOf(counts, at, client),
      packets,
      bytes: both(Column.bytes),
      payload: both(Column.payload),
      flags,
      operations: counts[at + Column.operations]!,
      anomalies: counts[at + Column.anomalies]!,
      opaque: counts[at + Column.opaque]!,
      retransmissions: counts[at + Column.retransmissions]!,
      gaps: counts[at + Column.gaps]!,
      gapBytes: counts[at + Column.gapBytes]!,
      decodedBytes: counts[at + Column.decoded]!,
      notUnderstoodBytes: counts[at + Column.notUnderstood]!,
      unrecognisedBytes: counts[at + Column.unrecognised]!,
      communityId: communityId(transport, clientAddress, ports.client, serverAddress, ports.server),
    });
  }
}

/** Reset, or ended by both sides. */
function hasEnded(counts: Float64Array, at: number): boolean {
  const [one, other] = [counts[at + Column.flags]!, counts[at + Column.flags + 1]!];
  return ((one | other) & TcpFlag.rst) !== 0 || (one & other & TcpFlag.fin) !== 0;
}
