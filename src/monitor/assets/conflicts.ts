/**
 * What contradicts itself: two hardware addresses for one address, facts of one source that changed.
 *
 * @module
 */

import type { CollectedHost } from './collected.ts';
import type { Fact } from './fact-list.ts';
import { formatMac } from './mac.ts';
import type { Conflict } from './records.ts';

/** Facts of which a device has one at a time. */
const SINGLE: ReadonlySet<string> = new Set([
  'vendor',
  'model',
  'product',
  'product code',
  'order number',
  'module type',
  'hardware',
  'firmware',
  'serial number',
  'name',
  'station name',
  'PROFINET vendor and device id',
]);

export function conflictsOf(hosts: readonly CollectedHost[], facts: readonly Fact[]): Conflict[] {
  return [...hosts.flatMap(addressConflict), ...factConflicts(facts)];
}

/** More than one hardware address for an address: a replaced device, a duplicate address, a redundant pair, or a forgery. */
function addressConflict({ address, macs, lostMacs }: CollectedHost): Conflict[] {
  const claimed = macs.filter(({ claim, claimed }) => claim !== undefined && claimed !== 'LLDP');
  const which = claimed.length > 1 ? claimed : macs.filter(({ packets }) => packets > 0);
  // Frames of a router for an address that another claims are the usual thing where a mirror sees both sides of it.
  if (which.length < 2 || (claimed.length === 1 && which !== claimed)) return [];
  const more = lostMacs > 0 ? ' or more' : '';
  const what =
    which === claimed
      ? `${which.length}${more} hardware addresses claim ${address}`
      : `frames of ${address} come from ${which.length}${more} hardware addresses, of which none claims it`;
  return [
    {
      what,
      values: which.map(({ mac, claimed, claim, proof }) => ({
        value: formatMac(mac),
        source: claimed === '' ? 'frames' : claimed,
        proof: claim ?? proof,
      })),
    },
  ];
}

function factConflicts(facts: readonly Fact[]): Conflict[] {
  const same = new Map<string, Fact[]>();
  for (const fact of facts) {
    if (!SINGLE.has(fact.name)) continue;
    const key = `${fact.station}\0${fact.source}\0${fact.name}`;
    same.set(key, [...(same.get(key) ?? []), fact]);
  }
  return [...same.values()]
    .filter(list => list.length > 1)
    .map(list => ({
      what: `${list[0]!.name}${list[0]!.station === '' ? '' : ` of ${list[0]!.station}`} is told as ${list.length} things by ${list[0]!.source}`,
      values: list.map(({ value, source, proof }) => ({ value, source, proof })),
    }));
}
