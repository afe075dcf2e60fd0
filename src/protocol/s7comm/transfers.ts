/**
 * Transfers under way whose later requests name only an id: uploads of blocks by their upload id, and Userdata
 * answers in several parts by function and sequence number. Kept: what object the id stands for.
 *
 * @module
 */

import type { Operation } from '../../operation/operation.ts';

/** Transfers at a time; with more, the oldest is forgotten. Controllers allow fewer. */
const SLOTS = 8;
/** No id: ids are not negative. */
const FREE = -1;

export class Transfers {
  readonly #ids = new Float64Array(SLOTS).fill(FREE);
  readonly #spaces = new Uint8Array(SLOTS);
  readonly #areas = new Float64Array(SLOTS);
  readonly #addresses = new Float64Array(SLOTS);
  readonly #extents = new Float64Array(SLOTS);
  #next = 0;

  /** Remembers that `id` stands for the object of `op`. */
  begin(id: number, op: Operation): void {
    let slot = this.#find(id);
    if (slot < 0) {
      slot = this.#next;
      this.#next = (slot + 1) % SLOTS;
    }
    this.#ids[slot] = id;
    this.#spaces[slot] = op.space;
    this.#areas[slot] = op.area;
    this.#addresses[slot] = op.address;
    this.#extents[slot] = op.extent;
  }

  /** Gives `op` the object that `id` stands for, where that is known. */
  recall(id: number, op: Operation): void {
    const slot = this.#find(id);
    if (slot < 0) return;
    op.space = this.#spaces[slot]!;
    op.area = this.#areas[slot]!;
    op.address = this.#addresses[slot]!;
    op.extent = this.#extents[slot]!;
  }

  /** Forgets `id`. */
  end(id: number): void {
    const slot = this.#find(id);
    if (slot >= 0) this.#ids[slot] = FREE;
  }

  #find(id: number): number {
    for (let slot = 0; slot < SLOTS; slot++) {
      if (this.#ids[slot] === id) return slot;
    }
    return -1;
  }
}
