/**
 * Why what belongs to the change of a program is refused although a permit may be there: what the gateway itself sees.
 *
 * @module
 */

import type { Refusal } from './refusal.ts';

export const DESK_REFUSALS = {
  unclear: 'it does not say what it changes, or no permit can cover that',
  unseen: 'what it loads cannot be seen, and no permit covers that',
  busy: 'the same block is being loaded, or its use recorded, already',
  'not-begun': 'it belongs to no transfer that was let through',
  unanswered: 'an earlier message of the transfer is not answered yet',
  'other-part': 'the parts of the content are not in order, or are not asked for',
  'too-long': 'the transfer goes on beyond the end of the approved block',
  'too-short': 'the transfer ends before the approved block does',
  'not-transferred': 'what is to take effect was not transferred under a permit, or not whole',
  unrecorded: 'the use of the permit could not be recorded',
} as const;
export type DeskRefusalName = keyof typeof DESK_REFUSALS;

/** A reason of the permits or one of these. */
export type DeskRefusal = Refusal | { readonly name: DeskRefusalName; readonly message: string };
