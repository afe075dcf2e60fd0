/**
 * Why an operation is let through or not.
 *
 * @module
 */

/** Numbers of reasons, as a decision carries them. */
export const Reason = {
  granted: 0,
  session: 1,
  answer: 2,
  opaque: 3,
  malformed: 4,
  unasked: 5,
  stranger: 6,
  noConduit: 7,
  noRule: 8,
  station: 9,
  denied: 10,
  permit: 11,
  range: 12,
  partial: 13,
  step: 14,
  lastUnknown: 15,
  rate: 16,
  permitted: 17,
  breakGlass: 18,
  interlock: 19,
  interlockUnknown: 20,
} as const;
export type Reason = (typeof Reason)[keyof typeof Reason];
export type ReasonName = keyof typeof Reason;

/** What each means, for people; the documentation lists these. */
export const REASONS: Readonly<Record<ReasonName, string>> = {
  granted: 'a rule allows it',
  session: 'it sets up or keeps up a session in which something is allowed',
  answer: 'it answers a request that was let through',
  opaque: 'its content is hidden (encrypted)',
  malformed: 'it breaks the rules of its protocol',
  unasked: 'it answers a request that nobody sent, or another one than was sent',
  stranger: 'the client is no host of the policy',
  noConduit: 'no conduit leads from the client to this host with this protocol',
  noRule: 'no rule allows it',
  station: 'the rules that would allow it are for another station',
  denied: 'a rule denies it',
  permit: 'changing the program needs a signed permit, and none covers this',
  range: 'the value is outside what is allowed',
  partial: 'it changes an object whose values are limited, and the new value cannot be known from it',
  step: 'the change is greater than one step',
  lastUnknown:
    'the last value is not known yet, so the size of the step is not: let the client read it first',
  rate: 'it comes too often',
  permitted: 'a permit covers it',
  breakGlass: 'the conduit is open by break-glass',
  interlock: 'an interlock forbids it as things are',
  interlockUnknown:
    'an interlock depends on a value that is not known, or not known lately: let a client read it first',
};

/** Names by number. */
export const REASON_NAMES = Object.keys(Reason) as readonly ReasonName[];
