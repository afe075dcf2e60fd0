/**
 * Is what a permit is for in the plant's policy? A slip of the pen in a name makes a permit that never covers anything,
 * and that is better found when it is asked for than in its window.
 *
 * @module
 */

import { loadPolicy } from '../policy/parse.ts';
import type { Policy } from '../policy/policy.ts';
import type { Permit } from '../program/permit.ts';
import { UsageError } from './command.ts';

/** Throws where the policy in `file` has no such hosts, or no conduit between them. */
export async function checkPolicy(file: string, permit: Permit): Promise<void> {
  const policy = await loadPolicy(file);
  for (const name of [permit.controller, ...permit.from]) {
    if (!policy.hosts.has(name)) {
      throw new UsageError(`no host '${name}' in ${file}; there are: ${[...policy.hosts.keys()].join(', ')}`);
    }
  }
  for (const from of permit.from) {
    if (!leads(policy, from, permit)) {
      const { controller, protocol, station } = permit;
      throw new UsageError(
        `no conduit of ${file} leads from ${from} to ${controller} in ${protocol}, station ${station}; ` +
          'correct the request, or have the policy changed first',
      );
    }
  }
}

function leads({ conduits }: Policy, from: string, { controller, protocol, station }: Permit): boolean {
  return conduits.some(
    conduit =>
      conduit.protocol.name === protocol &&
      conduit.from.some(host => host.name === from) &&
      conduit.to.some(host => host.name === controller) &&
      conduit.stations.some(one => conduit.protocol.stations.format(one) === station),
  );
}
