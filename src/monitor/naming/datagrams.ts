/**
 * Names of what is in UDP, and straight in frames. Each pair of ports is looked at a few times, then only counted.
 *
 * @module
 */

import { formatEndpoint } from '../../packet/address.ts';
import { CELL_SHIFT, Cell, type EvictionSink, FlowTable } from '../../packet/flow-table.ts';
import type { Packet } from '../../packet/packet.ts';
import type { OtherSink } from '../../packet/traffic.ts';
import type { Signature } from '../../protocol/signatures/signature.ts';
import type { Current } from '../current.ts';
import { Look, MAX_LOOKS, serverOf } from './likeness.ts';
import type { Named } from './named.ts';

/** Pairs of ports that are remembered at once; quiet ones make room. */
const MAX_FLOWS = 1 << 14;

// Words of a flow's cell.
const LABEL = Cell.free;
const LOOKS = Cell.free + 1;
const WEAK = Cell.free + 2;
const WEAK_TOO = Cell.free + 3;
const BYTES = Cell.free + 4;

export class Datagrams implements OtherSink, EvictionSink {
  readonly #signatures: readonly Signature[];
  readonly #frames: ReadonlyMap<number, string>;
  readonly #named: Named;
  readonly #current: Current;
  readonly #table: FlowTable;
  readonly #look = new Look();

  constructor(
    signatures: readonly Signature[],
    frames: ReadonlyMap<number, string>,
    named: Named,
    current: Current,
    seed: number,
  ) {
    this.#signatures = signatures;
    this.#frames = frames;
    this.#named = named;
    this.#current = current;
    this.#table = new FlowTable(MAX_FLOWS, seed, this);
  }

  datagram(packet: Packet): void {
    const length = packet.transportEnd - packet.payloadAt;
    if (length === 0) return;
    const flow = this.#table.find(packet);
    const { cells } = this.#table;
    const base = flow << CELL_SHIFT;
    const label = cells[base + LABEL]!;
    if (label > 0) {
      this.#named.bytes[label]! += length;
      return;
    }
    if (cells[base + LOOKS]! >= MAX_LOOKS || packet.missing > 0) return;
    cells[base + LOOKS]! += 1;
    const { view, payloadAt, transportEnd } = packet;
    const look = this.#look;
    const index = look.datagram(
      this.#signatures,
      cells[base + WEAK]!,
      cells[base + WEAK_TOO]!,
      view,
      payloadAt,
      transportEnd,
    );
    cells[base + WEAK]! |= look.weak;
    cells[base + WEAK_TOO]! |= look.weakToo;
    cells[base + BYTES]! += length;
    if (index < 0) return;
    const ports = cells[base + Cell.ports]!;
    const server = serverOf(ports >>> 16, ports & 0xffff, this.#signatures[index]!.port);
    const port = server === 0 ? ports >>> 16 : ports & 0xffff;
    const endpoint = formatEndpoint(this.#table.address(flow, server), port);
    const made = this.#named.conversation(this.#signatures[index]!, 'udp', endpoint);
    cells[base + LABEL] = made;
    this.#current.named?.(0, this.#signatures[index]!.name);
    this.#named.bytes[made]! += cells[base + BYTES]!;
  }

  frame(packet: Packet): void {
    const name = this.#frames.get(packet.etherType);
    if (name === undefined) return;
    const label = this.#named.conversation({ name, control: true }, 'ethernet', null);
    this.#named.bytes[label]! += packet.networkEnd - packet.networkAt;
  }

  evicted(): void {
    // What was counted stays counted.
  }
}
