/**
 * The flow table: from a packet's addresses and ports to a small number, the same for both directions, and the
 * cell of 64 bytes in which everything about that flow lies that each packet needs.
 *
 * Open addressing over typed arrays: slots of a hash and a cell number, probed linearly, at most half full, so
 * that a flow costs 64 + 16 bytes, and 32 more for IPv6 addresses. Cells and slots double up to a limit; then a
 * new flow takes the cell of one that has been quiet: a hand goes round over all cells, takes the first that was
 * not touched since it last came by, and clears the mark of the others.
 *
 * @module
 */

import { formatAddress } from './address.ts';
import { finish, mix } from './hash.ts';
import type { Packet } from './packet.ts';
import { PacketKind } from './packet.ts';

/** Words (32 bits) of a cell, and their meaning from the third word on. */
export const CELL_WORDS = 16;
export const CELL_SHIFT = 4;
export const Cell = {
  /** Lower and higher address, or hashes of them for IPv6. */
  low: 0,
  high: 1,
  /** Port at the lower address in the upper half, at the higher one in the lower. */
  ports: 2,
  hash: 3,
  /** {@link FlowBit}s; bits from 8 on belong to whoever uses the table. */
  state: 4,
  /** First of eleven words that belong to whoever uses the table. */
  free: 5,
} as const;

export const FlowBit = { ipv6: 1, udp: 2, touched: 4 } as const;
const KIND = FlowBit.ipv6 | FlowBit.udp;

/** Is told which flow has to make room, while its cell is still whole. */
export interface EvictionSink {
  evicted(flow: number): void;
}

const FIRST_CELLS = 1024;

export class FlowTable {
  /** Cell of flow `f` begins at word `f << CELL_SHIFT`. Replaced when the table grows. */
  cells = new Int32Array(FIRST_CELLS << CELL_SHIFT);
  /** Direction of the packet last looked up: 0 from the lower to the higher endpoint, 1 back. */
  direction = 0;
  /** True where the packet last looked up began a new cell, whose free words are all 0. */
  fresh = false;
  /** Flows in the table. */
  size = 0;
  /** Flows that had to make room for others. */
  evictions = 0;

  readonly #limit: number;
  readonly #seed: number;
  readonly #eviction: EvictionSink;
  // Pairs of hash and cell number + 1; 0 is a free slot.
  #slots = new Int32Array(FIRST_CELLS * 4);
  #mask = FIRST_CELLS * 2 - 1;
  // Lower and higher address of each IPv6 flow, four words each; empty until there is one.
  #addresses6 = new Int32Array(0);
  #hand = 0;

  /** At most `limit` flows, rounded up to a power of two; `seed` is the hash's key. */
  constructor(limit: number, seed: number, eviction: EvictionSink) {
    this.#limit = Math.max(FIRST_CELLS, 2 ** Math.ceil(Math.log2(limit)));
    this.#seed = seed | 0;
    this.#eviction = eviction;
  }

  /** Number of the packet's flow, which is added where it is new. Sets `direction` and `fresh`. */
  find(packet: Packet): number {
    return packet.ipVersion === 4 ? this.#find4(packet) : this.#find6(packet);
  }

