/**
 * Profiles with only what an experiment is about: the rest costs time, and speaks of other things.
 *
 * @module
 */

import type { ProcessProfile, TagProfile } from '../../src/process/profile.ts';

/** Each tag of the profile with only these parts of it. */
export function only(
  { tags, ...rest }: ProcessProfile,
  part: (tag: TagProfile) => Partial<TagProfile>,
): ProcessProfile {
  return { ...rest, tags: tags.map(tag => ({ ...bare(tag), ...part(tag) })) };
}

/** A tag's profile without any detector. */
function bare({ tag, unit, source, readings, from, to, period }: TagProfile): TagProfile {
  return { tag, unit, source, readings, from, to, period, responses: [], silent: {} };
}

/** What is needed to compare two readers. */
export function forReaders(profile: ProcessProfile): ProcessProfile {
  return only(profile, ({ spans }) => (spans === undefined ? {} : { spans }));
}

/** What is needed to await answers to commands. */
export function forCommands(profile: ProcessProfile): ProcessProfile {
  return only(profile, ({ responses }) => ({ responses }));
}
