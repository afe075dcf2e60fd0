/**
 * Why a message did not simply pass, or a session ended, and what became of the message. Numbers on the packet
 * path; the names are those of the records.
 *
 * @module
 */

export const Cause = {
  /** The policy decided. */
  policy: 0,
  /** Not understood, or its lengths disagree. */
  malformed: 1,
  /** An answer that does not fit the request it names. */
  mismatch: 2,
  /** An answer to which there is no request. */
  unsolicited: 3,
  /** Too many requests of this side await their answer. */
  busy: 4,
  /** The controller cannot be reached. */
  unreachable: 5,
} as const;
export type Cause = (typeof Cause)[keyof typeof Cause];
export const CAUSES = ['policy', 'malformed', 'mismatch', 'unsolicited', 'busy', 'unreachable'] as const;

/** What became of a message. */
export const Fate = {
  passed: 0,
  /** Refused in the protocol's own words. */
  answered: 1,
  /** Refused without a word: the policy wants it so, or the protocol has none. */
  dropped: 2,
  /** Refused by ending the session. */
  reset: 3,
} as const;
export type Fate = (typeof Fate)[keyof typeof Fate];
export const FATES = ['passed', 'answered', 'dropped', 'reset'] as const;

/** What else is told of a session. */
export const Note = {
  /** No message can begin where the next one must; the session is closed. */
  framing: 0,
  /** A message is longer than the protocol or the limits allow; the session is closed. */
  oversize: 1,
  /** The side ended in the middle of a message; its beginning is dropped. */
  truncated: 2,
  /** The rest of a message did not come in time; the session is closed. */
  partial: 3,
  /** Nothing came for too long; the session is closed. */
  idle: 4,
  /** A request was given up: its answer did not come in time. */
  unanswered: 5,
  /** In monitor mode: framing was lost, and everything passes unread from here on. */
  blind: 6,
  /** Too many verdicts in one second; `count` of them were not reported. */
  suppressed: 7,
  /** A side sends but does not read; the session is closed. */
  overflow: 8,
  /** The controller cannot be reached. */
  unreachable: 9,
  /** One side broke the connection off. */
  reset: 10,
  /** The policy wants a refused session reset. */
  refused: 11,
  /** Both sides ended. */
  ended: 12,
  /** The gateway shuts down. */
  shutdown: 13,
  /** Under the new policy the session would lead elsewhere. */
  removed: 14,
} as const;
export type Note = (typeof Note)[keyof typeof Note];
export const NOTES = Object.keys(Note) as readonly (keyof typeof Note)[];
