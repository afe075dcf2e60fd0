/**
 * The inventory: what was collected, put together by device, as plain data. What contradicts itself is kept side by side
 * and said.
 *
 * @module
 */

import { VERBS } from '../../operation/verb.ts';
import type { Protocol } from '../../protocol/protocol.ts';
import { jsonPieces } from '../json-pieces.ts';
import type { Collected, CollectedHost } from './collected.ts';
import { conflictsOf } from './conflicts.ts';
import { Ends } from './ends.ts';
import type { Fact } from './fact-list.ts';
import { type Group, type Grouping, group, sortKey } from './grouping.ts';
import type { CollectedLink } from './link-list.ts';
import { formatMac, isLocal, vendorOf } from './mac.ts';
import type { Proof } from './proof.ts';
import type {
  AssetRecord,
  Inventory,
  InventoryParts,
  LinkRecord,
  MacRecord,
  ServiceRecord,
} from './records.ts';
import { rolesOf } from './roles.ts';

/** The inventory of what was collected, with the protocols of who collected it. */
export function inventoryFrom(collected: Collected, protocols: readonly Protocol[]): Inventory {
  const { assets, links, lost } = inventoryParts(collected, protocols);
  return { assets: [...assets], links: [...links], lost };
}

/** The same as JSON, piece by piece. */
export function inventoryJson(collected: Collected, protocols: readonly Protocol[]): Iterable<string> {
  return jsonPieces({ ...inventoryParts(collected, protocols) });
}

/** The same, made as it is asked for. */
export function inventoryParts(collected: Collected, protocols: readonly Protocol[]): InventoryParts {
  const grouping = group(collected);
  const idOf = new Map<string, string>();
  for (const { hosts } of grouping.groups) {
    if (hosts.length > 1) for (const host of hosts) idOf.set(host.address, hosts[0]!.address);
  }
  const ends = new Ends(collected.links, address => idOf.get(address) ?? address);
  return {
    assets: records(protocols, grouping, ends),
    links: linkRecords(protocols, ends),
    lost: collected.lost,
  };
}

function* records(protocols: readonly Protocol[], grouping: Grouping, ends: Ends): Iterable<AssetRecord> {
  for (const one of sortedGroups(grouping)) yield record(protocols, grouping, one, ends);
}

function sortedGroups({ groups }: Grouping): Group[] {
  const sorted = groups.map(one => ({ one, key: sortKey(idOfGroup(one)) }));
  sorted.sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0));
  return sorted.map(({ one }) => one);
}

function* linkRecords(protocols: readonly Protocol[], ends: Ends): Iterable<LinkRecord> {
  for (const { link, client, server } of ends.sorted()) yield linkRecord(protocols, link, client, server);
}

function idOfGroup({ hosts, devices }: Group): string {
  return hosts[0]?.address ?? formatMac(devices[0]!.mac);
}

function record(protocols: readonly Protocol[], { sendsFor }: Grouping, one: Group, ends: Ends): AssetRecord {
  const { hosts, devices, behind } = one;
  const id = idOfGroup(one);
  const uses = ends.uses(id);
  const serves = ends.serves(id);
  const facts = distinct([...hosts, ...devices].flatMap(each => each.facts));
  return {
    id,
    name: nameOf(facts),
    addresses: hosts.map(({ address, packets, bytes, first, last }) => ({
      address,
      packets,
      bytes,
      first,
      last: packets === 0 ? null : last,
    })),
    macs: macsOf(one),
    vlans: [...new Set([...hosts, ...devices].flatMap(({ vlans }) => [...vlans]))].sort((a, b) => a - b),
    behind: behind === 0 ? null : formatMac(behind),
    roles: rolesOf({ protocols, group: one, sendsFor, uses, serves, facts }),
    serves: servicesOf(protocols, hosts, serves),
    uses: uses.map(link => ({
      protocol: protocols[link.protocol]!.name,
      server: link.server,
      port: link.port,
      verbs: verbsOf(link),
    })),
    facts,
    conflicts: conflictsOf(hosts, facts),
  };
}

