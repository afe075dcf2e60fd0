/**
 * The sessions that are remembered: by their cell of the flow table, and a bounded number of them. When they are too
 * many, one that has been quiet makes room: a hand goes round over all of them, takes the first that no payload came for
 * since it last came by, and clears the mark of the others. Payload marks one session, so the hand makes no more steps
 * than there were segments.
 *
 * @module
 */

import type { Session } from './session.ts';

export class Sessions {
  /** By cell of the flow table. */
  readonly byFlow: (Session | undefined)[] = [];
  // The same without gaps, in no order.
  readonly #all: Session[] = [];
  #hand = 0;

  get size(): number {
    return this.#all.length;
  }

  add(session: Session): void {
    // Without holes, whatever number comes first: V8 makes a dictionary of an array that is mostly holes.
    while (this.byFlow.length <= session.flow) this.byFlow.push(undefined);
    this.byFlow[session.flow] = session;
    session.place = this.#all.length;
    this.#all.push(session);
  }

  remove(session: Session): void {
    this.byFlow[session.flow] = undefined;
    const last = this.#all.pop()!;
    if (last === session) return;
    this.#all[session.place] = last;
    last.place = session.place;
  }

  /** One that has been quiet, to make room. */
  quiet(): Session {
    for (;;) {
      if (this.#hand >= this.#all.length) this.#hand = 0;
      const session = this.#all[this.#hand++]!;
      if (!session.touched) return session;
      session.touched = false;
    }
  }
}
