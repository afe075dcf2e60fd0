/**
 * Verification of a permit: what it says, and whether enough approvers have signed that.
 *
 * @module
 */

import { type Approvals, countApprovals } from './approvals.ts';
import type { Approvers } from './approvers.ts';
import type { Envelope } from './dsse.ts';
import type { Permit } from './permit.ts';
import { permitOf } from './statement.ts';

export interface Verification extends Approvals {
  readonly permit: Permit;
}

/** Verifies the envelope of a permit. Throws `PermitError` where it holds no permit. */
export function verifyPermit(envelope: Envelope, approvers: Approvers): Verification {
  const permit = permitOf(envelope);
  return { permit, ...countApprovals(envelope, approvers, { what: 'permit', ...permit }) };
}