  /**
   * Address of the flow's endpoint that packets of `direction` come from, as text.
   * cold: for people, once a flow
   */
  address(flow: number, direction: number): string {
    const cell = flow << CELL_SHIFT;
    const bytes = new DataView(new ArrayBuffer(16));
    if ((this.cells[cell + Cell.state]! & FlowBit.ipv6) === 0) {
      bytes.setInt32(0, this.cells[cell + direction]!);
      return formatAddress(bytes, 0, 4);
    }
    for (let i = 0; i < 4; i++) bytes.setInt32(i * 4, this.#addresses6[flow * 8 + direction * 4 + i]!);
    return formatAddress(bytes, 0, 6);
  }

  #find4(packet: Packet): number {
    const { view, addressAt } = packet;
    let low = view.getInt32(addressAt);
    let high = view.getInt32(addressAt + 4);
    let ports = (packet.sourcePort << 16) | packet.destinationPort;
    if (low > high || (low === high && packet.sourcePort > packet.destinationPort)) {
      const source = low;
      low = high;
      high = source;
      ports = (packet.destinationPort << 16) | packet.sourcePort;
      this.direction = 1;
    } else this.direction = 0;
    const kind = packet.kind === PacketKind.udp ? FlowBit.udp : 0;
    const hash = finish(mix(mix(mix(this.#seed ^ kind, low), high), ports));
    const cells = this.cells;
    const slots = this.#slots;
    const mask = this.#mask;
    for (let slot = hash & mask; ; slot = (slot + 1) & mask) {
      const entry = slots[slot * 2 + 1]!;
      if (entry === 0) return this.#add(low, high, ports, hash, kind);
      if (slots[slot * 2] !== hash) continue;
      const cell = (entry - 1) << CELL_SHIFT;
      const state = cells[cell + Cell.state]!;
      if (
        cells[cell] === low &&
        cells[cell + Cell.high] === high &&
        cells[cell + Cell.ports] === ports &&
        (state & KIND) === kind
      ) {
        if ((state & FlowBit.touched) === 0) cells[cell + Cell.state] = state | FlowBit.touched;
        this.fresh = false;
        return entry - 1;
      }
    }
  }

  #find6(packet: Packet): number {
    const { view } = packet;
    let lowAt = packet.addressAt;
    let highAt = lowAt + 16;
    let ports = (packet.sourcePort << 16) | packet.destinationPort;
    const order = compare16(view, lowAt, highAt);
    if (order > 0 || (order === 0 && packet.sourcePort > packet.destinationPort)) {
      lowAt = highAt;
      highAt = packet.addressAt;
      ports = (packet.destinationPort << 16) | packet.sourcePort;
      this.direction = 1;
    } else this.direction = 0;
    const kind = FlowBit.ipv6 | (packet.kind === PacketKind.udp ? FlowBit.udp : 0);
    const low = hash16(this.#seed, view, lowAt);
    const high = hash16(this.#seed, view, highAt);
    const hash = finish(mix(mix(mix(this.#seed ^ kind, low), high), ports));
    const mask = this.#mask;
    for (let slot = hash & mask; ; slot = (slot + 1) & mask) {
      const entry = this.#slots[slot * 2 + 1]!;
      if (entry === 0) break;
      if (this.#slots[slot * 2] !== hash) continue;
      const cell = (entry - 1) << CELL_SHIFT;
      const state = this.cells[cell + Cell.state]!;
      if (
        this.cells[cell] === low &&
        this.cells[cell + Cell.high] === high &&
        this.cells[cell + Cell.ports] === ports &&
        (state & KIND) === kind &&
        this.#same6(entry - 1, view, lowAt, highAt)
      ) {
        this.cells[cell + Cell.state] = state | FlowBit.touched;
        this.fresh = false;
        return entry - 1;
      }
    }
    const flow = this.#add(low, high, ports, hash, kind);
    const words = (this.cells.length >> CELL_SHIFT) * 8;
    if (this.#addresses6.length < words) this.#addresses6 = grown(this.#addresses6, words);
    for (let i = 0; i < 4; i++) {
      this.#addresses6[flow * 8 + i] = view.getInt32(lowAt + i * 4);
      this.#addresses6[flow * 8 + 4 + i] = view.getInt32(highAt + i * 4);
    }
    return flow;
  }

  #same6(flow: number, view: DataView, lowAt: number, highAt: number): boolean {
    const words = this.#addresses6;
    for (let i = 0; i < 4; i++) {
      if (words[flow * 8 + i] !== view.getInt32(lowAt + i * 4)) return false;
      if (words[flow * 8 + 4 + i] !== view.getInt32(highAt + i * 4)) return false;
    }
    return true;
  }

  #add(low: number, high: number, ports: number, hash: number, kind: number): number {
    let flow = this.size;
    if (flow < this.cells.length >> CELL_SHIFT) this.size++;
    else if (flow < this.#limit) {
      this.#grow();
      this.size++;
    } else flow = this.#evict();
    const cell = flow << CELL_SHIFT;
    this.cells.fill(0, cell, cell + CELL_WORDS);
    this.cells[cell] = low;
    this.cells[cell + Cell.high] = high;
    this.cells[cell + Cell.ports] = ports;
    this.cells[cell + Cell.hash] = hash;
    // Not touched yet: a flow of a single packet is the first to make room.
    this.cells[cell + Cell.state] = kind;
    this.#insert(hash, flow);
    this.fresh = true;
    return flow;
  }

  #insert(hash: number, flow: number): void {
    let slot = hash & this.#mask;
    while (this.#slots[slot * 2 + 1] !== 0) slot = (slot + 1) & this.#mask;
    this.#slots[slot * 2] = hash;
    this.#slots[slot * 2 + 1] = flow + 1;
  }

  // cold: it doubles, so seldom
  #grow(): void {
    const cells = this.cells.length >> CELL_SHIFT;
    this.cells = grown(this.cells, this.cells.length * 2);
    this.#slots = new Int32Array(cells * 8);
    this.#mask = cells * 4 - 1;
    for (let flow = 0; flow < this.size; flow++) {
      this.#insert(this.cells[(flow << CELL_SHIFT) + Cell.hash]!, flow);
    }
  }

  /** Takes the cell of a quiet flow. */
  #evict(): number {
    for (;;) {
      const flow = this.#hand;
      this.#hand = (this.#hand + 1) % this.size;
      const state = (flow << CELL_SHIFT) + Cell.state;
      if ((this.cells[state]! & FlowBit.touched) !== 0) {
        this.cells[state] = this.cells[state]! & ~FlowBit.touched;
        continue;
      }
      this.#eviction.evicted(flow);
      this.evictions++;
      this.#remove(flow);
      return flow;
    }
  }

  /** Frees the flow's slot, and moves up those behind it that had been pushed on by it. */
  #remove(flow: number): void {
    const slots = this.#slots;
    const mask = this.#mask;
    let hole = this.cells[(flow << CELL_SHIFT) + Cell.hash]! & mask;
    while (slots[hole * 2 + 1] !== flow + 1) hole = (hole + 1) & mask;
    for (let slot = (hole + 1) & mask; slots[slot * 2 + 1] !== 0; slot = (slot + 1) & mask) {
      const home = slots[slot * 2]! & mask;
      if (((slot - home) & mask) < ((slot - hole) & mask)) continue;
      slots[hole * 2] = slots[slot * 2]!;
      slots[hole * 2 + 1] = slots[slot * 2 + 1]!;
      hole = slot;
    }
    slots[hole * 2 + 1] = 0;
  }
}

// cold: it doubles, so seldom
function grown(words: Int32Array, length: number): Int32Array<ArrayBuffer> {
  const larger = new Int32Array(length);
  larger.set(words);
  return larger;
}

/** Orders two IPv6 addresses, word by word. */
function compare16(view: DataView, a: number, b: number): number {
  for (let i = 0; i < 16; i += 4) {
    const x = view.getInt32(a + i);
    const y = view.getInt32(b + i);
    if (x !== y) return x < y ? -1 : 1;
  }
  return 0;
}

function hash16(seed: number, view: DataView, at: number): number {
  let hash = seed;
  for (let i = 0; i < 16; i += 4) hash = mix(hash, view.getInt32(at + i));
  return finish(hash);
}
