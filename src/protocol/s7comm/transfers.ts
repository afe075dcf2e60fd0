/**
 * Transfers under way whose later requests name only an id: uploads of blocks by their upload id, and Userdata
 * answers in several parts by function and sequence number. Kept: what object the id stands for.
 *
 * @module
 */

import type { Operation } from '../../operation/operation.ts';

/** Transfers at a time; with more, the oldest is forgotten. Controllers allow fewer. */
const LIMIT = 8;

interface Transfer {
  readonly id: number;
  readonly space: number;
  readonly area: number;
  readonly address: number;
  readonly extent: number;
}

export class Transfers {
  /** Oldest first. Most sessions never have one. */
  readonly #list: Transfer[] = [];

  /** Remembers that `id` stands for the object of `op`. */
  begin(id: number, { space, area, address, extent }: Operation): void {
    this.end(id);
    if (this.#list.length === LIMIT) this.#list.shift();
    // cold: once a transfer
    this.#list.push({ id, space, area, address, extent });
  }

  /** Forgets all. */
  reset(): void {
    this.#list.length = 0;
  }

  /** Gives `op` the object that `id` stands for, where that is known. */
  recall(id: number, op: Operation): void {
    for (let i = 0; i < this.#list.length; i++) {
      const transfer = this.#list[i]!;
      if (transfer.id !== id) continue;
      op.space = transfer.space;
      op.area = transfer.area;
      op.address = transfer.address;
      op.extent = transfer.extent;
    }
  }

  /** Forgets `id`. */
  end(id: number): void {
    for (let i = 0; i < this.#list.length; i++) {
      if (this.#list[i]!.id === id) this.#list.splice(i, 1);
    }
  }
}
