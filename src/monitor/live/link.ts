/**
 * An interface that is watched: how it is now, and what its card lost.
 *
 * @module
 */

import { type Interface, lostByCard } from '../../packet/live/interfaces.ts';

export type State = 'watched' | 'no carrier' | 'down' | 'gone';

/** An interface that is watched. */
export class Link {
  now: Interface;
  state: State;
  /** Packets that its card lost since watching began. */
  lost = 0;
  #counted: number;

  constructor(now: Interface) {
    this.now = now;
    this.state = stateOf(now);
    this.#counted = lostByCard(now.name);
  }

  countLost(): void {
    const counted = lostByCard(this.now.name);
    // One that went and came back counts anew.
    this.lost += counted >= this.#counted ? counted - this.#counted : counted;
    this.#counted = counted;
  }
}

export function stateOf(now: Interface | undefined): State {
  if (now === undefined) return 'gone';
  return !now.up ? 'down' : now.carrier ? 'watched' : 'no carrier';
}
