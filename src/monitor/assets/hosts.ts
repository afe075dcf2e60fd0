/**
 * The addresses that sent something, found by their bytes: open addressing over typed arrays, as each packet asks. What
 * is known of an address that makes room is taken for the one that comes in its place: under a flood of made-up sources
 * there is nothing for the collector to collect.
 *
 * @module
 */

import { addressBytes, formatAddress } from '../../packet/address.ts';
import { FlowHash } from '../../packet/hash.ts';
import type { Fact, FactList } from './fact-list.ts';
import type { Changeable, Place, Proof } from './proof.ts';
import type { Room } from './room.ts';

/** Hardware addresses that are kept for one IP address: more than two are a router's trouble or a forgery. */
const MAX_MACS = 8;
/** TCP ports that are kept of a host that accepts connections on very many. */
const MAX_PORTS = 64;
/** A host that sent no more than this, and of which nothing else is known, makes room for others. */
const FEW = 2;
/** Cells that are looked at for such a one. */
const SEARCH = 64;

/** A hardware address that sent packets of an IP address, or claimed it. */
export interface MacOfHost {
  readonly mac: number;
  readonly packets: number;
  /** First frame with both. */
  readonly proof: Proof;
  /** What said that it is its own (`ARP`, `NDP` …), or '' where only frames have both, as a router's have. */
  readonly claimed: string;
  readonly claim: Proof | undefined;
}

type OwnMac = { -readonly [field in keyof MacOfHost]: MacOfHost[field] } & { readonly proof: Changeable };

/** What a packet shows of a role. */
export interface Shown {
  readonly reason: string;
  readonly proof: Proof;
}

// Of most addresses no more is known than that they sent: those share what is empty.
export const NO_VLANS: ReadonlySet<number> = new Set();
const NO_PORTS: ReadonlyMap<number, Proof> = new Map();
export const NOT_SHOWN: ReadonlyMap<string, Shown> = new Map();
export const NO_FACTS: readonly Fact[] = [];

/** Bytes that an address may take. */
const ADDRESS = 16;

/** One IP address. */
export class Host {
  readonly first: Changeable;
  packets = 0;
  /** Bytes on the wire. */
  bytes = 0;
  last = 0.1;
  /** Hardware addresses for which there was no room. */
  lostMacs = 0;
  vlans: ReadonlySet<number> = NO_VLANS;
  /** TCP ports on which it accepted a connection, with the first SYN ACK. */
  ports: ReadonlyMap<number, Proof> = NO_PORTS;
  factList: FactList | undefined;
  /** Roles that a packet shows by itself: word, reason, packet. */
  shown: ReadonlyMap<string, Shown> = NOT_SHOWN;
  /** True for an end of a session, which does not make room. */
  kept = false;
  /** Of IP. */
  version: number;
  readonly #bytes: DataView;
  readonly #at: number;
  /** Those that are forgotten stay behind the others, to be used again. */
  #macs: OwnMac[] = [];
  #macCount = 0;

  /** Its address is at `at` of `bytes`. */
  constructor(bytes: DataView, at: number, version: number, place: Place) {
    this.#bytes = bytes;
    this.#at = at;
    this.version = version;
    this.first = place.here();
  }

