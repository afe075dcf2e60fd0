/**
 * Which addresses are one device's: those that the same hardware address claims, or sends for and is no router.
 *
 * @module
 */

import type { Collected, CollectedDevice, CollectedHost } from './collected.ts';
import type { MacOfHost } from './hosts.ts';

/** What belongs to one device. */
export interface Group {
  readonly hosts: CollectedHost[];
  readonly devices: CollectedDevice[];
  /** The router behind which it was seen; 0 where it was seen itself. */
  behind: number;
}

export interface Grouping {
  readonly groups: readonly Group[];
  /** IPv4 hosts that a hardware address sends for without claiming them. */
  readonly sendsFor: ReadonlyMap<number, readonly CollectedHost[]>;
}

/** IPv4 addresses that a hardware address sends for without claiming them, from which on it is taken for a router's. */
const ROUTER = 2;

/** Who only says in passing which address manages it: the ports of a switch all name the same one. */
const IN_PASSING: ReadonlySet<string> = new Set(['LLDP']);

/** Who claims the address as its own, or, where nobody does, who says in passing that it is managed by it. */
function claimsOf({ macs }: CollectedHost): readonly MacOfHost[] {
  const own = macs.filter(({ claim, claimed }) => claim !== undefined && !IN_PASSING.has(claimed));
  return own.length > 0 ? own : macs.filter(({ claim }) => claim !== undefined);
}

/** Puts addresses together that are one device's. */
export function group(collected: Collected): Grouping {
  const sendsFor = new Map<number, CollectedHost[]>();
  for (const host of collected.hosts) {
    if (host.address.includes(':')) continue;
    for (const { mac, claim, packets } of host.macs) {
      if (claim !== undefined || packets === 0) continue;
      const list = sendsFor.get(mac);
      if (list === undefined) sendsFor.set(mac, [host]);
      else list.push(host);
    }
  }
  const groups: Group[] = [];
  const byMac = new Map<number, Group>();
  for (const host of collected.hosts) {
    const claimed = claimsOf(host);
    const only = claimed.length === 1 ? claimed[0]! : host.macs.length === 1 ? host.macs[0]! : undefined;
    const routed =
      only !== undefined && only.claim === undefined && (sendsFor.get(only.mac)?.length ?? 0) >= ROUTER;
    if (only === undefined || routed) {
      groups.push({ hosts: [host], devices: [], behind: routed ? only.mac : 0 });
      continue;
    }
    const known = byMac.get(only.mac);
    if (known !== undefined) known.hosts.push(host);
    else {
      const made: Group = { hosts: [host], devices: [], behind: 0 };
      byMac.set(only.mac, made);
      groups.push(made);
    }
  }
  // Ports of a switch, each with a hardware address of its own, are the switch.
  for (const one of [...groups]) {
    for (const host of one.hosts) {
      for (const { mac, claim } of host.macs) {
        if (claim !== undefined && !byMac.has(mac) && claimsOf(host).length === 1) byMac.set(mac, one);
      }
    }
  }
  for (const device of collected.devices) {
    const known = byMac.get(device.mac);
    if (known !== undefined) known.devices.push(device);
    // What two claim belongs to neither for certain; each stands by itself.
    else groups.push({ hosts: [], devices: [device], behind: 0 });
  }
  for (const { hosts } of groups) hosts.sort((a, b) => compareIds(a.address, b.address));
  return { groups, sendsFor };
}

/** IPv4 by number, then IPv6, then hardware addresses. */
function compareIds(a: string, b: string): number {
  const x = sortKey(a);
  const y = sortKey(b);
  return x < y ? -1 : x > y ? 1 : 0;
}

/** What ids are sorted by, as text. */
export function sortKey(id: string): string {
  if (!id.includes(':'))
    return `4${id
      .split('.')
      .map(part => part.padStart(3, '0'))
      .join('.')}`;
  return /^(?:[0-9a-f]{2}:){5}[0-9a-f]{2}$/.test(id) ? `9${id}` : `6${id}`;
}
