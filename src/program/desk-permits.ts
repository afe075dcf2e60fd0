/**
 * What the desk needs of whoever keeps the permits.
 *
 * @module
 */

import type { Permit } from './permit.ts';
import type { PermitStore } from './permit-store.ts';
import { type Choice, choosePermits, stillCovers, useName, type Wanted } from './why-not.ts';

export interface DeskPermits {
  /** Which permits cover it. */
  cover(wanted: Wanted): Choice;
  /** Whether the permit covers it apart from its count: for somebody whose use is recorded. */
  stillCovers(permit: Permit, wanted: Wanted): boolean;
  /** The bytes of an approved block; the desk only reads them. */
  block(sha256: string): Uint8Array | undefined;
  /** Counts a use for good: resolves once it survives a loss of power, rejects where it could not be recorded. */
  recordUse(permit: Permit, wanted: Wanted): Promise<void>;
}

/** The permits of a store. */
export function permitsOf(store: PermitStore): DeskPermits {
  return {
    cover: wanted => choosePermits(store.permits, wanted),
    stillCovers: ({ id }, wanted) => stillCovers(store.permits, id, wanted),
    block: sha256 => store.block(sha256),
    recordUse: (permit, { object, action, time }) => store.recordUse(permit, useName(object, action), time),
  };
}
