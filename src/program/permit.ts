/**
 * The permit: a time-boxed, signed approval of one change to one controller's program, by several people. This is what
 * it says; how it is written, signed and kept is in the files beside this one.
 *
 * @module
 */

/** A program block, or another piece of content that a protocol transfers, as it was approved. */
export interface ApprovedBlock {
  /** As the protocol writes objects: `OB1`, `DB8`. */
  readonly object: string;
  /** SHA-256 of its bytes as they are transferred, 64 hexadecimal digits. */
  readonly sha256: string;
  /** Its length in bytes. */
  readonly bytes: number;
}

/** What a change may need besides the transfer of its blocks; each only where the permit says so. */
export const PERMIT_ACTIONS = ['stop', 'start', 'restart', 'mode', 'delete', 'firmware'] as const;
export type PermitAction = (typeof PERMIT_ACTIONS)[number];

export interface Permit {
  /** SHA-256 of the signed statement's bytes, 64 hexadecimal digits: what people name a permit by, shortened to 12. */
  readonly id: string;
  /** Number of the change ticket. */
  readonly ticket: string;
  /** What is to be done, and why: a sentence. */
  readonly purpose: string;
  /** Who asked for it; none of the approvers. */
  readonly requester: string;
  /** Controller: its host name in the policy, its protocol and its station as policies write them. */
  readonly controller: string;
  readonly protocol: string;
  readonly station: string;
  /** Host names of the stations that it may come from. */
  readonly from: readonly string[];
  /** Milliseconds since 1970-01-01 UTC; valid from the first and up to, not at, the second. */
  readonly notBefore: number;
  readonly notAfter: number;
  /** How often each block may be transferred and made active, at least 1. */
  readonly uses: number;
  readonly blocks: readonly ApprovedBlock[];
  /** Names of blocks that may be deleted, where `actions` has delete. */
  readonly deletes: readonly string[];
  readonly actions: readonly PermitAction[];
  /**
   * True where the protocol hides the content of a transfer (encrypted, or its form is not public), so that the permit
   * covers the operation and says nothing of its bytes.
   */
  readonly unseen: boolean;
}