  get address(): string {
    return formatAddress(this.#bytes, this.#at, this.version);
  }

  /** Forgets all, to be another address. */
  become(version: number, place: Place): void {
    this.version = version;
    place.mark(this.first);
    this.packets = 0;
    this.bytes = 0;
    this.last = 0.1;
    this.#macCount = 0;
    this.lostMacs = 0;
    this.vlans = NO_VLANS;
    this.ports = NO_PORTS;
    this.factList = undefined;
    this.shown = NOT_SHOWN;
    this.kept = false;
  }

  get facts(): readonly Fact[] {
    return this.factList?.list() ?? NO_FACTS;
  }

  get macs(): readonly MacOfHost[] {
    return this.#macs.slice(0, this.#macCount);
  }

  /** What is kept of the hardware address, which is added where it is new; undefined where there is no room. */
  mac(mac: number, place: Place, room: Room): OwnMac | undefined {
    for (let i = 0; i < this.#macCount; i++) if (this.#macs[i]!.mac === mac) return this.#macs[i];
    if (this.#macCount >= MAX_MACS) {
      this.lostMacs++;
      return undefined;
    }
    const spare = this.#macs[this.#macCount];
    if (spare === undefined) {
      // The first is part of what an address takes.
      if (this.#macs.length > 0 && !room.take()) {
        this.lostMacs++;
        return undefined;
      }
      this.#macCount++;
      const made: OwnMac = { mac, packets: 0, proof: place.here(), claimed: '', claim: undefined };
      // One is all that most have: an array that grows would have room for many.
      if (this.#macs.length === 0) this.#macs = [made];
      else this.#macs.push(made);
      return made;
    }
    this.#macCount++;
    spare.mac = mac;
    spare.packets = 0;
    place.mark(spare.proof);
    spare.claimed = '';
    spare.claim = undefined;
    return spare;
  }

  accepts(port: number, place: Place, room: Room): void {
    if (this.ports.has(port)) return;
    if (this.ports.size >= MAX_PORTS) room.lost++;
    else if (room.take()) this.ports = new Map(this.ports).set(port, place.here());
  }
}

export class Hosts {
  /** Addresses for which there was no room, counted each time they are met, and those that made room. */
  refused = 0;
  forgotten = 0;

  readonly #limit: number;
  readonly #details: Room;
  readonly #hash = new FlowHash();
  readonly #mask: number;
  /** The address of each host. */
  readonly #bytes: DataView;
  /** Number of the host + 1 and its IP version in the lowest bit; 0 is free. */
  readonly #slots: Int32Array;
  readonly #hosts: Host[] = [];
  readonly #asked = new DataView(new ArrayBuffer(ADDRESS));
  #hand = 0;

  /** `details`: where what is kept of a host takes its places. */
  constructor(limit: number, details: Room) {
    this.#limit = limit;
    this.#details = details;
    const slots = 2 ** Math.ceil(Math.log2(limit * 2));
    this.#mask = slots - 1;
    this.#bytes = new DataView(new ArrayBuffer(limit * ADDRESS));
    this.#slots = new Int32Array(slots);
  }

  get all(): readonly Host[] {
    return this.#hosts;
  }

  named(address: string): Host | undefined {
    const bytes = addressBytes(address);
    for (let i = 0; i < bytes.length; i++) this.#asked.setUint8(i, bytes[i]!);
    const entry = this.#slots[this.#slot(this.#asked, 0, bytes.length === 4 ? 4 : 6)]!;
    return entry === 0 ? undefined : this.#hosts[(entry >> 1) - 1];
  }

  /** The host with the address at `at`; it is added where it is new, if there is room. */
  find(view: DataView, at: number, version: number, place: Place): Host | undefined {
    let slot = this.#slot(view, at, version);
    const entry = this.#slots[slot]!;
    if (entry !== 0) return this.#hosts[(entry >> 1) - 1];
    let index = this.#hosts.length;
    if (index >= this.#limit) {
      index = this.#evict();
      if (index < 0) {
        this.refused++;
        return undefined;
      }
      // Removing may have moved what stood here.
      slot = this.#slot(view, at, version);
    }
    const own = index * ADDRESS;
    for (let i = 0; i < wordsOf(version); i++) this.#bytes.setInt32(own + i * 4, view.getInt32(at + i * 4));
    this.#slots[slot] = ((index + 1) << 1) | (version === 6 ? 1 : 0);
    const known = this.#hosts[index];
    if (known !== undefined) {
      this.#details.give(Math.max(0, known.vlans.size - 1) + known.ports.size + known.shown.size);
      known.become(version, place);
    }
    const host = known ?? new Host(this.#bytes, own, version, place);
    this.#hosts[index] = host;
    return host;
  }

  /** Where the address is, or would be. */
  #slot(view: DataView, at: number, version: number): number {
    const words = wordsOf(version);
    let slot = this.#home(view, at, version);
    for (; this.#slots[slot] !== 0; slot = (slot + 1) & this.#mask) {
      const entry = this.#slots[slot]!;
      const own = ((entry >> 1) - 1) * ADDRESS;
      let same = (entry & 1) === words >> 2;
      for (let i = 0; same && i < words; i++) {
        same = this.#bytes.getInt32(own + i * 4) === view.getInt32(at + i * 4);
      }
      if (same) break;
    }
    return slot;
  }

  #home(view: DataView, at: number, version: number): number {
    const hash = version === 6 ? this.#hash.of6(view, at, at, 0) : this.#hash.of4(view.getInt32(at), 0, 0);
    return hash & this.#mask;
  }

  /** Number of a host that makes room, or -1: many addresses with a packet or two must not push out what matters. */
  #evict(): number {
    for (let i = 0; i < SEARCH; i++) {
      this.#hand = (this.#hand + 1) % this.#limit;
      const host = this.#hosts[this.#hand]!;
      if (host.kept || host.packets > FEW || (host.factList?.size ?? 0) > 0 || host.ports.size > 0) continue;
      this.#remove(this.#hand);
      this.forgotten++;
      return this.#hand;
    }
    return -1;
  }

  /** Frees a host's slot, and moves up those behind it that had been pushed on by it. */
  #remove(index: number): void {
    const mask = this.#mask;
    let hole = this.#homeOf(index);
    while (this.#slots[hole]! >> 1 !== index + 1) hole = (hole + 1) & mask;
    for (let slot = (hole + 1) & mask; this.#slots[slot] !== 0; slot = (slot + 1) & mask) {
      const home = this.#homeOf((this.#slots[slot]! >> 1) - 1);
      if (((slot - home) & mask) < ((slot - hole) & mask)) continue;
      this.#slots[hole] = this.#slots[slot]!;
      hole = slot;
    }
    this.#slots[hole] = 0;
  }

  #homeOf(index: number): number {
    return this.#home(this.#bytes, index * ADDRESS, this.#hosts[index]!.version);
  }
}

function wordsOf(version: number): number {
  return version === 6 ? 4 : 1;
}
