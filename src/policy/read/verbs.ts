/**
 * Which verbs a rule can name: those that functions of its protocol have.
 *
 * @module
 */

import { VERBS, Verb, type VerbRow } from '../../operation/verb.ts';
import type { FunctionRow, Protocol } from '../../protocol/protocol.ts';
import type { List } from '../model.ts';

/** What to write instead of a verb that no function has which the rule could mean. */
export function absentVerb(protocol: Protocol, list: List, { verb, name }: VerbRow): string | undefined {
  const having = protocol.functions.filter(row => verbsOf(row).includes(verb));
  if (having.some(row => list === 'deny' || !row.vendor)) return undefined;
  const { title, functions } = protocol;
  const [own] = having;
  if (own !== undefined) {
    const number = own.sub < 0 ? `${own.code}` : `${own.code}/${own.sub}`;
    return `only functions of a vendor's own have the verb '${name}' in ${title}; allow them by number, such as \`function: ${number}\` (${own.name})`;
  }
  const rows = functions.filter(row => list === 'deny' || !row.vendor);
  const verbs = new Set(rows.flatMap(verbsOf));
  verbs.delete(Verb.unknown);
  // A key of the conduit allows it.
  if (list !== 'deny') verbs.delete(Verb.download);
  const names = VERBS.filter(row => verbs.has(row.verb)).map(row => row.name);
  return `no function of ${title} has the verb '${name}'; there are: ${names.join(', ')}`;
}

function verbsOf({ verb, otherVerbs = [] }: FunctionRow): readonly Verb[] {
  return [verb, ...otherVerbs];
}
