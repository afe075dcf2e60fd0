/**
 * What the desk needs of whoever keeps the permits.
 *
 * @module
 */

import type { Permit } from './permit.ts';
import type { PermitStore } from './permit-store.ts';
import type { Refusal } from './refusal.ts';
import { choosePermit, useName, type Wanted } from './why-not.ts';

/** The permit that covers something; else why none does. */
export type Cover =
  | { readonly permit: Permit; readonly refusal: undefined }
  | { readonly permit: undefined; readonly refusal: Refusal };

export interface DeskPermits {
  /** Whether a permit covers it. */
  cover(wanted: Wanted): Cover;
  /** The bytes of an approved block; the desk only reads them. */
  block(sha256: string): Uint8Array | undefined;
  /** Counts a use for good: resolves once it survives a loss of power, rejects where it could not be recorded. */
  recordUse(permit: Permit, wanted: Wanted): Promise<void>;
}

/** The permits of a store. */
export function permitsOf(store: PermitStore): DeskPermits {
  return {
    cover(wanted) {
      const chosen = choosePermit(store.permits, wanted);
      return chosen.permit === undefined
        ? { permit: undefined, refusal: chosen.refusal }
        : { permit: chosen.permit.permit, refusal: undefined };
    },
    block: sha256 => store.block(sha256),
    recordUse: (permit, { object, action, time }) => store.recordUse(permit, useName(object, action), time),
  };
}
