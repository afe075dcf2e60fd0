/**
 * Hardware addresses that sent frames, and what they tell of themselves below IP.
 *
 * @module
 */

import type { FactList } from './fact-list.ts';
import { NO_VLANS, NOT_SHOWN, type Shown } from './hosts.ts';
import type { Proof } from './proof.ts';

/** One hardware address. */
export class Device {
  readonly mac: number;
  readonly first: Proof;
  frames = 0;
  vlans: ReadonlySet<number> = NO_VLANS;
  facts: FactList | undefined;
  /** Roles that a frame shows by itself. */
  shown: ReadonlyMap<string, Shown> = NOT_SHOWN;

  constructor(mac: number, first: Proof) {
    this.mac = mac;
    this.first = first;
  }
}

/** Frames of a device of which nothing else is known that does not make room. */
const FEW = 2;
const SEARCH = 64;

export class Devices {
  refused = 0;
  forgotten = 0;
  readonly #limit: number;
  readonly #byMac = new Map<number, Device>();
  #latest: Device | undefined;

  constructor(limit: number) {
    this.#limit = limit;
  }

  get all(): Iterable<Device> {
    return this.#byMac.values();
  }

  named(mac: number): Device | undefined {
    return this.#byMac.get(mac);
  }

  /** The device, which is added where it is new, if there is room. */
  find(mac: number, here: () => Proof): Device | undefined {
    if (this.#latest?.mac === mac) return this.#latest;
    let device = this.#byMac.get(mac);
    if (device === undefined) {
      if (this.#byMac.size >= this.#limit && !this.#evict()) {
        this.refused++;
        return undefined;
      }
      device = new Device(mac, here());
      this.#byMac.set(mac, device);
    }
    this.#latest = device;
    return device;
  }

  #evict(): boolean {
    let left = SEARCH;
    for (const [mac, device] of this.#byMac) {
      if (device.frames <= FEW && device.facts === undefined) {
        this.#byMac.delete(mac);
        this.forgotten++;
        return true;
      }
      // To the end of the order, so that the next search looks at others.
      this.#byMac.delete(mac);
      this.#byMac.set(mac, device);
      if (--left === 0) return false;
    }
    return false;
  }
}
