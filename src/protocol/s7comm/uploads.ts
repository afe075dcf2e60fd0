/**
 * Uploads under way: what block an upload id stands for, and userdata answers that come in several parts. The
 * requests that follow name only the id.
 *
 * @module
 */

const SLOTS = 8;

export class Uploads {
  readonly #ids = new Float64Array(SLOTS).fill(-1);
  readonly #spaces = new Uint8Array(SLOTS);
  readonly #areas = new Uint32Array(SLOTS);
  #next = 0;

  /** Remembers that `id` stands for a block. The oldest of more than eight is forgotten. */
  begin(id: number, space: number, area: number): void {
    let slot = this.#ids.indexOf(id);
    if (slot < 0) {
      slot = this.#next;
      this.#next = (slot + 1) % SLOTS;
    }
    this.#ids[slot] = id;
    this.#spaces[slot] = space;
    this.#areas[slot] = area;
  }

  /** Slot of an id, or -1. */
  find(id: number): number {
    return this.#ids.indexOf(id);
  }

  space(slot: number): number {
    return this.#spaces[slot]!;
  }

  area(slot: number): number {
    return this.#areas[slot]!;
  }

  /** Forgets an id. */
  end(id: number): void {
    const slot = this.#ids.indexOf(id);
    if (slot >= 0) this.#ids[slot] = -1;
  }
}
