/**
 * Who decides on the operations of a session. The session asks; it knows no policy.
 *
 * @module
 */

import type { Finding } from '../operation/finding.ts';
import type { Operation } from '../operation/operation.ts';
import type { Why } from '../protocol/protocol.ts';

/** What permits have to do with a decision. */
export interface Permission {
  /** The permit that covers the operation, or comes nearest; '' where there is none. */
  readonly permit: string;
  /** Name of the reason for which it is not covered; '' where it is. */
  readonly refusal: string;
}

export interface Judge {
  /** True where no conduit leads from the client to the controller: nothing will be allowed. */
  readonly closed: boolean;
  /** How a denied message is refused. */
  readonly refuse: 'answer' | 'drop' | 'reset';
  /** Packed decision on an operation. Changes nothing. */
  decide(op: Operation): number;
  /** True where the message that was decided last may go on only when something is recorded. */
  readonly due: boolean;
  /** Records it; resolves in any case. The message is then to be decided once more. */
  record(): Promise<void>;
  /** The operation is passed on under this decision. */
  commit(op: Operation, decision: number): void;
  /** The message that was decided last is refused, for whatever cause. */
  refused(): void;
  /** The controller's answer is passed back. */
  settle(op: Operation): void;
  /** Why a denied operation is refused, as far as a protocol can say it. */
  why(decision: number): Why;
  /** A sentence for people on a decision on the message under work. */
  describe(op: Operation, decision: number): string;
  /** What permits have to do with it; undefined where nothing. */
  permission(op: Operation, decision: number): Permission | undefined;
  /** The finding that a refused operation is; undefined where it is none. */
  finding(op: Operation, decision: number, client: string): Finding | undefined;
}
