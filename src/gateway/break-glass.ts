/**
 * Conduits that are open for a while although the policy would deny: which are, since when, and what passed because of it.
 * Told loudly at its beginning and its end; every operation that passes is an alert.
 *
 * @module
 */

import type { Opening } from '../program/opening.ts';
import type { InstalledOpening } from '../program/opening-store.ts';

/** What of a route an opening speaks of. */
export interface Way {
  readonly clients: readonly string[];
  readonly target: string;
  readonly protocol: { readonly name: string } | undefined;
}

/** An opening that has begun. */
export interface Open extends Opening {
  /** Names of those who approved it. */
  readonly approvers: readonly string[];
  /** Operations that passed because of it. */
  passed: number;
}

/** What there is to tell of an opening. */
export type Told = (what: 'begins' | 'ends', open: Open) => void;

export class BreakGlass {
  readonly #installed: () => readonly InstalledOpening[];
  readonly #clock: () => number;
  readonly #tell: Told;
  #open: Open[] = [];

  /** `installed` gives what is in the store; `clock` milliseconds since 1970-01-01 UTC. */
  constructor(installed: () => readonly InstalledOpening[], tell: Told, clock: () => number = Date.now) {
    this.#installed = installed;
    this.#tell = tell;
    this.#clock = clock;
  }

  /** To be called about four times a second, and when the store was read: begins and ends what has come to it. */
  tick(): void {
    const installed = this.#installed();
    if (installed.length === 0 && this.#open.length === 0) return;
    const now = this.#clock();
    const inForce = installed.filter(
      ({ opening, unusable }) => unusable === undefined && opening.notBefore <= now && now < opening.notAfter,
    );
    for (const open of this.#open) {
      if (!inForce.some(({ opening }) => opening.id === open.id)) this.#tell('ends', open);
    }
    this.#open = inForce.map(({ opening, approvals }) => {
      const known = this.#open.find(open => open.id === opening.id);
      if (known !== undefined) return known;
      const begun = { ...opening, approvers: approvals.map(({ name }) => name), passed: 0 };
      this.#tell('begins', begun);
      return begun;
    });
  }

  /** The opening in force for this way, if there is one: to the millisecond, whenever it was looked at last. */
  opening({ clients, target, protocol }: Way): Open | undefined {
    if (this.#open.length === 0) return undefined;
    const now = this.#clock();
    return this.#open.find(
      open =>
        open.to === target &&
        open.protocol === protocol?.name &&
        now < open.notAfter &&
        open.from.some(name => clients.includes(name)),
    );
  }
}