/** Each once: the ports of a switch all tell the same of it. */
function distinct(facts: readonly Fact[]): Fact[] {
  const byText = new Map<string, Fact>();
  for (const fact of facts) {
    const key = `${fact.station}\0${fact.name}\0${fact.value}\0${fact.source}`;
    const known = byText.get(key);
    const first = known === undefined || fact.proof.time < known.proof.time ? fact : known;
    byText.set(key, { ...first, last: Math.max(fact.last, known?.last ?? fact.last) });
  }
  return [...byText.values()];
}

/** Names, those first that an engineer gave to the device itself. */
const NAMES = [
  ['PROFINET DCP', 'name'],
  ['SZL 0x001c', 'station name'],
  ['LLDP', 'name'],
  ['DHCP', 'name'],
] as const;

function nameOf(facts: readonly Fact[]): string | null {
  for (const [source, name] of NAMES) {
    const found = facts.find(fact => fact.source === source && fact.name === name);
    if (found !== undefined) return found.value;
  }
  return null;
}

function macsOf({ hosts, devices, behind }: Group): MacRecord[] {
  if (behind !== 0) return [];
  const proofs = new Map<number, Proof>();
  for (const { mac, first } of devices) proofs.set(mac, first);
  for (const host of hosts) {
    for (const { mac, proof } of host.macs) if (!proofs.has(mac)) proofs.set(mac, proof);
  }
  return [...proofs].map(([mac, proof]) => ({
    mac: formatMac(mac),
    vendor: vendorOf(mac),
    local: isLocal(mac),
    claims: hosts.flatMap(host =>
      host.macs.flatMap(one =>
        one.mac === mac && one.claim !== undefined
          ? [{ address: host.address, by: one.claimed, proof: one.claim }]
          : [],
      ),
    ),
    proof,
  }));
}

function servicesOf(
  protocols: readonly Protocol[],
  hosts: readonly CollectedHost[],
  links: readonly CollectedLink[],
): ServiceRecord[] {
  const services = new Map<string, ServiceRecord>();
  for (const link of links) {
    const protocol = protocols[link.protocol]!;
    const proof = link.verbs.find(({ firstDone }) => firstDone !== undefined)?.firstDone;
    // What was asked and not answered is not served.
    if (proof === undefined) continue;
    const key = `${link.port} ${protocol.name}`;
    const stations = new Map(services.get(key)?.stations.map(({ station, proof }) => [station, proof]));
    for (const [station, proof] of link.stations) {
      const text = protocol.stations.format(station);
      if (!stations.has(text)) stations.set(text, proof);
    }
    services.set(key, {
      port: link.port,
      protocol: protocol.name,
      stations: [...stations].map(([station, proof]) => ({ station, proof })),
      proof: services.get(key)?.proof ?? proof,
    });
  }
  const decoded = new Set([...services.values()].map(({ port }) => port));
  for (const host of hosts) {
    for (const [port, proof] of host.ports) {
      if (!decoded.has(port)) services.set(`${port} `, { port, protocol: null, stations: [], proof });
    }
  }
  return [...services.values()].sort((a, b) => a.port - b.port);
}

function linkRecord(
  protocols: readonly Protocol[],
  link: CollectedLink,
  client: string,
  server: string,
): LinkRecord {
  return {
    client,
    server,
    protocol: protocols[link.protocol]!.name,
    port: link.port,
    operations: link.operations,
    failed: link.failed,
    verbs: verbsOf(link),
    first: link.first,
    last: link.last,
  };
}

/** Items by verb, the most frequent first. */
export function verbsOf({ verbs }: CollectedLink): Record<string, number> {
  const counts = verbs.map(({ verb, asked, done }): [string, number] => [
    VERBS[verb]!.name,
    Math.max(asked, done),
  ]);
  return Object.fromEntries(counts.sort((a, b) => b[1] - a[1]));
}
