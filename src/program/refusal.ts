/**
 * Why a permit does not cover something: a name for programs and tables, a sentence for people.
 *
 * @module
 */

/**
 * The reasons, from the farthest from covering to the nearest: where several permits are there and none covers, the
 * one that comes farthest down this list tells why.
 */
export const REFUSALS = {
  'no-permit': 'no permit is installed for the controller',
  'other-controller': 'the permit is for another controller',
  'other-protocol': 'the permit is for another protocol',
  'other-station': 'the permit is for another station of the controller',
  'unknown-requester': 'somebody who may not has asked for it',
  unsigned: 'too few approvers have signed',
  'bad-signature': 'a signature is not its owner’s over this permit: something was changed',
  'self-approved':
    'the requester has signed his or her own request, and without that signature there are too few',
  damaged: 'the file in the permit store is no permit any more, or another one',
  'content-missing': 'the bytes of an approved block are not in the permit store, or changed',
  revoked: 'it was revoked',
  'too-late': 'its window has ended',
  'too-early': 'its window has not begun',
  'other-source': 'it is for other engineering stations',
  'other-block': 'the block is not in the permit',
  'other-deletion': 'the permit names other blocks, or none, that may be deleted',
  'other-action': 'the permit does not include the action',
  'other-content': 'the bytes of the block are not those that were approved',
  'used-up': 'the block was transferred as often as the permit allows',
} as const;
export type RefusalName = keyof typeof REFUSALS;

export interface Refusal {
  readonly name: RefusalName;
  /** What exactly, one sentence without a full stop. */
  readonly message: string;
}

export function refusal(name: RefusalName, message: string): Refusal {
  return { name, message };
}

/** Place in the list of reasons. */
export function nearness({ name }: Refusal): number {
  return Object.keys(REFUSALS).indexOf(name);
}
