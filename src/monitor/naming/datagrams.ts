/**
 * Names of what is in UDP, and straight in frames. Most datagrams are ordinary ones, and are told apart by their first
 * bytes; only what looks like one of the signatures is looked up by its ports.
 *
 * @module
 */

import { CELL_SHIFT, Cell, type EvictionSink, FlowTable } from '../../packet/flow-table.ts';
import type { Packet } from '../../packet/packet.ts';
import type { OtherSink } from '../../packet/traffic.ts';
import type { Signature } from '../../protocol/signatures/signature.ts';
import type { Current } from '../current.ts';
import { Look, serverOf } from './likeness.ts';
import type { Named } from './named.ts';

/** Pairs of ports that are remembered at once; quiet ones make room. */
const MAX_FLOWS = 1 << 14;

// Words of a flow's cell.
const LABEL = Cell.free;
const WEAK = Cell.free + 1;
const WEAK_TOO = Cell.free + 2;
const BYTES = Cell.free + 3;

export class Datagrams implements OtherSink, EvictionSink {
  readonly #signatures: readonly Signature[];
  /** By EtherType. */
  readonly #frames: ReadonlyMap<number, { readonly name: string; readonly control: true }>;
  readonly #named: Named;
  readonly #current: Current;
  readonly #table: FlowTable;
  readonly #look: Look;

  constructor(
    signatures: readonly Signature[],
    frames: ReadonlyMap<number, string>,
    named: Named,
    current: Current,
    seed: number | undefined,
  ) {
    this.#signatures = signatures;
    this.#look = new Look(signatures);
    this.#frames = new Map([...frames].map(([type, name]) => [type, { name, control: true }]));
    this.#named = named;
    this.#current = current;
    this.#table = new FlowTable(MAX_FLOWS, seed, this);
  }

  datagram(packet: Packet): void {
    const { view, payloadAt: at, transportEnd: end } = packet;
    if (at === end || packet.missing > 0) return;
    const look = this.#look;
    const index = look.datagram(view, at, end);
    if (index >= 0 || (look.weak | look.weakToo) !== 0) this.#fits(packet, index, end - at);
  }

  /** A datagram that fits the signature `index` beyond doubt, or only those whose bits are left. */
  #fits(packet: Packet, sure: number, length: number): void {
    const flow = this.#table.find(packet);
    const { cells } = this.#table;
    const base = flow << CELL_SHIFT;
    const label = cells[base + LABEL]!;
    if (label > 0) {
      this.#named.bytes[label]! += length;
      return;
    }
    const look = this.#look;
    const index = sure >= 0 ? sure : look.agreed(cells[base + WEAK]!, cells[base + WEAK_TOO]!);
    cells[base + WEAK]! |= look.weak;
    cells[base + WEAK_TOO]! |= look.weakToo;
    cells[base + BYTES]! += length;
    if (index < 0) return;
    const signature = this.#signatures[index]!;
    const ports = cells[base + Cell.ports]!;
    const [port0, port1] = [ports >>> 16, ports & 0xffff];
    if (signature.onPort === true && port0 !== signature.port && port1 !== signature.port) return;
    const server = serverOf(port0, port1, signature.port);
    const port = server === 0 ? port0 : port1;
    const made = this.#named.conversation(signature, 'udp', this.#table, flow, server, port);
    cells[base + LABEL] = made;
    this.#current.named?.(0, signature.name);
    this.#named.bytes[made]! += cells[base + BYTES]!;
  }

  frame(packet: Packet): void {
    const what = this.#frames.get(packet.etherType);
    if (what === undefined) return;
    const label = this.#named.frame(what);
    this.#named.bytes[label]! += packet.networkEnd - packet.networkAt;
  }

  evicted(): void {
    // What was counted stays counted.
  }
}
