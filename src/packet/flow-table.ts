/**
 * The flow table: from a packet's addresses and ports to a small number, the same for both directions, and the
 * cell of 64 bytes in which everything about that flow lies that each packet needs.
 *
 * Open addressing over typed arrays: slots of a word, probed linearly, at most a quarter full, so that a flow costs
 * 64 + 16 bytes, whether IPv4 or IPv6. A slot holds the number of a cell and, above it, some bits of the hash, so that
 * the cell of another flow is hardly ever fetched. Cells and slots double up to a limit; then a new flow takes the cell
 * of one that has been quiet: a hand goes round over all cells, takes the first that was not touched since it last came
 * by, and clears the mark of the others. A packet marks one cell at most, so the hand makes no more steps than there
 * were packets, whatever they are.
 *
 * @module
 */

import { formatAddress } from './address.ts';
import { FlowHash } from './hash.ts';
import { type Packet, PacketKind } from './packet.ts';

/** Words (32 bits) of a cell, and their meaning. */
export const CELL_WORDS = 16;
export const CELL_SHIFT = 4;
export const Cell = {
  /** {@link FlowBit}s; bits from 8 on belong to whoever uses the table. */
  state: 0,
  /** Port at the lower address in the upper half, at the higher one in the lower. */
  ports: 1,
  /** First of six words that belong to whoever uses the table. */
  free: 2,
  /** Lower address, of IPv4 one word, of IPv6 four; the higher behind it. */
  addresses: 8,
} as const;

export const FlowBit = { ipv6: 1, udp: 2, touched: 4, used: 8 } as const;
/** What of a flow's bits is part of its key. */
const KEY = FlowBit.ipv6 | FlowBit.udp | FlowBit.used;

/** Of a slot: cell number + 1, so that 0 is a free slot, and upper bits of the hash. */
const FLOW = 0x3fffff;
const TAG = ~FLOW;
const SLOTS_PER_CELL = 4;

/** Is told which flow has to make room, while its cell is still whole. */
export interface EvictionSink {
  evicted(flow: number): void;
}

/** Leaves the bits of a word that number the 4,096 recent flows. */
const RECENT_SHIFT = 20;

const FIRST_CELLS = 1024;
/** What a slot can number. */
const MOST_CELLS = 1 << 21;

export class FlowTable {
  /** Cell of flow `f` begins at word `f << CELL_SHIFT`. Replaced when the table grows. */
  cells = new Int32Array(FIRST_CELLS << CELL_SHIFT);
  /** Direction of the packet last looked up: 0 from the lower to the higher endpoint, 1 back. */
  direction = 0;
  /** True where the packet last looked up began a new cell, whose free words are all 0. */
  fresh = false;
  /** Flows in the table. */
  size = 0;
  /** Flows that had to make room for others, and steps of the hand that looked for them. */
  evictions = 0;
  steps = 0;

  /**
   * Flows of IPv4 that were looked up last, by a few bits of their keys: a guess that saves the hash and the slot. Who sends
   * keys that take each other's places away has only them looked up as without it.
   */
  readonly #recent = new Int32Array(1 << (32 - RECENT_SHIFT));
  readonly #limit: number;
  readonly #hash: FlowHash;
  readonly #eviction: EvictionSink;
  #slots = new Int32Array(FIRST_CELLS * SLOTS_PER_CELL);
  #mask = FIRST_CELLS * SLOTS_PER_CELL - 1;
  #hand = 0;

  /** At most `limit` flows, rounded up to a power of two from 1024 to 2^21; `seed` makes the hash's key, which is random without. */
  constructor(limit: number, seed: number | undefined, eviction: EvictionSink) {
    this.#limit = Math.min(Math.max(FIRST_CELLS, 2 ** Math.ceil(Math.log2(limit))), MOST_CELLS);
    this.#hash = new FlowHash(seed);
    this.#eviction = eviction;
  }

  /** Cells that there is memory for. */
  get capacity(): number {
    return this.cells.length >> CELL_SHIFT;
  }

  /** Bytes that the table takes. */
  get bytes(): number {
    return this.cells.byteLength + this.#slots.byteLength;
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
    return formatAddress(SCRATCH, 0, this.writeAddress(flow, direction, SCRATCH, 0));
  }

