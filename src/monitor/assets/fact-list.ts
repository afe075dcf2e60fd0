/**
 * What is told of one device, each thing once, with the packet that first told it.
 *
 * @module
 */

import { plain } from '../../protocol/phrase.ts';
import type { Place, Proof } from './proof.ts';
import type { Room } from './room.ts';

/** Facts that are kept of one address; a device that tells more is not worth more memory. */
const MAX_FACTS = 128;
const MAX_VALUE = 256;

export interface Fact {
  readonly name: string;
  readonly value: string;
  /** What said so: `SZL 0x0011`, `LLDP`. */
  readonly source: string;
  /** Protocol and station that it is of; '' where it is of the address itself. */
  readonly station: string;
  readonly proof: Proof;
  /** When it was told last, seconds since 1970-01-01 UTC. */
  last: number;
}

export class FactList {
  readonly #facts = new Map<string, Fact>();
  readonly #room: Room;

  /** What finds no place in `room` is left out, and counted there. */
  constructor(room: Room) {
    this.#room = room;
  }

  add(name: string, value: string, source: string, station: string, place: Place, time: number): void {
    const short = plain(value).trim().slice(0, MAX_VALUE);
    if (short === '') return;
    const key = `${station}\0${name}\0${short}\0${source}`;
    const known = this.#facts.get(key);
    if (known !== undefined) {
      if (time > known.last) known.last = time;
      return;
    }
    if (this.#facts.size >= MAX_FACTS) {
      this.#room.lost++;
      return;
    }
    if (!this.#room.take()) return;
    this.#facts.set(key, { name, value: short, source, station, proof: place.at(time), last: time });
  }

  get size(): number {
    return this.#facts.size;
  }

  list(): Fact[] {
    return [...this.#facts.values()];
  }
}
