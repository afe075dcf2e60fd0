/**
 * The rotor hall's policy as it would be without one or another defence: so that each can be tried alone.
 *
 * @module
 */

import { isMap, isSeq, parseDocument } from 'yaml';
import { parsePolicy } from '../../policy/parse.ts';
import type { Policy } from '../../policy/policy.ts';
import { PolicyError } from '../../policy/problem.ts';

/** What of the policy stands in line. */
export interface InLine {
  /** Downloads need a permit; otherwise whoever may read may download. */
  readonly permits: boolean;
  /** Tags have ranges and steps; otherwise any value may be written where writing is allowed. */
  readonly limits: boolean;
}

/** The policy in `text`, which comes from `file`, with what of it is wanted. Throws {@link PolicyError} where it is no policy. */
export function policyVariant(text: string, file: string, { permits, limits }: InLine): Policy {
  const whole = read(text, file);
  if (permits && limits) return whole;
  const document = parseDocument(text);
  if (!permits) {
    const conduits = document.get('conduits');
    for (const conduit of isSeq(conduits) ? conduits.items : []) {
      if (isMap(conduit) && conduit.get('download') === 'permit') conduit.set('download', 'allow');
    }
  }
  if (!limits) {
    const tags = document.get('tags');
    for (const { value } of isMap(tags) ? tags.items : []) {
      if (!isMap(value)) continue;
      value.delete('range');
      value.delete('step');
    }
  }
  return read(document.toString(), file);
}

function read(text: string, file: string): Policy {
  const { policy, problems } = parsePolicy(text, file);
  if (policy === undefined) throw new PolicyError(problems);
  return policy;
}
