/**
 * Who looks at what has passed a gateway, and has no say in it.
 *
 * @module
 */

import type { Operation } from '../operation/operation.ts';

/** Whose operation it is. */
export interface Passing {
  readonly session: number;
  readonly clientAddress: string;
  /** Address of the controller. */
  readonly serverAddress: string;
  /** Address and port. */
  readonly clientName: string;
  readonly serverName: string;
  /** Name of the controller's host in the policy. */
  readonly serverHost: string;
}

export interface Onlooker {
  /**
   * An operation that goes on, a request or an answer. Called on the way of the message: it must be quick, must not throw, and
   * copies what it keeps.
   */
  passed(op: Operation, passing: Passing): void;
}
