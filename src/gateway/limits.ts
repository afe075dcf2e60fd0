/**
 * The bounds on everything a gateway keeps for others: nothing that arrives from the network makes it grow without
 * end. What happens at each bound is written beside it.
 *
 * @module
 */

export interface Limits {
  /** Sessions of one listener; the next connection is reset. */
  readonly sessions: number;
  /** Sessions of one client address at one listener; the next connection is reset. */
  readonly sessionsPerClient: number;
  /** Sessions of clients who may do nothing, beside the others, so that they take nobody's place. */
  readonly strangers: number;
  /** Requests of one side that await their answer; the next one is refused as `busy`. */
  readonly pending: number;
  /** Bytes of such requests, never less than the longest message; the next one is refused as `busy`. */
  readonly pendingBytes: number;
  /** Refusals of one side that wait for their turn; the next one is dropped instead of answered. */
  readonly held: number;
  /** Bytes of one message, where that is less than the protocol's own maximum; a longer one closes the session. */
  readonly message: number;
  /** Bytes not yet taken by a side; beyond, the other side is not read until they are. */
  readonly output: number;
  /** Bytes not yet taken by a side at which the session is closed (a side that sends but never reads). */
  readonly outputMax: number;
  /** Verdicts reported of one session in one second; more are counted, and the number is reported. */
  readonly reports: number;
  /** Seconds without a byte from either side until the session is closed. */
  readonly idle: number;
  /** The same where one side has ended: the other may go on, but not for ever. */
  readonly halfOpen: number;
  /** Seconds that the rest of a begun message may take, else the session is closed. */
  readonly partial: number;
  /** Seconds until a connection to the controller counts as failed. */
  readonly connect: number;
  /** Seconds until a request counts as unanswered, and refusals no longer wait for its answer. */
  readonly answer: number;
  /** Seconds that sessions get at shutdown to receive the answers under way. */
  readonly drain: number;
}

export const LIMITS: Limits = {
  sessions: 256,
  sessionsPerClient: 32,
  strangers: 16,
  pending: 64,
  pendingBytes: 64 * 1024,
  held: 64,
  message: Number.POSITIVE_INFINITY,
  output: 64 * 1024,
  outputMax: 1024 * 1024,
  reports: 200,
  idle: 3600,
  halfOpen: 60,
  partial: 10,
  connect: 5,
  answer: 10,
  drain: 2,
};
