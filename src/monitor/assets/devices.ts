/**
 * Hardware addresses that sent frames, and what they tell of themselves below IP.
 *
 * @module
 */

import { FlowHash } from '../../packet/hash.ts';
import type { Fact, FactList } from './fact-list.ts';
import { NO_FACTS, NO_VLANS, NOT_SHOWN, type Shown } from './hosts.ts';
import type { Changeable, Place } from './proof.ts';
import type { Room } from './room.ts';

/** One hardware address. */
export class Device {
  mac: number;
  readonly first: Changeable;
  frames = 0;
  vlans: ReadonlySet<number> = NO_VLANS;
  factList: FactList | undefined;
  /** Roles that a frame shows by itself. */
  shown: ReadonlyMap<string, Shown> = NOT_SHOWN;

  constructor(mac: number, place: Place) {
    this.mac = mac;
    this.first = place.here();
  }

  get facts(): readonly Fact[] {
    return this.factList?.list() ?? NO_FACTS;
  }

  /** Forgets all, to be another address. */
  become(mac: number, place: Place): void {
    this.mac = mac;
    place.mark(this.first);
    this.frames = 0;
    this.vlans = NO_VLANS;
    this.factList = undefined;
    this.shown = NOT_SHOWN;
  }
}

/** Frames of a device of which nothing else is known that does not make room. */
const FEW = 2;
const SEARCH = 64;

export class Devices {
  refused = 0;
  forgotten = 0;
  readonly #limit: number;
  readonly #details: Room;
  readonly #mask: number;
  readonly #hash = new FlowHash();
  /** Number of the device + 1; 0 is free. */
  readonly #slots: Int32Array;
  readonly #devices: Device[] = [];
  #hand = 0;
  #latest: Device | undefined;

  /** `details`: where what is kept of a device takes its places. */
  constructor(limit: number, details: Room) {
    this.#limit = limit;
    this.#details = details;
    const slots = 2 ** Math.ceil(Math.log2(limit * 2));
    this.#mask = slots - 1;
    this.#slots = new Int32Array(slots);
  }

  get all(): readonly Device[] {
    return this.#devices;
  }

  named(mac: number): Device | undefined {
    return this.#devices[this.#slots[this.#slot(mac)]! - 1];
  }

  /** The device, which is added where it is new, if there is room. */
  find(mac: number, place: Place): Device | undefined {
    if (this.#latest?.mac === mac) return this.#latest;
    const device = this.named(mac) ?? this.#add(mac, place);
    if (device !== undefined) this.#latest = device;
    return device;
  }

  #add(mac: number, place: Place): Device | undefined {
    let index = this.#devices.length;
    if (index >= this.#limit) {
      index = this.#evict();
      if (index < 0) {
        this.refused++;
        return undefined;
      }
    }
    const known = this.#devices[index];
    if (known !== undefined) {
      this.#details.give(Math.max(0, known.vlans.size - 1) + known.shown.size);
      known.become(mac, place);
    }
    const device = known ?? new Device(mac, place);
    this.#devices[index] = device;
    this.#slots[this.#slot(mac)] = index + 1;
    return device;
  }

  /** Where the address is, or would be. */
  #slot(mac: number): number {
    let slot = this.#home(mac);
    while (this.#slots[slot] !== 0 && this.#devices[this.#slots[slot]! - 1]!.mac !== mac) {
      slot = (slot + 1) & this.#mask;
    }
    return slot;
  }

  #home(mac: number): number {
    return this.#hash.of4(mac | 0, (mac / 2 ** 32) | 0, 0) & this.#mask;
  }

  /** Number of a device that makes room, or -1. */
  #evict(): number {
    for (let i = 0; i < SEARCH; i++) {
      this.#hand = (this.#hand + 1) % this.#limit;
      const { frames, factList, mac } = this.#devices[this.#hand]!;
      if (frames > FEW || (factList?.size ?? 0) > 0) continue;
      this.#remove(mac);
      this.forgotten++;
      return this.#hand;
    }
    return -1;
  }

  /** Frees its slot, and moves up those behind it that had been pushed on by it. */
  #remove(mac: number): void {
    const mask = this.#mask;
    let hole = this.#slot(mac);
    for (let slot = (hole + 1) & mask; this.#slots[slot] !== 0; slot = (slot + 1) & mask) {
      const home = this.#home(this.#devices[this.#slots[slot]! - 1]!.mac);
      if (((slot - home) & mask) < ((slot - hole) & mask)) continue;
      this.#slots[hole] = this.#slots[slot]!;
      hole = slot;
    }
    this.#slots[hole] = 0;
  }
}
