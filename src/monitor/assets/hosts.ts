/**
 * The addresses that sent something, found by their bytes: open addressing over typed arrays, as each packet asks.
 *
 * @module
 */

import { randomInt } from 'node:crypto';
import { formatAddress } from '../../packet/address.ts';
import { finish, mix } from '../../packet/hash.ts';
import type { FactList } from './fact-list.ts';
import type { Proof } from './proof.ts';

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
  packets: number;
  /** First frame with both. */
  readonly proof: Proof;
  /** What said that it is its own (`ARP`, `NDP` …), or '' where only frames have both, as a router's have. */
  claimed: string;
  claim: Proof | undefined;
}

/** What a packet shows of a role. */
export interface Shown {
  readonly reason: string;
  readonly proof: Proof;
}

// Of most addresses no more is known than that they sent: those share what is empty.
export const NO_VLANS: ReadonlySet<number> = new Set();
const NO_PORTS: ReadonlyMap<number, Proof> = new Map();
export const NOT_SHOWN: ReadonlyMap<string, Shown> = new Map();

/** One IP address. */
export class Host {
  readonly address: string;
  readonly first: Proof;
  packets = 0;
  /** Bytes on the wire. */
  bytes = 0;
  last = 0.1;
  readonly macs: MacOfHost[] = [];
  /** Hardware addresses for which there was no room. */
  lostMacs = 0;
  vlans: ReadonlySet<number> = NO_VLANS;
  /** TCP ports on which it accepted a connection, with the first SYN ACK. */
  ports: ReadonlyMap<number, Proof> = NO_PORTS;
  lostPorts = 0;
  facts: FactList | undefined;
  /** Roles that a packet shows by itself: word, reason, packet. */
  shown: ReadonlyMap<string, Shown> = NOT_SHOWN;
  /** True for an end of a session, which does not make room. */
  kept = false;

  constructor(address: string, first: Proof) {
    this.address = address;
    this.first = first;
  }

  /** What is kept of the hardware address, which is added where it is new; undefined where there is no room. */
  mac(mac: number, here: () => Proof): MacOfHost | undefined {
    for (const known of this.macs) if (known.mac === mac) return known;
    if (this.macs.length >= MAX_MACS) {
      this.lostMacs++;
      return undefined;
    }
    const made: MacOfHost = { mac, packets: 0, proof: here(), claimed: '', claim: undefined };
    this.macs.push(made);
    return made;
  }

  accepts(port: number, here: () => Proof): void {
    if (this.ports.has(port)) return;
    if (this.ports.size >= MAX_PORTS) this.lostPorts++;
    else this.ports = new Map(this.ports).set(port, here());
  }
}

export class Hosts {
  /** Addresses for which there was no room, counted each time they are met, and those that made room. */
  refused = 0;
  forgotten = 0;

  readonly #limit: number;
  readonly #seed = randomInt(2 ** 31);
  readonly #mask: number;
  /** Address words of a slot, four each; of IPv4 the first. */
  readonly #words: Int32Array;
  /** Number of the host + 1 and its IP version in the lowest bit; 0 is free. */
  readonly #slots: Int32Array;
  readonly #hosts: Host[] = [];
  /** Slot of each host. */
  readonly #slotOf: Int32Array;
  readonly #byName = new Map<string, Host>();
  #hand = 0;

  constructor(limit: number) {
    this.#limit = limit;
    const slots = 2 ** Math.ceil(Math.log2(limit * 2));
    this.#mask = slots - 1;
    this.#words = new Int32Array(slots * 4);
    this.#slots = new Int32Array(slots);
    this.#slotOf = new Int32Array(limit);
  }

  get all(): readonly Host[] {
    return this.#hosts;
  }

  named(address: string): Host | undefined {
    return this.#byName.get(address);
  }

  /** The host with the address at `at`; it is added where it is new, if there is room. */
  find(view: DataView, at: number, version: number, here: () => Proof): Host | undefined {
    const words = this.#words;
    const count = version === 6 ? 4 : 1;
    let hash = this.#seed ^ version;
    for (let i = 0; i < count; i++) hash = mix(hash, view.getInt32(at + i * 4));
    let slot = finish(hash) & this.#mask;
    for (; this.#slots[slot] !== 0; slot = (slot + 1) & this.#mask) {
      const entry = this.#slots[slot]!;
      let same = (entry & 1) === count >> 2;
      for (let i = 0; same && i < count; i++) same = words[slot * 4 + i] === view.getInt32(at + i * 4);
      if (same) return this.#hosts[(entry >> 1) - 1];
    }
    let index = this.#hosts.length;
    if (index >= this.#limit) {
      index = this.#evict();
      if (index < 0) {
        this.refused++;
        return undefined;
      }
      // Removing may have moved what stood here.
      slot = finish(hash) & this.#mask;
      while (this.#slots[slot] !== 0) slot = (slot + 1) & this.#mask;
    }
    const host = new Host(formatAddress(view, at, version), here());
    for (let i = 0; i < count; i++) words[slot * 4 + i] = view.getInt32(at + i * 4);
    this.#slots[slot] = ((index + 1) << 1) | (count >> 2);
    this.#slotOf[index] = slot;
    this.#hosts[index] = host;
    this.#byName.set(host.address, host);
    return host;
  }

  /** Number of a host that makes room, or -1: many addresses with a packet or two must not push out what matters. */
  #evict(): number {
    for (let i = 0; i < SEARCH; i++) {
      this.#hand = (this.#hand + 1) % this.#limit;
      const host = this.#hosts[this.#hand]!;
      if (host.kept || host.packets > FEW || host.facts !== undefined || host.ports.size > 0) continue;
      this.#remove(this.#slotOf[this.#hand]!);
      this.#byName.delete(host.address);
      this.forgotten++;
      return this.#hand;
    }
    return -1;
  }

  /** Frees a slot, and moves up those behind it that had been pushed on by it. */
  #remove(from: number): void {
    const mask = this.#mask;
    let hole = from;
    for (let slot = (hole + 1) & mask; this.#slots[slot] !== 0; slot = (slot + 1) & mask) {
      const home = this.#home(slot);
      if (((slot - home) & mask) < ((slot - hole) & mask)) continue;
      this.#slots[hole] = this.#slots[slot]!;
      this.#words.copyWithin(hole * 4, slot * 4, slot * 4 + 4);
      this.#slotOf[(this.#slots[hole]! >> 1) - 1] = hole;
      hole = slot;
    }
    this.#slots[hole] = 0;
  }

  #home(slot: number): number {
    const version6 = (this.#slots[slot]! & 1) === 1;
    let hash = this.#seed ^ (version6 ? 6 : 4);
    for (let i = 0; i < (version6 ? 4 : 1); i++) hash = mix(hash, this.#words[slot * 4 + i]!);
    return finish(hash) & this.#mask;
  }
}
