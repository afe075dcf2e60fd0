/**
 * The session whose operation a sink is being handed: an operation itself carries only numbers.
 *
 * @module
 */
import type { Session } from './session.ts';

export class Current {
  #session: Session | undefined;

  get session(): Session {
    return this.#session!;
  }

  set session(session: Session) {
    this.#session = session;
  }
}