  /** Writes that address, in network order, to `at` in `to`: 4 bytes or 16. Returns the version of IP. */
  writeAddress(flow: number, direction: number, to: DataView, at: number): number {
    const cell = flow << CELL_SHIFT;
    const version = (this.cells[cell]! & FlowBit.ipv6) === 0 ? 4 : 6;
    const words = version === 4 ? 1 : 4;
    for (let i = 0; i < words; i++) {
      to.setInt32(at + i * 4, this.cells[cell + Cell.addresses + direction * words + i]!);
    }
    return version;
  }

  #find4(packet: Packet): number {
    const { view, addressAt, sourcePort, destinationPort } = packet;
    const source = view.getInt32(addressAt);
    const destination = view.getInt32(addressAt + 4);
    // Packets go either way as a coin falls: a branch would be mispredicted half the time.
    const back = source === destination ? below(destinationPort, sourcePort) : below(destination, source);
    const swapped = (source ^ destination) & back;
    const low = source ^ swapped;
    const high = destination ^ swapped;
    const ports = (sourcePort << 16) | destinationPort;
    const ordered = ports ^ ((ports ^ ((destinationPort << 16) | sourcePort)) & back);
    this.direction = back & 1;
    const kind = packet.kind === PacketKind.udp ? FlowBit.used | FlowBit.udp : FlowBit.used;

