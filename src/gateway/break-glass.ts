/**
 * Conduits that are open for a while although the policy would deny: which are, since when, and what passed because of it.
 * Told loudly at its beginning and its end; every operation that passes is an alert.
 *
 * @module
 */

import type { RefusedOpening } from '../program/break-glass-findings.ts';
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
  /** That it is used was told. */
  used: boolean;
}

/** What is in the store. */
export interface Installed {
  readonly openings: readonly InstalledOpening[];
  /** What is among the openings and is none, a sentence each. */
  readonly damaged: readonly string[];
}

/** Who is told of openings. */
export interface Told {
  tell(what: 'begins' | 'ends', open: Open): void;
  /** What opens nothing, when it is first seen. */
  refused(refused: RefusedOpening): void;
}

export class BreakGlass {
  readonly #installed: () => Installed;
  readonly #clock: () => number;
  readonly #told: Told;
  #open: Open[] = [];
  /** What was refused, and told. */
  #refused = new Set<string>();

  /** `installed` gives what is in the store; `clock` milliseconds since 1970-01-01 UTC. */
  constructor(installed: () => Installed, told: Told, clock: () => number = Date.now) {
    this.#installed = installed;
    this.#told = told;
    this.#clock = clock;
  }

  /** To be called about four times a second, and when the store was read: begins and ends what has come to it. */
  tick(): void {
    const { openings, damaged } = this.#installed();
    if (openings.length === 0 && damaged.length === 0 && this.#open.length === 0) return;
    const now = this.#clock();
    this.#refuse(openings, damaged, now);
    const inForce = openings.filter(
      ({ opening, unusable }) => unusable === undefined && opening.notBefore <= now && now < opening.notAfter,
    );
    for (const open of this.#open) {
      if (!inForce.some(({ opening }) => opening.id === open.id)) this.#told.tell('ends', open);
    }
    this.#open = inForce.map(({ opening, approvals }) => {
      const known = this.#open.find(open => open.id === opening.id);
      if (known !== undefined) return known;
      const begun = { ...opening, approvers: approvals.map(({ name }) => name), passed: 0, used: false };
      this.#told.tell('begins', begun);
      return begun;
    });
  }

  /** Tells once of each that opens nothing although its time is not over. What was taken back is no attempt. */
  #refuse(openings: readonly InstalledOpening[], damaged: readonly string[], now: number): void {
    const refused: RefusedOpening[] = damaged.map(why => ({ key: why, opening: undefined, why }));
    for (const { opening, unusable } of openings) {
      if (unusable === undefined || unusable.name === 'revoked' || opening.notAfter <= now) continue;
      refused.push({ key: opening.id, opening, why: unusable.message });
    }
    for (const one of refused) if (!this.#refused.has(one.key)) this.#told.refused(one);
    // Only what is there is remembered, so it does not grow; what is put there again is told again.
    this.#refused = new Set(refused.map(({ key }) => key));
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
