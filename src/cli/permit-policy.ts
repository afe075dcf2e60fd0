/**
 * Is what a permit is for in the plant's policy? A slip of the pen in a name makes a permit that never covers anything,
 * and that is better found when it is asked for than in its window.
 *
 * @module
 */

import type { Conduit } from '../policy/model.ts';
import { loadPolicy } from '../policy/parse.ts';
import type { Policy } from '../policy/policy.ts';
import type { Permit } from '../program/permit.ts';
import { UsageError } from './command.ts';

/** Throws where the policy in `file` has no such hosts, no conduit between them, or none on which permits count. */
export async function checkPolicy(file: string, permit: Permit): Promise<void> {
  const policy = await loadPolicy(file);
  for (const name of [permit.controller, ...permit.from]) {
    if (!policy.hosts.has(name)) {
      throw new UsageError(`no host '${name}' in ${file}; there are: ${[...policy.hosts.keys()].join(', ')}`);
    }
  }
  for (const from of permit.from) {
    const { controller, protocol, station } = permit;
    const where = `from ${from} to ${controller} in ${protocol}, station ${station}`;
    const conduits = between(policy, from, permit);
    if (conduits.length === 0) {
      throw new UsageError(
        `no conduit of ${file} leads ${where}; correct the request, or have the policy changed first`,
      );
    }
    if (!conduits.some(({ rules }) => rules.some(rule => rule.permit))) {
      throw new UsageError(
        `no conduit of ${file} ${where} has \`download: permit\`, so that no permit counts there; ` +
          'correct the request, or have the policy changed first',
      );
    }
  }
}

function between(
  { conduits }: Policy,
  from: string,
  { controller, protocol, station }: Permit,
): readonly Conduit[] {
  return conduits.filter(
    conduit =>
      conduit.protocol.name === protocol &&
      conduit.from.some(host => host.name === from) &&
      conduit.to.some(host => host.name === controller) &&
      conduit.stations.some(one => conduit.protocol.stations.format(one) === station),
  );
}