    const place = (Math.imul(low ^ high, 0x9e3779b1) ^ Math.imul(ordered, 0x85ebca6b)) >>> RECENT_SHIFT;
    const recent = this.#recent[place]!;
    const cell = recent << CELL_SHIFT;
    if (this.#is4(cell, low, high, ordered, kind)) {
      this.cells[cell]! |= FlowBit.touched;
      this.fresh = false;
      return recent;
    }
    const flow = this.#search4(low, high, ordered, kind);
    this.#recent[place] = flow;
    return flow;
  }

  #search4(low: number, high: number, ordered: number, kind: number): number {
    const hash = this.#hash.of4(low, high, ordered) ^ kind;
    const slots = this.#slots;
    const mask = this.#mask;
    let slot = hash & mask;
    for (; ; slot = (slot + 1) & mask) {
      const entry = slots[slot]!;
      if (entry === 0) break;
      if (((entry ^ hash) & TAG) !== 0) continue;
      const flow = (entry & FLOW) - 1;
      const cell = flow << CELL_SHIFT;
      if (!this.#is4(cell, low, high, ordered, kind)) continue;
      this.cells[cell]! |= FlowBit.touched;
      this.fresh = false;
      return flow;
    }
    const flow = this.#add(hash, ordered, kind);
    const cell = flow << CELL_SHIFT;
    this.cells[cell + Cell.addresses] = low;
    this.cells[cell + Cell.addresses + 1] = high;
    return flow;
  }

  #is4(cell: number, low: number, high: number, ports: number, kind: number): boolean {
    const { cells } = this;
    return (
      ((cells[cell + Cell.ports]! ^ ports) |
        (cells[cell + Cell.addresses]! ^ low) |
        (cells[cell + Cell.addresses + 1]! ^ high) |
        ((cells[cell]! & KEY) ^ kind)) ===
      0
    );
  }

  #find6(packet: Packet): number {
    const { view, sourcePort, destinationPort } = packet;
    let lowAt = packet.addressAt;
    let highAt = lowAt + 16;
    let ports = (sourcePort << 16) | destinationPort;
    const order = compare16(view, lowAt, highAt);
    if (order > 0 || (order === 0 && sourcePort > destinationPort)) {
      lowAt = highAt;
      highAt = packet.addressAt;
      ports = (destinationPort << 16) | sourcePort;
      this.direction = 1;
    } else this.direction = 0;
    const kind = FlowBit.used | FlowBit.ipv6 | (packet.kind === PacketKind.udp ? FlowBit.udp : 0);

    const hash = this.#hash.of6(view, lowAt, highAt, ports) ^ kind;
    const slots = this.#slots;
    const mask = this.#mask;
    let slot = hash & mask;
    for (; ; slot = (slot + 1) & mask) {
      const entry = slots[slot]!;
      if (entry === 0) break;
      if (((entry ^ hash) & TAG) !== 0) continue;
      const flow = (entry & FLOW) - 1;
      const cell = flow << CELL_SHIFT;
      if (!this.#is6(cell, view, lowAt, highAt, ports, kind)) continue;
      this.cells[cell]! |= FlowBit.touched;
      this.fresh = false;
      return flow;
    }
    const flow = this.#add(hash, ports, kind);
    const at = (flow << CELL_SHIFT) + Cell.addresses;
    for (let i = 0; i < 4; i++) {
      this.cells[at + i] = view.getInt32(lowAt + i * 4);
      this.cells[at + 4 + i] = view.getInt32(highAt + i * 4);
    }
    return flow;
  }

  #is6(cell: number, view: DataView, lowAt: number, highAt: number, ports: number, kind: number): boolean {
    const { cells } = this;
    if (cells[cell + Cell.ports] !== ports || (cells[cell]! & KEY) !== kind) return false;
    const at = cell + Cell.addresses;
    for (let i = 0; i < 4; i++) {
      if (cells[at + i] !== view.getInt32(lowAt + i * 4)) return false;
      if (cells[at + 4 + i] !== view.getInt32(highAt + i * 4)) return false;
    }
    return true;
  }

  /** A cell for a new flow, which its addresses are still to be written into. */
  #add(hash: number, ports: number, kind: number): number {
    let flow = this.size;
    if (flow < this.capacity) this.size++;
    else if (flow < this.#limit) {
      this.#grow();
      this.size++;
    } else flow = this.#evict();
    const { cells } = this;
    const cell = flow << CELL_SHIFT;
    for (let i = 0; i < CELL_WORDS; i++) cells[cell + i] = 0;
    // Not touched yet: a flow of a single packet is the first to make room.
    cells[cell] = kind;
    cells[cell + Cell.ports] = ports;
    this.#insert(hash, flow);
    this.fresh = true;
    return flow;
  }

  #insert(hash: number, flow: number): void {
    let slot = hash & this.#mask;
    while (this.#slots[slot] !== 0) slot = (slot + 1) & this.#mask;
    this.#slots[slot] = (hash & TAG) | (flow + 1);
  }

  // cold: it doubles, so seldom
  #grow(): void {
    const cells = new Int32Array(this.cells.length * 2);
    cells.set(this.cells);
    this.cells = cells;
    this.#slots = new Int32Array(this.capacity * SLOTS_PER_CELL);
    this.#mask = this.#slots.length - 1;
    for (let flow = 0; flow < this.size; flow++) this.#insert(this.#hashOf(flow), flow);
  }

  /** Takes the cell of a quiet flow. */
  #evict(): number {
    for (;;) {
      const flow = this.#hand;
      this.#hand = (this.#hand + 1) % this.size;
      this.steps++;
      const cell = flow << CELL_SHIFT;
      if ((this.cells[cell]! & FlowBit.touched) !== 0) {
        this.cells[cell]! &= ~FlowBit.touched;
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
    let hole = this.#hashOf(flow) & mask;
    while ((slots[hole]! & FLOW) !== flow + 1) hole = (hole + 1) & mask;
    for (let slot = (hole + 1) & mask; slots[slot] !== 0; slot = (slot + 1) & mask) {
      const home = this.#hashOf((slots[slot]! & FLOW) - 1) & mask;
      if (((slot - home) & mask) < ((slot - hole) & mask)) continue;
      slots[hole] = slots[slot]!;
      hole = slot;
    }
    slots[hole] = 0;
  }

  /** The hash of a flow's key, from its cell. */
  #hashOf(flow: number): number {
    const { cells } = this;
    const cell = flow << CELL_SHIFT;
    const kind = cells[cell]! & KEY;
    const ports = cells[cell + Cell.ports]!;
    const at = cell + Cell.addresses;
    if ((kind & FlowBit.ipv6) === 0) return this.#hash.of4(cells[at]!, cells[at + 1]!, ports) ^ kind;
    for (let i = 0; i < 8; i++) SCRATCH.setInt32(i * 4, cells[at + i]!);
    return this.#hash.of6(SCRATCH, 0, 16, ports) ^ kind;
  }
}

/** Addresses of a flow, as bytes again. */
const SCRATCH = new DataView(new ArrayBuffer(32));

/** All bits set where `a < b`, both of 32 bits and signed, else 0; without a branch (Warren, Hacker's Delight, 2-12). */
function below(a: number, b: number): number {
  return ((a & ~b) | (~(a ^ b) & (a - b))) >> 31;
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
