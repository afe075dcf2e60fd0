/**
 * Who decides on the operations of a session. The session asks; it knows no policy.
 *
 * @module
 */

import type { Operation } from '../operation/operation.ts';
import type { Why } from '../protocol/protocol.ts';

export interface Judge {
  /** True where no conduit leads from the client to the controller: nothing will be allowed. */
  readonly closed: boolean;
  /** How a denied message is refused. */
  readonly refuse: 'answer' | 'drop' | 'reset';
  /** Packed decision on an operation. Changes nothing. */
  decide(op: Operation): number;
  /** The operation is passed on under this decision. */
  commit(op: Operation, decision: number): void;
  /** The controller's answer is passed back. */
  settle(op: Operation): void;
  /** Why a denied operation is refused, as far as a protocol can say it. */
  why(decision: number): Why;
  /** A sentence for people on a decision. */
  describe(op: Operation, decision: number): string;
}
