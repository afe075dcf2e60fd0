/**
 * The session whose operation a sink is being handed: an operation itself carries only numbers.
 *
 * @module
 */
import type { Session } from './session.ts';

export class Current {
  /** All sessions, by their cell of the flow table. */
  sessions: readonly (Session | undefined)[] = [];
  /** That cell. A number: the collector need not be told of each change. */
  flow = 0;

  get session(): Session {
    return this.sessions[this.flow]!;
  }
}
